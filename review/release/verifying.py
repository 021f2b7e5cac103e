"""Check the directory of a release against its own manifest and checksums.

Enters: a directory that came from anywhere. Leaves: a list of problems, empty when all is as it was released.
Called by ``manage.py verify_release DIR``; needs no database and no Django.

The directory is not trusted: no symbolic link is followed, no path of the manifest may lead out of it,
nothing but regular files is opened, and files are read in blocks.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from review.release import formats
from review.release.formats.base import Format
from review.release.manifest import CHECKSUMS, MANIFEST
from review.release.untrusted import Problem, printable, read_through, safe_path, small_file, walked

_sum_line = re.compile(r"([0-9a-f]{64}) [ *](.+)").fullmatch


def verify(directory: Path) -> list[Problem]:
    """Compare a release's directory with its manifest and its list of checksums.

    Returns the problems, in the order of the paths; an empty list means that every file is there, byte for
    byte, with the rows that the manifest counts, and nothing else is. Raises nothing for a damaged release.
    """
    if not directory.is_dir():
        return [Problem("missing", str(directory), f"There is no directory {directory}.")]
    told, problems = _read_manifest(directory)
    sums, sum_problems = _read_checksums(directory)
    problems += sum_problems
    present, found_problems = walked(directory)
    problems += found_problems
    entries = _entries(told, problems)
    wanted = {path: entry.get("sha256") for path, entry in entries.items()}
    manifest_digest = _digest(directory / MANIFEST)
    if manifest_digest is not None:
        wanted[MANIFEST] = manifest_digest
    problems += _compared_lists(wanted, sums)
    form = _format(told, problems)
    blocked = {problem.path for problem in problems if problem.kind == "unsafe"}
    for path, entry in entries.items():
        if path not in present:
            if path not in blocked:
                problems.append(
                    Problem("missing", path, f"{path} is listed in the manifest but is not there.")
                )
            continue
        problems += _checked_file(directory / path, path, entry, form)
    for path in sorted(present - set(entries) - {MANIFEST, CHECKSUMS}):
        problems.append(Problem("extra", path, f"{path} is there but the manifest does not list it."))
    problems += _checked_counts(told, entries)
    return sorted(set(problems), key=lambda problem: (problem.path, problem.kind, problem.sentence))


def _read_manifest(directory: Path) -> tuple[dict[str, Any], list[Problem]]:
    content, problems = small_file(directory, MANIFEST)
    if content is None:
        return {}, problems
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("files"), list):
        why = f"{MANIFEST} is not the manifest of a release: it is no JSON object with a list of files."
        return {}, [Problem("unreadable", MANIFEST, why)]
    return told, []


def _read_checksums(directory: Path) -> tuple[dict[str, str] | None, list[Problem]]:
    content, problems = small_file(directory, CHECKSUMS)
    if content is None:
        return None, problems
    sums: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").split("\n")[:-1], start=1):
        match = _sum_line(line)
        if match is None:
            why = f"Line {number} of {CHECKSUMS} is not a checksum and a path."
            problems.append(Problem("unreadable", CHECKSUMS, why))
            continue
        sums[printable(match[2])] = match[1]
    return sums, problems


def _entries(told: Mapping[str, Any], problems: list[Problem]) -> dict[str, dict[str, Any]]:
    """Give the manifest's files by path, without those that lead out of the directory."""
    entries: dict[str, dict[str, Any]] = {}
    for entry in told.get("files", []):
        path = entry.get("path") if isinstance(entry, dict) else None
        if not isinstance(path, str):
            problems.append(Problem("unreadable", MANIFEST, f"{MANIFEST} lists a file without a path."))
        elif not safe_path(path):
            why = f"The manifest names {path!r}, not a plain path inside of the release. It was not opened."
            problems.append(Problem("unsafe", printable(path), why))
        elif path in entries or path in (MANIFEST, CHECKSUMS):
            problems.append(
                Problem("unreadable", MANIFEST, f"{MANIFEST} must not list {path} here, or not twice.")
            )
        else:
            entries[path] = entry
    return entries


def _compared_lists(wanted: Mapping[str, Any], sums: dict[str, str] | None) -> list[Problem]:
    """Hold that the two lists name the same files with the same checksums."""
    if sums is None:
        return []
    problems = []
    for path in sorted(set(wanted) | set(sums)):
        if path not in sums:
            problems.append(Problem("missing", CHECKSUMS, f"{CHECKSUMS} does not list {path}."))
        elif path not in wanted:
            problems.append(
                Problem("altered", CHECKSUMS, f"{CHECKSUMS} lists {path}, but the manifest does not.")
            )
        elif sums[path] != wanted[path]:
            what = MANIFEST if path == MANIFEST else path
            why = f"The checksum of {what} in {CHECKSUMS} is not the one it should have."
            problems.append(Problem("altered", what, why))
    return problems


def _format(told: Mapping[str, Any], problems: list[Problem]) -> Format | None:
    """Load the format the manifest names, to count rows by it."""
    name = told.get("format")
    if not told:
        return None
    try:
        return formats.load(str(name))
    except formats.UnknownFormat as error:
        problems.append(Problem("unreadable", MANIFEST, f"Rows were not counted. {error}"))
        return None


def _checked_file(path: Path, name: str, entry: Mapping[str, Any], form: Format | None) -> list[Problem]:
    """Read one file once: its size, its checksum and, where the manifest counts rows, its rows."""
    rows = entry.get("rows")
    counter = form.counter() if form is not None and rows is not None else None
    try:
        size, digest = read_through(path, counter)
    except OSError as error:
        return [Problem("unreadable", name, f"{name} cannot be read: {error.strerror}.")]
    problems = []
    if size != entry.get("bytes"):
        why = f"{name} has {size:,} bytes, but the manifest says {entry.get('bytes')!r}."
        problems.append(Problem("altered", name, why))
    elif digest != entry.get("sha256"):
        problems.append(
            Problem("altered", name, f"{name} is not what was released: its checksum is another.")
        )
    if counter is not None and counter.records != rows:
        why = f"{name} has {counter.records:,} rows, but the manifest says {rows!r}."
        problems.append(Problem("miscounted", name, why))
    return problems


def _checked_counts(told: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> list[Problem]:
    """Hold that the rows of the files add up to the release's own count."""
    counts = told.get("counts")
    said = counts.get("rows") if isinstance(counts, dict) else None
    held = sum(entry["rows"] for entry in entries.values() if isinstance(entry.get("rows"), int))
    if not told or said == held:
        return []
    return [
        Problem(
            "miscounted", MANIFEST, f"The manifest counts {said!r} rows, but its files add up to {held:,}."
        )
    ]


def _digest(path: Path) -> str | None:
    try:
        return read_through(path, None)[1]
    except OSError:
        return None
