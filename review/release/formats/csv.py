"""``csv``: a table for people, which a spreadsheet opens without running what somebody wrote in it.

Enters: a ``ReleasedRow``. Leaves: one line of RFC 4180 CSV with every cell quoted, UTF-8 with a byte order
mark (or Excel reads the wrong letters); the JSON columns as JSON text, an absent rating as an empty cell.
Called through ``review.release.formats.load("csv")``; ``rows_of`` reads such a file back.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` (also in their full-width forms, also
behind white space) for a formula, and a tab or a line break at the start can move it to another cell. Such a
cell gets an apostrophe in front. So does a cell that already begins with one: to take the text back, drop one
leading apostrophe. Source: OWASP, *CSV Injection*, https://owasp.org/www-community/attacks/CSV_Injection.
"""

import csv
import re
from collections.abc import Iterable, Iterator

from review.release.formats.base import Format, unwritable
from review.release.rows import RECORD_KEYS, ReleasedRow

BYTE_ORDER_MARK = "\ufeff"
# White space and invisible letters, then a formula's first letter: plain, full-width or small form. A bare
# DDE call runs in no spreadsheet we know, but lists of attacks have it and an apostrophe costs nothing.
_risky = re.compile(
    r"'|[\t\r\n]|[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*"
    r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
    r"|DDE\s*\("
).match


class QuotedCount:
    """Counts the records of a CSV file below its header: line ends outside of quotes."""

    def __init__(self) -> None:
        self._inside = 0
        self._ends = 0

    @property
    def records(self) -> int:
        """How many records so far, the header not counted."""
        return max(0, self._ends - 1)

    def feed(self, block: bytes) -> None:
        """Take the next bytes, cut anywhere. A doubled quote leaves the cell and enters it again."""
        parts = block.split(b'"')
        self._ends += b"".join(parts[self._inside :: 2]).count(b"\n")
        self._inside = (self._inside + len(parts) - 1) % 2


def safe_cell(text: str) -> str:
    """Put an apostrophe in front of what a spreadsheet would run, or what already begins with one.

    >>> safe_cell("=1+1"), safe_cell("'tis"), safe_cell("plain")
    ("'=1+1", "''tis", 'plain')
    """
    return f"'{text}" if _risky(text) else text


def plain_cell(cell: str) -> str:
    """Give back the text that ``safe_cell`` was given.

    >>> plain_cell("'=1+1"), plain_cell("''tis"), plain_cell("plain")
    ('=1+1', "'tis", 'plain')
    """
    return cell[1:] if cell[:1] == "'" else cell


def encode(row: ReleasedRow) -> bytes:
    """Write one row as one line of CSV. Numbers stay numbers; every text goes through ``safe_cell``."""
    cells: list[str] = []
    for value in row[:-1]:
        if value is None:
            cells.append("")
        elif isinstance(value, (str, bytes)):
            text = value if isinstance(value, str) else value.decode()
            cells.append(safe_cell(text).replace('"', '""'))
        else:
            cells.append(str(value))
    try:
        return ('"' + '","'.join(cells) + '"\r\n').encode()
    except UnicodeEncodeError as error:
        raise unwritable(row.id, error) from error


def rows_of(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Read a released CSV back: one dictionary of plain texts a row, apostrophes taken away again.

    ``lines`` is a file opened with ``encoding="utf-8-sig", newline=""``. The caller raises
    ``csv.field_size_limit`` where cells are longer than the 131,072 characters Python allows by default.
    """
    for record in csv.DictReader(lines):
        yield {key: plain_cell(cell) for key, cell in record.items()}


_HEADER = BYTE_ORDER_MARK + ",".join(f'"{key}"' for key in RECORD_KEYS) + "\r\n"
FORMAT = Format(
    "csv",
    "csv",
    "A table for spreadsheets: a text that would run there has one apostrophe in front.",
    encode,
    _HEADER.encode(),
    QuotedCount,
)
