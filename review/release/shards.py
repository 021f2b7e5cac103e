"""The data files of a release: how many there are, and the streaming writer of one of them.

Enters: the rows per split from the frozen selection; then, for one shard, exactly its rows in order.
Leaves: ``data/train-00000-of-00002.jsonl`` and so on, each with its entry for the manifest.
Called by the job that builds a release, one call a shard, in any order and in any number of workers.

Memory is constant: rows are written as they come. A shard is idempotent: what it holds was fixed when the
release was frozen, its final file appears by a rename, and a note of its checksum lies in the working
directory, outside of the release, so that a build that is taken up again passes over the shards that are
there.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import orjson

from review.release.files import FileEntry, HashedFile, Places, measured, written_whole
from review.release.formats.base import Format
from review.release.rows import SPLITS, ReleasedRow

ROWS_PER_SHARD = 500_000
_BLOCK_ROWS = 64
_BLOCK_BYTES = 1 << 20


class Shard(NamedTuple):
    """One data file to write: rows ``start`` up to ``start + rows`` of its split, in the frozen order."""

    path: str
    split: str
    start: int
    rows: int


class WrongRows(ValueError):
    """A shard got other rows than were frozen for it: too few, too many, or another split's."""


def planned(counts: Mapping[str, int], extension: str, rows_per_shard: int = ROWS_PER_SHARD) -> list[Shard]:
    """Lay out the data files of a release.

    ``counts`` gives the frozen number of rows by split; a split without rows gets no file. Returns the shards
    in the order train, validation, test. Raises ``ValueError`` for an unknown split or a shard size below
    one.

    >>> [shard.path for shard in planned({"train": 3, "test": 1}, "jsonl", rows_per_shard=2)]
    ['data/train-00000-of-00002.jsonl', 'data/train-00001-of-00002.jsonl', 'data/test-00000-of-00001.jsonl']
    """
    if rows_per_shard < 1:
        raise ValueError("A shard holds at least one row.")
    unknown = sorted(set(counts) - set(SPLITS))
    if unknown:
        raise ValueError(f"Unknown split {unknown[0]!r}: a release has {', '.join(SPLITS)}.")
    shards = []
    for split in SPLITS:
        total = counts.get(split, 0)
        of = -(-total // rows_per_shard)
        for index in range(of):
            start = index * rows_per_shard
            path = f"data/{split}-{index:05d}-of-{of:05d}.{extension}"
            shards.append(Shard(path, split, start, min(rows_per_shard, total - start)))
    return shards


def write_shard(
    shard: Shard, rows: Iterable[ReleasedRow], form: Format, places: Places, selection: str = ""
) -> FileEntry:
    """Write one shard, or find that it is already there.

    ``rows`` yields exactly the rows of the shard, in order; it is not touched where the shard is already
    written. ``selection`` names what was frozen (a digest of the release's selection, say): a finished file
    counts only for the same selection and format. Returns the file's entry. Raises ``WrongRows`` when the
    count or the split is not what was frozen, ``UnwritableRow`` for a row the format cannot hold, ``NoSpace``
    for a full disk; after any of them the release directory is as it was.
    """
    known = finished(shard, form, places, selection)
    if known is not None:
        return known
    with written_whole(shard.path, places) as out:
        _write_rows(shard, rows, form, out)
        # The note before the rename: a kill between the two leaves a note without its file, which counts as
        # nothing.
        _take_note(shard, form, places, selection, out)
    return FileEntry(shard.path, out.bytes, out.sha256, shard.rows)


def finished(shard: Shard, form: Format, places: Places, selection: str = "") -> FileEntry | None:
    """Give the entry of a shard that an earlier attempt finished, read again byte for byte, or ``None``."""
    final = places.release / shard.path
    try:
        note = orjson.loads(_note_path(shard, places).read_bytes())
        if note.get("of") != _note_of(shard, form, selection) or final.is_symlink():
            return None
        if final.stat().st_size != note["bytes"] or measured(final) != (note["bytes"], note["sha256"]):
            return None
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError, AttributeError):
        return None
    return FileEntry(shard.path, note["bytes"], note["sha256"], shard.rows)


def _write_rows(shard: Shard, rows: Iterable[ReleasedRow], form: Format, out: HashedFile) -> None:
    """Stream the rows through the format, and count the records in the bytes themselves."""
    counted = form.counter()
    given = 0
    if form.header:
        out.write(form.header)
        counted.feed(form.header)
    for block, held in _blocks(shard, rows, form):
        out.write(block)
        counted.feed(block)
        given += held
        if given > shard.rows:
            break
    if given != shard.rows:
        more_or_less = "more" if given > shard.rows else f"only {given:,}"
        raise WrongRows(f"{shard.path} was frozen with {shard.rows:,} rows, but {more_or_less} came.")
    # A record with a raw line break inside would be two for every reader; the file is not let out.
    if counted.records != shard.rows:
        raise WrongRows(f"{shard.path} has {shard.rows:,} rows, but a reader would find {counted.records:,}.")


def _blocks(shard: Shard, rows: Iterable[ReleasedRow], form: Format) -> Iterator[tuple[bytes, int]]:
    """Encode rows into blocks of about a megabyte, each with the number of rows in it."""
    encode, split = form.encode, shard.split
    source = iter(rows)
    parts: list[bytes] = []
    size = held = 0
    while few := list(islice(source, _BLOCK_ROWS)):
        for row in few:
            if row.split != split:
                raise WrongRows(f"Row {row.id} is of the split {row.split}, but {shard.path} holds {split}.")
        part = b"".join(map(encode, few))
        parts.append(part)
        size += len(part)
        held += len(few)
        if size >= _BLOCK_BYTES:
            yield b"".join(parts), held
            parts, size, held = [], 0, 0
    if parts:
        yield b"".join(parts), held


def _take_note(shard: Shard, form: Format, places: Places, selection: str, out: HashedFile) -> None:
    """Write down what the finished file will be, in the working directory, by a rename of its own."""
    note = {"of": _note_of(shard, form, selection), "bytes": out.bytes, "sha256": out.sha256}
    path = _note_path(shard, places)
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(orjson.dumps(note))
    fresh.replace(path)


def _note_of(shard: Shard, form: Format, selection: str) -> list[object]:
    return [selection, form.name, *shard]


def _note_path(shard: Shard, places: Places) -> Path:
    return places.working / f"{shard.path.replace('/', '.')}.note"
