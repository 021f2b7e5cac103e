"""Bytes come in pieces, unpacked, within limits; what is not text is named for what it is."""

from __future__ import annotations

import gzip
import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.limits import MIB, Limits, SourceRefused
from annotate.sources.notes import Notes
from annotate.sources.streams import PIECE, lines, pieces
from tests.pure.sources.reading_of import Dribble


def text_of(data: bytes, limits: Limits | None = None) -> bytes:
    return b"".join(pieces(io.BytesIO(data), limits or Limits(), Notes()))


def refusal_of(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(SourceRefused) as refused:
        text_of(data, limits)
    return refused.value.message


@given(st.binary(max_size=300), st.integers(1, 50), st.integers(0, 3))
def test_gzip_of_any_number_of_members_comes_out_as_it_went_in(data: bytes, step: int, more: int) -> None:
    packed = gzip.compress(b"{" + data) + gzip.compress(data) * more + b"\0" * more
    notes = Notes()
    assert b"".join(pieces(Dribble(packed, step), Limits(), notes)) == b"{" + data * (1 + more)
    assert notes.bytes_read == len(packed)


@pytest.mark.parametrize("step", [1, 2, 1000])
def test_a_byte_order_mark_is_taken_off_once(step: int) -> None:
    data = b"\xef\xbb\xbf\xef\xbb\xbfx"
    assert b"".join(pieces(Dribble(data, step), Limits(), Notes())) == b"\xef\xbb\xbfx"
    assert text_of(gzip.compress(b"\xef\xbb\xbfx")) == b"x"


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"PK\x03\x04....", "ZIP"),
        (b"PAR1....", "Parquet"),
        (b"BZh9....", "bzip2"),
        (b"\xfd7zXZ\x00", "xz"),
        (b"(\xb5/\xfd....", "Zstandard"),
        (b"%PDF-1.7", "PDF"),
        ("Å".encode("utf-16"), "UTF-16. Save it as UTF-8"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    ],
)
def test_a_file_of_another_kind_is_named(data: bytes, part: str) -> None:
    assert part in refusal_of(data)
    assert part in refusal_of(gzip.compress(data))


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    file = io.BytesIO(b"x" * (3 * MIB))
    with pytest.raises(SourceRefused, match="larger than 1 MiB, the limit for one source"):
        list(pieces(file, Limits(max_file_bytes=MIB), Notes()))
    assert file.tell() < 2 * MIB


def test_a_gzip_bomb_is_refused_after_a_few_pieces() -> None:
    bomb = gzip.compress(bytes(64 * MIB))
    taken = 0
    with pytest.raises(SourceRefused, match="unpacks to more than 100 times its size"):
        for piece in pieces(io.BytesIO(bomb), Limits(), Notes()):
            taken += len(piece)
    assert taken <= 17 * MIB
    assert "Unpacked the file is larger than 2 MiB" in refusal_of(
        bomb, Limits(max_decompressed_bytes=2 * MIB)
    )


def test_gzip_of_countless_empty_members_is_refused() -> None:
    assert "many tiny parts" in refusal_of(gzip.compress(b"") * 2000)


def test_small_text_that_shrinks_well_is_no_bomb() -> None:
    assert len(text_of(gzip.compress(b"a" * MIB))) == MIB


def test_damaged_and_cut_gzip_are_told_apart() -> None:
    packed = gzip.compress(bytes(range(256)) * 100)
    assert "ends too early" in refusal_of(packed[:-9])
    assert "damaged" in refusal_of(packed[:-8] + b"12345678")
    assert "damaged" in refusal_of(packed + b"garbage")
    assert "ends too early" in refusal_of(b"\x1f\x8b\x08")
    with pytest.raises(zlib.error):
        zlib.decompress(packed[:-8] + b"12345678", wbits=31)


@given(st.binary(max_size=200), st.integers(1, 30))
def test_lines_are_those_of_the_whole_text(data: bytes, step: int) -> None:
    cut = (data[at : at + step] for at in range(0, len(data), step))
    expected = data.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert list(lines(cut, Limits())) == list(enumerate(expected, start=1))


@pytest.mark.parametrize("end", [b"", b"\nb"])
@pytest.mark.parametrize("step", [7, 1000])
def test_a_line_over_the_limit_is_refused_with_its_number(end: bytes, step: int) -> None:
    data = b"a\n" + b"x" * 101 + end
    cut = (data[at : at + step] for at in range(0, len(data), step))
    with pytest.raises(SourceRefused, match="Line 2 is longer than 100 bytes, the limit for one row"):
        list(lines(cut, Limits(max_row_bytes=100)))


def test_tiny_pieces_are_joined_before_anyone_joins_them_row_by_row() -> None:
    data = bytes(range(256)) * 4096
    members = b"".join(gzip.compress(data[at : at + 4096]) for at in range(0, len(data), 4096))
    for file in (Dribble(data, 100), io.BytesIO(members)):
        sizes = [len(piece) for piece in pieces(file, Limits(), Notes())]
        assert sum(sizes) == len(data)
        assert min(sizes[:-1]) >= PIECE
