"""Ratings from a plain CSV file.

In: a path. Out: a matrix or long form, ready for any coefficient. Called by `python -m review.agreement`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from review.agreement.ratings import Long, long

Shape = Literal["auto", "matrix", "long"]
ITEM_NAMES = {"", "id", "item", "item_id", "items", "subject", "task", "unit", "unit_id", "units"}
RATER_NAMES = {"annotator", "annotator_id", "coder", "judge", "rater", "rater_id", "reviewer", "worker"}
VALUE_NAMES = {"category", "label", "level", "rating", "response", "score", "value"}
MISSING = {"", "na", "n/a", "nan", "none", "null"}
Cell = float | str | None


def read_ratings(path: Path, shape: Shape = "auto") -> Long | np.ndarray:
    """The ratings of a CSV file, UTF-8, separated by comma, semicolon or tab.

    Long: a header that names an item, a rater and a rating column (for instance item,rater,value).
    Matrix: one row an item, one column a rater, a header or none; a first column named item or id is left
    out. Empty cells, NA, nan, none and null are missing; cells are numbers where all of them are. Raises:
    ValueError with what is wrong and where; OSError for a file that cannot be read.
    """
    text = path.read_text(encoding="utf-8-sig")
    rows = [
        row for row in csv.reader(text.splitlines(), delimiter=_delimiter(text)) if any(map(str.strip, row))
    ]
    if not rows:
        raise ValueError(f"{path.name} is empty; it needs at least one row of ratings.")
    columns = _long_columns(rows[0])
    if shape == "long" and columns is None:
        raise ValueError(
            "A long file needs a header that names item, rater and value, for instance item,rater,value."
        )
    width = len(rows[0])
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise ValueError(
                f"Row {number} has {len(row)} cells, and the first has {width}; every row needs the same."
            )
    if columns is not None and shape != "matrix":
        item, rater, value = columns
        body = rows[1:]
        return long(
            [row[item] for row in body], [row[rater] for row in body], _cells([row[value] for row in body])
        )
    return _matrix(rows)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _long_columns(header: Sequence[str]) -> tuple[int, int, int] | None:
    names = [name.strip().lower() for name in header]
    places = [
        next((place for place, name in enumerate(names) if name in known), None)
        for known in (ITEM_NAMES - {""}, RATER_NAMES, VALUE_NAMES)
    ]
    if len(names) < 3 or None in places:
        return None
    item, rater, value = (place for place in places if place is not None)
    return item, rater, value


def _matrix(rows: list[list[str]]) -> np.ndarray:
    """A header is a first row of words over columns of numbers, or one whose first cell names the item."""
    first, body = rows[0], rows[1:]
    named = first[0].strip().lower() in ITEM_NAMES
    wordy = body and all(_number(cell) is None for cell in first if cell.strip())
    numeric = all(_number(cell) is not None or _missing(cell) for row in body for cell in row[1:])
    distinct = len({cell.strip() for cell in first}) == len(first)
    again = {cell.strip() for row in body for cell in row} & {cell.strip() for cell in first}
    if named or (wordy and (numeric or (distinct and not again))):
        rows = body
    if named:
        rows = [row[1:] for row in rows]
    width = len(rows[0]) if rows else 0
    cells = _cells([cell for row in rows for cell in row])
    return np.array(cells, dtype=object).reshape(len(rows), width)


def _cells(cells: Sequence[str]) -> list[Cell]:
    given = [None if _missing(cell) else cell.strip() for cell in cells]
    numbers = [None if cell is None else _number(cell) for cell in given]
    if any(number is None and cell is not None for number, cell in zip(numbers, given, strict=True)):
        return list(given)
    return list(numbers)


def _missing(cell: str) -> bool:
    return cell.strip().lower() in MISSING


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
