"""Reading takes the memory of a few pieces, however long the file is."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import orjson
import pytest

from annotate.sources.limits import MIB
from annotate.sources.reading import read
from annotate.sources.rows import DIGEST_BYTES, TaskRow, digest

ROW = {"instruction": "x" * 150, "input": "y" * 150, "output": "z" * 100}
LINE = orjson.dumps(ROW)


class Generated:
    """A file that is made while it is read, so that only the reader's own memory is measured."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def read(self, size: int = -1) -> bytes:
        return next(self._parts, b"")


def blocks(rows: int, before: bytes, row: bytes, between: bytes, after: bytes) -> Iterator[bytes]:
    block = (row + between) * 500
    if before:
        yield before
    for _ in range(rows // 500 - 1):
        yield block
    yield block.removesuffix(between) + after


@pytest.mark.parametrize(
    ("format", "rows", "parts"),
    [
        ("alpaca", 200_000, (b"[", LINE, b", ", b"]")),
        ("alpaca", 50_000, (b"", LINE, b"\n", b"")),
        ("csv", 50_000, (b"prompt,context\n", b'"a\nb","' + b"c" * 300 + b'"', b"\n", b"")),
    ],
)
def test_many_rows_need_no_more_memory_than_a_few(
    format: str, rows: int, parts: tuple[bytes, bytes, bytes, bytes]
) -> None:
    tracemalloc.start()
    try:
        source = Generated(blocks(rows, *parts))
        count = sum(len(digest(row)) == DIGEST_BYTES for row in read(source, format) if type(row) is TaskRow)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == rows
    assert peak < 8 * MIB
