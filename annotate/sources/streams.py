"""The bytes of a source, in pieces, within limits.

In: a binary file as it was uploaded, plain or gzip. Out: pieces of plain UTF-8 bytes, without a byte order
mark. Also physical lines out of such pieces. Called by ``reading``, ``json_rows`` and the ``csv`` format.
Nothing is ever read whole: memory stays that of a few pieces.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from annotate.sources.limits import RATIO_COUNTS_FROM, Limits, SourceRefused, size
from annotate.sources.notes import Notes

PIECE = 256 * 1024
# What is compressed is read in smaller pieces, because zlib copies the rest of a piece at every member's end.
GZIP_PIECE = 32 * 1024

# First bytes that say "this is something else", and what to do then.
_FOREIGN = {
    b"PK\x03\x04": "a ZIP archive (or a spreadsheet file). Unpack it, or save the sheet as CSV",
    b"PAR1": "a Parquet file. Convert it to JSON lines",
    b"BZh": "compressed with bzip2. Unpack it, or compress it with gzip",
    b"\xfd7zXZ": "compressed with xz. Unpack it, or compress it with gzip",
    b"(\xb5/\xfd": "compressed with Zstandard. Unpack it, or compress it with gzip",
    b"7z\xbc\xaf": "a 7z archive. Unpack it",
    b"%PDF": "a PDF document. Give the data as JSON lines or CSV",
    b"SQLite": "an SQLite database. Export the table as CSV",
    b"version https://git-lfs": "a Git LFS pointer, not the data itself. Fetch the file with git lfs pull",
    b"\xff\xfe": "text in UTF-16. Save it as UTF-8",
    b"\xfe\xff": "text in UTF-16. Save it as UTF-8",
}

_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"


class Readable(Protocol):
    """What can be read in pieces: an open binary file, an upload, the body of a request."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes; none at the end."""
        ...


def pieces(file: Readable, limits: Limits, notes: Notes) -> Iterator[bytes]:
    """The text bytes of ``file``, piece by piece, unpacked where it is gzip.

    Parameters: ``file``, anything with ``read(n)``; ``notes``, whose ``bytes_read`` is kept up to date.
    Raises: ``SourceRefused`` when a limit is exceeded, or when the file is of another kind or damaged.
    """
    raw = _filled(_counted(file, limits, notes))
    first = next(raw, b"")
    plain: Iterator[bytes] = chain([first], raw)
    if first.startswith(_GZIP):
        plain = _filled(_unpacked(plain, limits, notes))
    start = next(plain, b"")
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise SourceRefused(f"The file is {what}; then import it again.")
    yield start.removeprefix(_BOM)
    yield from plain


def _counted(file: Readable, limits: Limits, notes: Notes) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        notes.bytes_read += len(piece)
        if notes.bytes_read > limits.max_file_bytes:
            raise SourceRefused(
                f"The file is larger than {size(limits.max_file_bytes)}, the limit for one source. "
                "Split it, or ask the operator to raise the limit."
            )
        yield piece


def _filled(source: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of full size, whatever a slow socket or a gzip file of small parts gives.

    Joining a long row out of tiny pieces would copy it once for each of them.
    """
    held: list[bytes] = []
    length = 0
    for piece in source:
        held.append(piece)
        length += len(piece)
        if length >= PIECE:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)


def _unpacked(packed_pieces: Iterator[bytes], limits: Limits, notes: Notes) -> Iterator[bytes]:
    """Unpack gzip, one or several members, never more than a piece at a time."""
    total = members = 0
    unpacker = zlib.decompressobj(wbits=31)
    for packed in _smaller(packed_pieces):
        while packed:
            if unpacker.eof:
                # After the last member tape programs and the like fill up with zeros.
                packed = packed.lstrip(b"\0")
                if not packed:
                    break
                members += 1
                unpacker = zlib.decompressobj(wbits=31)
            try:
                piece = unpacker.decompress(packed, PIECE)
            except zlib.error:
                raise SourceRefused(
                    "The gzip file is damaged. Compress it again, or give it unpacked."
                ) from None
            total += len(piece)
            _judge_unpacked(total, members, limits, notes)
            if piece:
                yield piece
            packed = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if not unpacker.eof:
        raise SourceRefused("The gzip file ends too early: a part of it is missing. Upload it again.")


def _smaller(source: Iterator[bytes]) -> Iterator[bytes]:
    for piece in source:
        for start in range(0, len(piece), GZIP_PIECE):
            yield piece[start : start + GZIP_PIECE]


def _judge_unpacked(total: int, members: int, limits: Limits, notes: Notes) -> None:
    if total > limits.max_decompressed_bytes:
        raise SourceRefused(
            f"Unpacked the file is larger than {size(limits.max_decompressed_bytes)}, the limit for one "
            "source. Split it, or ask the operator to raise the limit."
        )
    if total > RATIO_COUNTS_FROM and total > limits.max_ratio * notes.bytes_read:
        raise SourceRefused(
            f"The file unpacks to more than {limits.max_ratio} times its size, as no real text does. "
            "Give it unpacked if it is what you mean to import."
        )
    if members > 1000 + total // 1024:
        raise SourceRefused("The gzip file is made of many tiny parts. Compress it again as one.")


def lines(pieces: Iterator[bytes], limits: Limits) -> Iterator[tuple[int, bytes]]:
    r"""Physical lines with their numbers from 1, without the ``\n``.

    Parameters: ``pieces`` of text bytes, cut anywhere.
    Raises: ``SourceRefused`` at a line longer than the limit of a row, before more of it than that is held.

    >>> list(lines(iter([b"a\nb", b"c\n\nd"]), Limits()))
    [(1, b'a'), (2, b'bc'), (3, b''), (4, b'd')]
    """
    number = 0
    rest = b""
    longest = limits.max_row_bytes
    for piece in pieces:
        whole = (rest + piece).split(b"\n")
        rest = whole.pop()
        for line in whole:
            number += 1
            if len(line) > longest:
                _refuse_long(number, longest)
            yield number, line
        if len(rest) > longest:
            _refuse_long(number + 1, longest)
    if rest:
        yield number + 1, rest


def _refuse_long(line: int, longest: int) -> None:
    raise SourceRefused(
        f"Line {line} is longer than {size(longest)}, the limit for one row. Shorten it, or check that the "
        "file has one row on each line."
    )
