"""Objects out of a file that holds a JSON array or one JSON object on each line.

In: pieces of bytes. Out: each object with the line where it starts, or the error of that row. Called by every
format that is JSON. Which of the two a file is, is seen by its first character, never by its name: many a
file named ``.json`` holds lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from annotate.sources.format import Found, Plan
from annotate.sources.json_array import BROKEN, JsonArray
from annotate.sources.limits import Limits, SourceRefused
from annotate.sources.rows import RowError
from annotate.sources.streams import lines


def picked(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    """The fields of every object by the columns of the plan; columns that feed no field are noted."""
    columns, notes = plan.columns, plan.notes
    for found in json_objects(pieces, plan.limits):
        if isinstance(found, RowError):
            yield found
            continue
        line, row = found
        unused = columns.unused(row)
        if unused:
            notes.add_names("unused_columns", line, unused)
        yield line, columns.pick(row)


def json_objects(pieces: Iterator[bytes], limits: Limits) -> Iterator[Found]:
    """Every object of the file in order.

    Parameters: ``pieces`` from ``streams.pieces``.
    Raises: ``SourceRefused`` where a row is longer than the limit, or all of the file is one object.
    """
    first = b""
    for piece in pieces:
        first += piece
        if not first.isspace():
            break
    if first.lstrip()[:1] == b"[":
        return checked_elements(JsonArray(first, pieces, limits), limits)
    if first.lstrip().split(b"\n", 1)[0].strip() == b"{":
        raise SourceRefused(
            "The file is one object spread over many lines. Give one object on each line, or an array."
        )
    return _from_lines(first, pieces, limits)


def _from_lines(first: bytes, pieces: Iterator[bytes], limits: Limits) -> Iterator[Found]:
    loads, depth = orjson.loads, limits.max_depth
    for number, text in lines(chain([first], pieces), limits):
        try:
            value = loads(text)
        except orjson.JSONDecodeError as problem:
            if text and not text.isspace():
                yield RowError(number, "", syntax_fault(text, problem))
            continue
        if type(value) is not dict:
            yield RowError(number, "", _NOT_AN_OBJECT)
        elif too_deep(value, depth):
            yield RowError(number, "", _too_deep(depth))
        else:
            yield number, value


def checked_elements(array: JsonArray, limits: Limits) -> Iterator[Found]:
    """The objects of an array; what is none, or nests too deep, as its error."""
    depth = limits.max_depth
    for found in array.elements():
        if isinstance(found, RowError):
            yield found
            continue
        line, raw, value = found
        if value is BROKEN:
            try:
                orjson.loads(raw)
            except orjson.JSONDecodeError as problem:
                yield RowError(line, "", syntax_fault(raw, problem))
        elif type(value) is not dict:
            yield RowError(line, "", _NOT_AN_OBJECT)
        elif too_deep(value, depth):
            yield RowError(line, "", _too_deep(depth))
        else:
            yield line, value


_NOT_AN_OBJECT = 'This row is not an object of names and values. Write it in braces, as in {"prompt": "…"}.'


_BOXES = frozenset({dict, list})


def _too_deep(depth: int) -> str:
    return f"This row is nested more than {depth} levels deep. Make it flatter, or remove what is not needed."


def too_deep(value: dict[str, Any], depth: int) -> bool:
    """Whether ``value`` nests more than ``depth`` levels; level by level, so that no stack can run over.

    >>> too_deep({"a": [[]]}, 3), too_deep({"a": [[]]}, 2)
    (False, True)
    """
    level: list[Any] = [box for box in value.values() if type(box) in _BOXES]
    while level:
        depth -= 1
        if depth < 1:
            return True
        level = [
            inner
            for box in level
            for inner in (box.values() if type(box) is dict else box)
            if type(inner) in _BOXES
        ]
    return False


def syntax_fault(raw: bytes, problem: orjson.JSONDecodeError) -> str:
    """What is wrong with bytes that are not JSON, and what to do."""
    try:
        raw.decode()
    except UnicodeDecodeError as bad:
        return f"Byte {bad.start + 1} of this row is not UTF-8. Save the file as UTF-8."
    if problem.msg.startswith("depth limit"):
        return "This row is nested more than 1,000 levels deep. Make it flatter, or remove the row."
    return (
        f"This row is not valid JSON: {problem.msg}, at character {problem.pos + 1} of the row. "
        "Correct it, or remove the row."
    )
