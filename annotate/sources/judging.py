"""The first pass over a source: every row checked, nothing written but to a spool.

In: a file and what was said about it. Out: ``Judged``: counts, errors by line, and for each good row its place
in the file, its digest, its sort, and (in the spool) its text ready for COPY, so that the second pass need not
parse again. Called by ``annotate.importing``. Memory: some 30 bytes for each good row.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

from annotate.sources.copy_text import copy_text
from annotate.sources.limits import SourceRefused
from annotate.sources.notes import LINES_KEPT, Notes
from annotate.sources.reading import read
from annotate.sources.rows import DIGEST_BYTES, RowError, TaskRow, digest
from annotate.sources.streams import Readable

ERRORS_KEPT = 1000
# Rows of one transaction of the second pass; a source resumed after years must be cut in the same places.
BATCH = 5000
# So few that their text still lies in the processor's cache; a divisor of `BATCH`.
WRITTEN_AT_ONCE = 125
# So many digests are compared one by one.
FEW = 50_000
# Each sort of task becomes a lane of the queue, and a member's claim looks at all lanes they may take from.
MOST_SORTS = 1000

Sort = tuple[int, str, str]  # priority, category, language


class Judged:
    """What the first pass found."""

    __slots__ = (
        "errors",
        "fault_count",
        "length",
        "lines",
        "marks",
        "notes",
        "sort_of",
        "sorts",
        "spool",
        "starts",
    )

    def __init__(self, spool: IO[bytes] | None) -> None:
        self.spool = spool
        self.notes = Notes()
        self.errors: list[RowError] = []  # the first `ERRORS_KEPT`
        self.fault_count = 0  # all of them
        self.lines = array("Q")  # where each good row starts in the file
        self.marks = bytearray()  # the digests of the good rows, one after the other
        self.sorts: list[Sort] = []  # the different ones
        self.sort_of = array("H")  # for each good row, which of `sorts` it is
        self.length = 0  # of the spool
        self.starts = array("Q", [0])  # where each batch begins in the spool, and where the last ends

    @property
    def rows(self) -> int:
        """How many good rows there are."""
        return len(self.lines)

    @property
    def batches(self) -> int:
        """How many batches the good rows make."""
        return -(-self.rows // BATCH)

    def mark(self, place: int) -> bytes:
        """The digest of a good row, by its place from 0."""
        return bytes(self.marks[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES])

    def summary(self, repeats: list[int]) -> dict[str, Any]:
        """Counts, duplicates, errors and notes, ready for JSON. ``repeats``: places of exact duplicates."""
        return {
            "rows": self.rows + self.notes.errors,
            "duplicates": {
                "count": len(repeats),
                "lines": [self.lines[place] for place in repeats[:LINES_KEPT]],
            },
            "errors": [_told(error) for error in self.errors],
            "error_count": self.fault_count,
            "bad_rows": self.notes.errors,
            "notes": self.notes.as_dict(),
        }


def _told(error: RowError) -> dict[str, Any]:
    """One error, ready for JSON; with the place of its row where several share a line, as in an array on one line."""
    told = {"line": error.line, "field": error.field, "message": error.message}
    return {**told, "row": error.row} if error.row > error.line else told


def judge(
    source: Readable,
    format: str,
    *,
    spool: IO[bytes] | None = None,
    tick: Callable[[Notes], None] | None = None,
    **choices: Any,
) -> Judged:
    """Read and check all of ``source``.

    Parameters: ``spool``, a binary file that takes the good rows, None to keep none; ``tick``, called once for
    each batch, may raise to end the work; ``choices``, those of ``reading.read``.
    Raises: ``SourceRefused`` for the file as a whole.
    """
    judged = Judged(spool)
    sorts: dict[Sort, int] = {}
    texts: list[str] = []
    lines, sort_of, marks, keep = judged.lines, judged.sort_of, judged.marks, spool is not None
    for found in _ticking(read(source, format, notes=judged.notes, **choices), judged.notes, tick):
        if type(found) is RowError:
            judged.fault_count += 1
            if len(judged.errors) < ERRORS_KEPT:
                judged.errors.append(found)
            continue
        assert type(found) is TaskRow
        mark = digest(found)
        marks += mark
        lines.append(found.line)
        sort = (found.priority, found.category, found.language)
        number = sorts.get(sort)
        if number is None:
            number = _new_sort(sorts, sort)
        sort_of.append(number)
        if keep:
            texts.append(copy_text(found, mark))
            if len(texts) == WRITTEN_AT_ONCE:
                _spool(judged, texts)
    if texts:
        _spool(judged, texts)
    if judged.rows % BATCH:
        judged.starts.append(judged.length)
    judged.sorts = list(sorts)
    return judged


def _ticking(
    found: Iterator[TaskRow | RowError], notes: Notes, tick: Callable[[Notes], None] | None
) -> Iterator[TaskRow | RowError]:
    if tick is None:
        return found
    return _calling(found, notes, tick)


def _calling(
    found: Iterator[TaskRow | RowError], notes: Notes, tick: Callable[[Notes], None]
) -> Iterator[TaskRow | RowError]:
    count = 0
    for one in found:
        yield one
        count += 1
        if count == BATCH:
            count = 0
            tick(notes)


def _new_sort(sorts: dict[Sort, int], sort: Sort) -> int:
    if len(sorts) >= MOST_SORTS:
        raise SourceRefused(
            f"The rows have more than {MOST_SORTS:,} different combinations of category, language and priority. "
            "Is the column of the category the right one? Map another, or leave it out."
        )
    number = sorts[sort] = len(sorts)
    return number


def _spool(judged: Judged, texts: list[str]) -> None:
    assert judged.spool is not None
    texts.append("")
    judged.length += judged.spool.write("\n".join(texts).encode())
    texts.clear()
    if judged.rows % BATCH == 0:
        judged.starts.append(judged.length)


def repeats_within(marks: bytearray) -> list[int]:
    """Places of the digests that stand in ``marks`` once more before them, in order.

    By one sort of the first halves, 8 bytes a row; only where two halves agree the whole digests are compared.

    >>> repeats_within(bytearray(b"a" * 16 + b"b" * 16 + b"a" * 16))
    [2]
    """
    count = len(marks) // DIGEST_BYTES
    if count <= FEW:
        return _repeats_among(marks, range(count))
    # Loaded here: web workers take no more than a few rows, and never come to need numpy.
    import numpy as np

    pairs = np.frombuffer(marks, dtype=">u8").reshape(-1, DIGEST_BYTES // 8)
    order = np.argsort(pairs[:, 0], kind="stable")
    halves = pairs[order, 0]
    same = np.flatnonzero(halves[1:] == halves[:-1])
    if not len(same):
        return []
    # Equal halves keep the order of the file, since the sort is stable.
    return sorted(_repeats_among(marks, order[np.union1d(same, same + 1)].tolist()))


def _repeats_among(marks: bytearray, places: Iterable[int]) -> list[int]:
    seen: set[bytes] = set()
    repeats = []
    for place in places:
        mark = bytes(marks[place * DIGEST_BYTES : (place + 1) * DIGEST_BYTES])
        if mark in seen:
            repeats.append(place)
        seen.add(mark)
    return repeats
