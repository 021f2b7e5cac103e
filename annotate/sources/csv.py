"""The ``csv`` format: a header row, then one task a record; commas, semicolons or tabs.

In: pieces of bytes. Out: the fields of each task, by the names of the columns or by a mapping. A cell of
``messages`` or ``metadata`` holds JSON. Text is kept as it stands: nothing is taken off a leading apostrophe.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

import orjson

from annotate.sources.fields import FIELDS
from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.limits import Limits, SourceRefused, size
from annotate.sources.mapping import Columns, columns_found
from annotate.sources.rows import KINDS, RowError
from annotate.sources.streams import lines

DELIMITERS = (",", ";", "\t")


class _Lines:
    """Feeds decoded lines to the CSV reader and refuses a record that grows too long.

    An open quotation mark swallows every line that follows it; without this bound, the rest of the file.
    """

    def __init__(self, pieces: Iterator[bytes], limits: Limits) -> None:
        self._lines = lines(pieces, limits)
        self._limit = limits.max_row_bytes
        self._waiting: str | None = None
        self.held = 0  # bytes since the record began
        self.begun_at = 1

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._waiting is not None:
            text, self._waiting = self._waiting, None
            return text
        _, line = next(self._lines)
        self.held += len(line)
        if self.held > self._limit:
            raise SourceRefused(
                f"The row that begins in line {self.begun_at} is longer than {size(self._limit)}, the limit "
                "for one row. Shorten it, or close its quotation mark."
            )
        # A byte that is not UTF-8 becomes half of a surrogate pair, which `check_task` finds in its cell.
        return line.decode("utf-8", "surrogateescape") + "\n"

    def peek(self) -> str:
        """The next line, which will be given again; empty at the end."""
        self._waiting = next(self, "")
        return self._waiting


def delimiter_of(header: str, columns: Columns) -> str:
    """The delimiter under which the header has most of the wanted columns, then most columns at all."""

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            cells = next(csv.reader([header], delimiter=delimiter), [])
        except csv.Error:  # told with its line when the header is read in earnest
            cells = []
        names = [name.strip() for name in cells]
        return len(names) - len(columns.unused(names)), len(names)

    return max(DELIMITERS, key=fit)


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    feed = _Lines(pieces, plan.limits)
    # The module's own bound on a cell, 128 KiB, is less than a prompt may have; ours is in `_Lines`.
    csv.field_size_limit(max(csv.field_size_limit(), plan.limits.max_row_bytes))
    reader = csv.reader(feed, delimiter=delimiter_of(feed.peek(), plan.columns), strict=True)
    header: list[str] = []
    while True:
        line = feed.begun_at = reader.line_num + 1
        feed.held = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield RowError(line, "", _fault(problem))
            continue
        if not any(cells):
            continue
        if not header:
            header = _judged_header([name.strip() for name in cells], line, plan)
        elif len(cells) != len(header):
            yield RowError(line, "", _count_fault(len(cells), len(header)))
        else:
            values = _typed(plan.columns.pick(dict(zip(header, cells, strict=True))))
            yield line, place_answer(values, values.get("kind") or plan.kind)


def _judged_header(header: list[str], line: int, plan: Plan) -> list[str]:
    columns = plan.columns
    columns.unseen -= set(header)
    columns.judge_unseen(header)
    unused = columns.unused(header)
    twice = sorted({name for name in header if header.count(name) > 1 and name not in unused})
    if twice:
        raise SourceRefused(
            f"The header names {', '.join(twice)} more than once. Give each column its own name."
        )
    needed = {"respond": "prompt", "compose": "brief", "edit": "prompt", "converse": "messages"}[plan.kind]
    if columns.column("kind") not in header and columns.column(needed) not in header:
        raise SourceRefused(
            f"The header has no column {columns.column(needed)}, which tasks of kind {plan.kind} need. "
            f"Columns found: {columns_found(header)}. Say which one it is with the mapping {needed}=column."
        )
    if unused:
        plan.notes.add_names("unused_columns", line, unused)
    return header


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Make of cells what their fields want; a cell that cannot be is left for `check_task` to refuse."""
    for field in ("priority", "messages", "metadata"):
        cell = values.get(field)
        if not isinstance(cell, str):
            continue
        if not cell.strip():
            del values[field]
        elif field != "priority":
            values[field] = _json(cell)
        elif cell.strip().isdecimal() and len(cell) < 10:
            values[field] = int(cell)
    return values


def _json(cell: str) -> Any:
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return cell


def _fault(problem: csv.Error) -> str:
    if "unexpected end" in str(problem):
        return "The file ends inside a quotation. Close the quotation mark that opens in this row."
    if "expected after" in str(problem):
        return "Text follows a closing quotation mark. Double each quotation mark inside quoted text."
    if "new-line" in str(problem):
        return "A carriage return stands outside quotation marks. Save the file with usual line ends."
    return f"This row is not valid CSV: {problem}. Correct it, or remove the row."


def _count_fault(found: int, wanted: int) -> str:
    return (
        f"This row has {found} cells, but the header has {wanted}. Put text that holds the delimiter or "
        "a line end in quotation marks, and leave no cell out."
    )


FORMAT = Format(
    name="csv",
    title="CSV with a header row (comma, semicolon or tab)",
    kinds=KINDS,
    columns={field: field for field in FIELDS},
    rows=_rows,
)
