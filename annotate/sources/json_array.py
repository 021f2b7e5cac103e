"""The elements of a JSON array of any size, one after the other, in constant memory.

In: pieces of bytes that begin with ``[``. Out: each element parsed, with the line where it starts, or the
error. Called by ``json_rows``.

How the end of an element is found: no proper beginning of a JSON object is itself a JSON object, so if the
bytes up to *some* closing brace parse, that brace is the end. The first brace is tried; where that fails (a
brace inside a string, a nested object), the brackets are counted outside strings. Either way each byte is
parsed once or twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

from annotate.sources.limits import Limits, SourceRefused, size
from annotate.sources.rows import RowError

# A whole string, a bracket, or (last) the quotation mark of a string that does not end here. The possessive
# quantifiers keep the matcher from ever going back into a string.
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]|"', re.DOTALL)
_BLANK = re.compile(rb"[ \t\r\n]*+")
_SCALAR_END = re.compile(rb"[,\]\}\s]")

_BLANKS = b" \t\r\n"
_OPENING = b"[{"
_BRACE = ord("{")
_QUOTE = ord('"')

UNFINISHED = -1
BROKEN = object()

_CUT = "The file ends inside this row or before the array is closed. A part is missing: get the whole file."


class _Cut(Exception):
    """The file ends inside an element."""


class JsonArray:
    """Walks one array; ``line`` is the line of ``pos``."""

    __slots__ = ("_buffer", "_inner", "_limits", "_line", "_line_at", "_pieces", "_pos")

    def __init__(
        self, first: bytes, pieces: Iterator[bytes], limits: Limits, line: int = 1, *, inner: bool = False
    ) -> None:
        self._buffer = first
        self._pieces = pieces
        self._limits = limits
        self._pos = 0
        self._line = line
        self._inner = inner  # the array of an object, which goes on behind it
        self._line_at = 0  # where in the buffer the line was last counted

    def elements(self) -> Iterator[tuple[int, bytes, Any] | RowError]:
        """Each element as ``(line, its bytes, its value)``, the value ``BROKEN`` where it does not parse.

        A fault of the array itself is given as a ``RowError`` and ends the walk.
        """
        self._skip_blank()
        self._pos += 1  # the opening bracket
        closing = self._skip_blank() == b"]"
        while not closing:
            line = self._count_lines()
            try:
                raw, value = self._element()
            except _Cut:
                yield RowError(line, "", _CUT)
                return
            yield line, raw, value
            byte = self._skip_blank()
            if byte == b",":
                self._pos += 1
                if self._skip_blank() != b"]":
                    continue
                yield self._fault("A comma stands before the closing bracket. Remove it.")
                return
            if byte != b"]":
                missing = "After a row a comma or the closing bracket is missing. Put it there."
                yield self._fault(missing if byte else _CUT)
                return
            closing = True
        self._pos += 1
        behind = self._skip_blank()
        if self._inner:
            if behind not in (b",", b"}"):
                yield self._fault(_CUT)
        elif behind:
            yield self._fault(
                "Text follows the array's closing bracket. Remove it, or give one object a line."
            )

    def _fault(self, message: str) -> RowError:
        return RowError(self._count_lines(), "", message)

    def _element(self) -> tuple[bytes, Any]:
        """Parse the element at ``pos`` and step behind it."""
        if self._pos >= len(self._buffer):
            raise _Cut
        end = self._buffer.find(b"}", self._pos) + 1
        if end and self._buffer[self._pos] == _BRACE:
            raw = self._buffer[self._pos : end]
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError:
                pass
            else:
                self._step_over(raw)
                return raw, value
        while (end := self._end_of_element()) == UNFINISHED:
            if not self._more():
                raise _Cut
        raw = self._buffer[self._pos : end]
        self._step_over(raw)
        try:
            return raw, orjson.loads(raw)
        except orjson.JSONDecodeError:
            return raw, BROKEN

    def _step_over(self, raw: bytes) -> None:
        if len(raw) > self._limits.max_row_bytes:
            self._refuse_long()
        self._pos += len(raw)

    def _end_of_element(self) -> int:
        """Where the element at ``pos`` ends by its brackets, or ``UNFINISHED``."""
        buffer, start = self._buffer, self._pos
        if buffer[start] not in b'[{"':
            found = _SCALAR_END.search(buffer, start + 1)
            return found.start() if found else UNFINISHED
        depth = 0
        for token in TOKEN.finditer(buffer, start):
            begin = token.start()
            byte = buffer[begin]
            if byte == _QUOTE:
                if token.end() == begin + 1:
                    return UNFINISHED  # the string goes on behind the buffer
            else:
                depth += 1 if byte in _OPENING else -1
            if depth <= 0:
                return token.end()
        return UNFINISHED

    def _more(self) -> bool:
        """Read on; at least as much as the unfinished element has, so that looking again stays cheap."""
        line = self._count_lines()
        rest = self._buffer[self._pos :]
        if len(rest) > self._limits.max_row_bytes:
            self._refuse_long()
        parts, wanted = [rest], len(rest)
        for piece in self._pieces:
            parts.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        if len(parts) == 1:
            return False
        self._buffer = b"".join(parts)
        self._pos = self._line_at = 0
        self._line = line
        return True

    def _skip_blank(self) -> bytes:
        """Step over blanks; the byte that follows, empty at the end of the file."""
        while True:
            byte = self._buffer[self._pos : self._pos + 1]
            if byte and byte not in _BLANKS:
                return byte
            found = _BLANK.match(self._buffer, self._pos)
            self._pos = found.end() if found else self._pos
            if self._pos >= len(self._buffer) and not self._more():
                return b""

    def _count_lines(self) -> int:
        self._line += self._buffer.count(b"\n", self._line_at, self._pos)
        self._line_at = self._pos
        return self._line

    def _refuse_long(self) -> None:
        raise SourceRefused(
            f"The row that begins in line {self._count_lines()} is longer than "
            f"{size(self._limits.max_row_bytes)}, the limit for one row. Shorten it, or check that its "
            "quotation marks and brackets are closed."
        )
