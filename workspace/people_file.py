"""PURE. A CSV file of people, read into rows: what enters is bytes, what leaves is rows and faults by line.

Called by `workspace.people.add_people_from_csv`, which judges roles, languages and addresses by its own rules.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

LARGEST_FILE = 1024 * 1024
MOST_ROWS = 1000
COLUMNS = ("email", "name", "roles", "languages", "categories")
_NAMES = {"e-mail": "email", "e mail": "email", "mail": "email", "role": "roles", "language": "languages"}
_NAMES |= {"category": "categories"}


@dataclass(frozen=True)
class Row:
    """One person of the file; `line` is where their row begins, the header being line 1."""

    line: int
    email: str
    name: str
    roles: tuple[str, ...]
    languages: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What keeps the file from being taken, where, and what to do."""

    line: int
    field: str
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.field}: {self.words}"


def read(content: bytes) -> tuple[list[Row], list[Fault]]:
    """The rows of the file and its faults; where there are faults, nothing of it should be taken.

    Parameters: `content`, the file's bytes: UTF-8, with or without a byte order mark, columns separated by commas,
    semicolons or tabs. Several values in a cell are separated by spaces or semicolons.

    >>> rows, faults = read(b"e-mail,name,roles\\nmax@example.org,Max,annotator reviewer\\n")
    >>> rows[0].line, rows[0].email, rows[0].roles, faults
    (2, 'max@example.org', ('annotator', 'reviewer'), [])
    """
    if len(content) > LARGEST_FILE:
        return [], [Fault(1, "file", "It is larger than 1 MB; upload it in parts.")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return [], [Fault(line, "file", "This is not UTF-8; save the file as “CSV UTF-8”.")]
    if "\0" in text:
        return [], [
            Fault(text.count("\n", 0, text.index("\0")) + 1, "file", "It holds a NUL byte; save it as CSV.")
        ]
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = next((mark for mark in ",;\t" if mark in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _rows(reader)
    except csv.Error as error:
        return [], [
            Fault(reader.line_num, "file", f"This is not CSV ({error}); look at its quotation marks.")
        ]


def _rows(reader: csv._reader) -> tuple[list[Row], list[Fault]]:  # type: ignore[name-defined]
    columns: list[str] = []
    rows: list[Row] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    end = 0
    for cells in reader:
        line, end = end + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns, faults = _header(cells, line)
            if faults:
                return [], faults
            continue
        if len(rows) == MOST_ROWS:
            return [], [Fault(line, "file", f"It has more than {MOST_ROWS} people; upload it in parts.")]
        if len(cells) != len(columns):
            words = (
                f"It has {len(cells)} values for {len(columns)} columns; put quotation marks around commas."
            )
            faults.append(Fault(line, "row", words))
            continue
        row = _row(line, dict(zip(columns, cells, strict=True)))
        if row.email.lower() in seen:
            faults.append(Fault(line, "email", f"Line {seen[row.email.lower()]} has it already; keep one."))
        seen.setdefault(row.email.lower(), line)
        rows.append(row)
    if not rows and not faults:
        faults = [Fault(max(end, 1), "file", f"It holds nobody; begin it with a line {','.join(COLUMNS)}.")]
    return rows, faults


def _header(cells: list[str], line: int) -> tuple[list[str], list[Fault]]:
    columns = [_NAMES.get(cell.strip().lower(), cell.strip().lower()) for cell in cells]
    faults = [
        Fault(line, name or "header", f"There is no such column; use {', '.join(COLUMNS)}.")
        for name in columns
        if name not in COLUMNS
    ]
    faults += [Fault(line, name, "This column comes twice.") for name in COLUMNS if columns.count(name) > 1]
    faults += [
        Fault(line, name, "This column is missing.") for name in ("email", "roles") if name not in columns
    ]
    return columns, faults


def _row(line: int, cells: dict[str, str]) -> Row:
    return Row(
        line=line,
        email=cells["email"].strip(),
        name=cells.get("name", "").strip(),
        roles=tuple(role.lower() for role in _several(cells["roles"])),
        languages=_several(cells.get("languages", "")),
        categories=_several(cells.get("categories", "")),
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.replace(";", " ").replace(",", " ").split()))
