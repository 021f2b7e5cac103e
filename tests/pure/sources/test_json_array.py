"""A JSON array is taken apart exactly, whatever it holds and however its bytes arrive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.json_array import BROKEN, JsonArray
from annotate.sources.limits import Limits, SourceRefused
from annotate.sources.rows import RowError

TRICKY = st.text(alphabet='{}[]",:\\ \n\té漢ab', max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TRICKY,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TRICKY, inner, max_size=3),
    max_leaves=10,
)
BLANKS = st.text(alphabet=" \n\t\r", max_size=4).map(str.encode)


def cut(data: bytes, step: int) -> Iterator[bytes]:
    return (data[at : at + step] for at in range(0, len(data), step))


def elements(data: bytes, step: int = 1 << 20, limits: Limits | None = None) -> list[Any]:
    pieces = cut(data, step)
    return list(JsonArray(next(pieces), pieces, limits or Limits()).elements())


@given(
    st.lists(VALUES, max_size=6),
    st.lists(st.tuples(BLANKS, BLANKS), min_size=6, max_size=6),
    st.booleans(),
    st.booleans(),
    st.integers(1, 40),
)
def test_every_element_comes_out_as_it_went_in_with_its_line(
    values: list[Any], blanks: list[tuple[bytes, bytes]], pretty: bool, ascii_only: bool, step: int
) -> None:
    data, expected = b"\n[", []
    for place, value in enumerate(values):
        before, after = blanks[place]
        data += (b"," if place else b"") + before
        expected.append((data.count(b"\n") + 1, value))
        data += json.dumps(value, indent=2 if pretty else None, ensure_ascii=ascii_only).encode() + after
    data += b" \n ] \n"
    assert [(line, value) for line, _, value in elements(data, step)] == expected
    assert json.loads(data) == values


@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_an_array_cut_short_gives_what_is_whole_and_then_says_so(values: list[Any], data: Any) -> None:
    whole = orjson.dumps(values)
    end = data.draw(st.integers(1, len(whole) - 1))
    found = elements(whole[:end], step=data.draw(st.integers(1, 20)))
    assert isinstance(found[-1], RowError)
    good = [value for _, _, value in found[:-1]]
    # A number at the very end of what is left may be a part of one; everything before it is exact.
    assert good == values[: len(good)]


@given(st.binary(max_size=60), st.integers(1, 10))
def test_no_bytes_break_the_walk(noise: bytes, step: int) -> None:
    for found in elements(b"[" + noise, step):
        assert isinstance(found, RowError) or found[0] >= 1


@given(st.text(alphabet='[]{}",:\\a1 \n', max_size=30))
def test_what_is_accepted_whole_is_what_json_says(text: str) -> None:
    data = b"[" + text.encode()
    found = elements(data)
    clean = not any(isinstance(one, RowError) or one[2] is BROKEN for one in found)
    try:
        expected = orjson.loads(data)
    except orjson.JSONDecodeError:
        assert not clean
    else:
        assert clean
        assert [value for _, _, value in found] == expected


@pytest.mark.parametrize(
    ("data", "line", "part", "good"),
    [
        (b'[{"a":1},\n]', 2, "comma stands before the closing bracket", 1),
        (b'[{"a":1}\n{"a":2}]', 2, "comma or the closing bracket is missing", 1),
        (b'[{"a":1}]\n{"a":2}', 2, "Text follows the array", 1),
        (b'[{"a":1},\n{"a":"', 2, "file ends inside this row", 1),
        (b'[{"a":1},\n', 2, "file ends inside this row", 1),
        (b'[{"a":1}\n', 2, "file ends inside this row", 1),
        (b"[", 1, "file ends inside this row", 0),
    ],
)
def test_a_fault_of_the_array_is_told_with_its_line(data: bytes, line: int, part: str, good: int) -> None:
    found = elements(data)
    assert len(found) == good + 1
    assert found[-1].line == line
    assert part in found[-1].message


def test_a_bad_element_does_not_hide_the_next() -> None:
    found = elements(b'[{"a":tru},\n{"a":"}"},\n{"b":{"c":[]}}]')
    assert found[0][2] is BROKEN
    assert [(line, value) for line, _, value in found[1:]] == [(2, {"a": "}"}), (3, {"b": {"c": []}})]


@pytest.mark.parametrize(
    "row",
    [
        b'{"a": "' + b"x" * 5000 + b'"}',
        b'{"a": "' + b"}" * 5000 + b'"}',
        b"[" * 5000,
        b'{"a": "' + b"x" * 5000,
        b"1" * 5000,
        b" " * 10 + b'"' + b"y" * 5000,
    ],
)
@pytest.mark.parametrize("step", [100, 100_000])
def test_a_row_over_the_limit_is_refused_with_its_line(row: bytes, step: int) -> None:
    with pytest.raises(SourceRefused) as refused:
        elements(b'[{"a": 1},\n\n' + row + b"]", step, Limits(max_row_bytes=1000))
    assert "begins in line 3 is longer than 1000 bytes" in refused.value.message


def test_blanks_without_end_are_no_row() -> None:
    assert elements(b"[" + b" " * 100_000 + b"]", 1000, Limits(max_row_bytes=1000)) == []
