"""``manifest.json`` and ``SHA256SUMS``: what a release holds, in a form that is the same bytes every time.

Enters: the facts of a release and the entries of its files. Leaves: the text of the two files.
Called by ``review.release.sealing``; ``review.release.verifying`` reads what is written here.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from review.release.facts import ReleaseFacts, SourceFacts
from review.release.files import FileEntry

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
VERSION = 1


def canonical_json(value: Any) -> bytes:
    r"""Write JSON so that equal values are equal bytes: keys sorted, two spaces, UTF-8, one line end at the
    end.

    Raises ``ValueError`` for numbers that JSON has not (``nan``, ``inf``).

    >>> canonical_json({"b": 1, "a": "é"}).decode()
    '{\n  "a": "é",\n  "b": 1\n}\n'
    """
    text = json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def manifest(facts: ReleaseFacts, files: Sequence[FileEntry]) -> dict[str, Any]:
    """Build the manifest.

    ``files`` are all files but the manifest itself and the list of checksums, which cannot hold their own.
    Raises ``ValueError`` where the data files do not hold the rows that the facts count.
    """
    held = sum(entry.rows or 0 for entry in files)
    if held != facts.rows:
        raise ValueError(
            f"The data files of {facts.name} hold {held:,} rows, but {facts.rows:,} were frozen."
        )
    return {
        "manifest_version": VERSION,
        "project": facts.project,
        "title": facts.title,
        "number": facts.number,
        "name": facts.name,
        "created": facts.created,
        "format": facts.format,
        "license": facts.licence,
        "selection": facts.selection,
        "previous": facts.previous,
        "filters": dict(facts.filters),
        "settings": dict(facts.settings),
        "counts": {
            "rows": facts.rows,
            "splits": dict(facts.splits),
            "categories": dict(facts.categories),
            "languages": dict(facts.languages),
            "guideline_versions": {str(each.number): each.rows for each in facts.guideline_versions},
            "sources": _by_name(facts.sources),
            "excluded": dict(facts.excluded),
            "annotators": facts.annotators,
            "reviewers": facts.reviewers,
        },
        "guideline_versions": [asdict(each) for each in facts.guideline_versions],
        "sources": [asdict(each) for each in facts.sources],
        "review": {"reviews_per_row": facts.reviews_per_row, "plan": facts.review_plan},
        "agreement": [asdict(each) for each in facts.agreement],
        "writer": dict(facts.writer),
        "files": [entry._asdict() for entry in sorted(files)],
    }


def _by_name(sources: Iterable[SourceFacts]) -> dict[str, int]:
    """Count rows by the source's name; two sources may be called the same."""
    counts: Counter[str] = Counter()
    for source in sources:
        counts[source.name] += source.rows
    return dict(counts)


def checksums(files: Iterable[FileEntry]) -> bytes:
    """Write the list that ``sha256sum -c`` reads, sorted by path.

    Raises ``ValueError`` for a path that the plain form of the list cannot hold.
    """
    lines = []
    for entry in sorted(files):
        if "\n" in entry.path or "\\" in entry.path:
            raise ValueError(f"The path {entry.path!r} cannot stand in {CHECKSUMS}.")
        lines.append(f"{entry.sha256}  {entry.path}\n")
    return "".join(lines).encode()
