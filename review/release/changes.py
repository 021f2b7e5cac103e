"""``changes.json``: which rows came, went or changed since the release before.

Enters: two streams of row marks, each sorted by id (shorter ids first). Leaves: the file, in the canonical form of
the manifest. Called by ``review.release.sealing``.

A release can hold a million rows, so the streams are merged as they come and each list of ids is collected in
a file of the working directory; memory stays constant.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import orjson

from review.release.files import (
    HASH_BLOCK,
    FileEntry,
    HashedFile,
    Places,
    written_whole,
)
from review.release.manifest import canonical_json

CHANGES = "changes.json"
LISTS = ("added", "changed", "changed_metadata", "changed_text", "removed")


class RowMark(NamedTuple):
    """What tells whether a row changed: its id, one mark of its text, one of everything else.

    The marks are compared and never interpreted: a revision's id serves for the text, a digest for the rest.
    """

    id: str
    text: str
    metadata: str


def compared(previous: Iterable[RowMark], current: Iterable[RowMark]) -> Iterator[tuple[str, str]]:
    """Merge two sorted streams and yield ``(list name, row id)`` for every difference.

    A row with another text is in ``changed`` and ``changed_text``, one with other metadata in ``changed`` and
    ``changed_metadata``; both can hold. Raises ``ValueError`` where a stream is not sorted or repeats an id.

    >>> old = [RowMark("a", "1", "x"), RowMark("b", "1", "x")]
    >>> list(compared(old, [RowMark("b", "2", "x"), RowMark("c", "1", "x")]))
    [('removed', 'a'), ('changed', 'b'), ('changed_text', 'b'), ('added', 'c')]
    """
    old, new = _in_order(previous), _in_order(current)
    before, after = next(old, None), next(new, None)
    while before or after:
        if after is None or (before is not None and _place(before) < _place(after)):
            assert before is not None
            yield "removed", before.id
            before = next(old, None)
        elif before is None or _place(after) < _place(before):
            yield "added", after.id
            after = next(new, None)
        else:
            if before != after:
                yield "changed", after.id
            if before.metadata != after.metadata:
                yield "changed_metadata", after.id
            if before.text != after.text:
                yield "changed_text", after.id
            before, after = next(old, None), next(new, None)


def write_changes(
    number: int,
    previous_number: int | None,
    previous: Iterable[RowMark],
    current: Iterable[RowMark],
    places: Places,
) -> FileEntry:
    """Write ``changes.json`` and give its entry. For a first release every row is in ``added``."""
    places.working.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        spools = {name: stack.enter_context(TemporaryFile(dir=places.working)) for name in LISTS}
        counts = dict.fromkeys(LISTS, 0)
        for name, row_id in compared(previous, current):
            spools[name].write(b",\n    " if counts[name] else b"\n    ")
            # The same bytes as canonical_json gives for a text, in a tenth of the time: this runs once a row.
            spools[name].write(orjson.dumps(row_id))
            counts[name] += 1
        with written_whole(CHANGES, places) as out:
            _assemble(out, spools, counts, {"number": number, "previous": previous_number})
    return FileEntry(CHANGES, out.bytes, out.sha256)


def _assemble(
    out: HashedFile, spools: Mapping[str, IO[bytes]], counts: dict[str, int], plain: dict[str, int | None]
) -> None:
    """Put the collected lists and the plain values into one JSON object, keys in order."""
    values: dict[str, object] = {**plain, "counts": counts}
    for place, key in enumerate(sorted([*values, *spools])):
        out.write(b"{\n" if place == 0 else b",\n")
        if key in values:
            out.write(f'  "{key}": '.encode() + canonical_json(values[key])[:-1].replace(b"\n", b"\n  "))
            continue
        out.write(f'  "{key}": ['.encode())
        spools[key].seek(0)
        while block := spools[key].read(HASH_BLOCK):
            out.write(block)
        out.write(b"\n  ]" if counts[key] else b"]")
    out.write(b"\n}\n")


def _in_order(marks: Iterable[RowMark]) -> Iterator[RowMark]:
    """Pass the marks on and hold that each id is greater than the one before."""
    last = (0, "")
    for mark in marks:
        place = _place(mark)
        if place <= last:
            raise ValueError(f"Row marks must come sorted by id, once each: {mark.id} came after {last[1]}.")
        last = place
        yield mark


def _place(mark: RowMark) -> tuple[int, str]:
    """Where an id stands: shorter ones first, so that the text of a number stands where the number does."""
    return len(mark.id), mark.id
