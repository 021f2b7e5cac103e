"""The long array inside one object: its rows one by one, and what stands before it.

In: pieces of bytes that hold ``{…, "data": [ … ], …}``. Out: the members before the array, and each of its
objects with its line. Called by formats whose file is one object. Only what stands before the array is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from annotate.sources.format import Found
from annotate.sources.json_array import TOKEN, JsonArray
from annotate.sources.json_rows import checked_elements
from annotate.sources.limits import Limits, SourceRefused, size

_OPENS = re.compile(rb"\s*:\s*(?=\[)")


def inner_array(pieces: Iterator[bytes], key: str, limits: Limits) -> tuple[dict[str, Any], Iterator[Found]]:
    """The members before ``key``, and the objects of the array it names.

    Raises: ``SourceRefused`` where there is no such array, or more before it than one row may have.
    """
    held = b""
    for piece in pieces:
        held += piece
        found = _place_of(held, b'"' + key.encode() + b'"')
        if found:
            before, opening = found
            try:
                head = orjson.loads(held[:before].rstrip().rstrip(b",") + b"}")
            except orjson.JSONDecodeError:
                break
            line = held.count(b"\n", 0, opening) + 1
            array = JsonArray(held[opening:], pieces, limits, line, inner=True)
            return head, checked_elements(array, limits)
        if len(held) > limits.max_row_bytes:
            raise SourceRefused(
                f"More than {size(limits.max_row_bytes)}, the limit for one row, stand before the list "
                f"“{key}”. Put the list first, or split the file."
            )
    raise SourceRefused(
        f"The file is no object with a list “{key}”. Check that it is in the format you named."
    )


def _place_of(held: bytes, name: bytes) -> tuple[int, int] | None:
    """Where the member ``name`` of the outermost object begins, and where its array opens."""
    depth = 0
    for token in TOKEN.finditer(held):
        text = token.group()
        if text in b"{[":
            depth += 1
        elif text in b"}]":
            depth -= 1
        elif depth == 1 and text == name:
            opens = _OPENS.match(held, token.end())
            if opens:
                return token.start(), opens.end()
    return None
