"""The ``csv`` format: headers, delimiters, quotation marks, and the line where each record starts."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.limits import Limits, SourceRefused
from tests.pure.sources.reading_of import SMALL, reading_of


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_delimiter_line_end_and_mark_are_seen(delimiter: str, end: str, start: str) -> None:
    rows = [["prompt", "context", "language"], ["Why, oh; why\t?", "c", "en"], ["Who?", "", ""]]
    quoted = [delimiter.join(f'"{cell}"' for cell in row) for row in rows]
    found = reading_of(start + end.join(quoted) + end, "csv")
    assert [(row.prompt, row.context, row.language, row.line) for row in found.rows] == [
        ("Why, oh; why\t?", "c", "en", 2),
        ("Who?", "", "", 3),
    ]


def test_lines_are_where_records_start() -> None:
    content = 'prompt,context\n"one\ntwo","a ""b""\r\nc"\n\nthree,d\n"",e\n'
    found = reading_of(content, "csv")
    assert [(row.prompt, row.context, row.line) for row in found.rows] == [
        ("one\ntwo", 'a "b"\r\nc', 2),
        ("three", "d", 6),
    ]
    assert [(error.line, error.field) for error in found.errors] == [(7, "prompt")]


@pytest.mark.parametrize(
    ("record", "part"),
    [
        ("a,b,c", "3 cells, but the header has 2"),
        ("a", "1 cells, but the header has 2"),
        ('"a"x,b', "Text follows a closing quotation mark"),
        ('"a,b', "file ends inside a quotation"),
        ("a\rb,c", "carriage return"),
    ],
)
def test_a_broken_record_is_told_with_its_line(record: str, part: str) -> None:
    (error, *_) = reading_of("prompt,context\nfine,x\n" + record + "\n", "csv").errors
    assert (error.line, error.row) == (3, 2)
    assert part in error.message


def test_a_broken_record_does_not_hide_the_next() -> None:
    found = reading_of('prompt,context\n"a"x,b\nfine,c\n', "csv")
    assert [row.prompt for row in found.rows] == ["fine"]


def test_bytes_that_are_not_utf_8_are_told_in_their_cell() -> None:
    found = reading_of(b"prompt,context\nfine,x\ncaf\xe9,y\n", "csv")
    (error,) = found.errors
    assert (error.line, error.field) == (3, "prompt")
    assert "Character 4" in error.message
    assert "Save the file as UTF-8" in error.message
    nul = reading_of(b"prompt,context\na\0b,x\n", "csv")
    assert "NUL" in nul.errors[0].message


def test_cells_become_what_their_fields_want() -> None:
    content = (
        "kind;prompt;messages;metadata;priority;external_id\n"
        'respond;Why?;;"{""a"": 1}"; 3 ;007\n'
        'converse;;"[{""role"": ""user"", ""content"": ""Hi""}]";;;\n'
        ";Why?;;{bad;high;\n"
    )
    found = reading_of(content, "csv")
    assert (found.rows[0].metadata, found.rows[0].priority, found.rows[0].external_id) == ({"a": 1}, 3, "007")
    assert found.rows[1].messages == [{"role": "user", "content": "Hi"}]
    assert [(error.line, error.field) for error in found.errors] == [(4, "priority"), (4, "metadata")]


def test_a_mapping_and_what_it_leaves_over() -> None:
    content = "Question,Best Answer,Source\nWhy?,So.,web\n"
    mapping = {"prompt": "Question", "reference": "Best Answer"}
    found = reading_of(content, "csv", mapping=mapping)
    assert (found.rows[0].prompt, found.rows[0].reference) == ("Why?", "So.")
    assert found.notes["unused_columns"]["names"] == ["Source"]
    kept = reading_of(content, "csv", mapping={**mapping, "metadata.source": "Source"})
    assert kept.rows[0].metadata == {"source": "web"}
    assert "unused_columns" not in kept.notes


@pytest.mark.parametrize(
    ("header", "options", "part"),
    [
        (
            "Question,Answer",
            {},
            "no column prompt, which tasks of kind respond need. Columns found: Question,",
        ),
        ("Question,Answer", {}, "mapping prompt=column"),
        ("Question,Answer", {"mapping": {"prompt": "Frage"}}, "names Frage, but no row has such a column"),
        ("prompt,context", {"kind": "compose"}, "no column brief"),
        ("prompt,prompt", {}, "names prompt more than once"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_at_once(
    header: str, options: dict[str, Any], part: str
) -> None:
    with pytest.raises(SourceRefused) as refused:
        reading_of(header + "\na,b\n" * 3, "csv", **options)
    assert part in refused.value.message


def test_a_header_alone_is_no_rows() -> None:
    with pytest.raises(SourceRefused, match="no rows"):
        reading_of("prompt,context\n", "csv")


def test_a_quotation_that_never_closes_does_not_swallow_the_file() -> None:
    content = 'prompt,context\nfine,x\n"never closed\n' + "more text\n" * 10_000
    with pytest.raises(SourceRefused, match="begins in line 3 is longer than 2000 bytes"):
        reading_of(content, "csv", limits=SMALL)


def test_a_long_cell_is_read_whole() -> None:
    long = "x" * 190_000
    assert reading_of(f"prompt,context\n{long},y\n", "csv", limits=Limits()).rows[0].prompt == long


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=15)


@given(
    st.lists(st.tuples(CELLS.filter(str.strip), CELLS, CELLS), min_size=1, max_size=5),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_a_spreadsheet_writes_is_what_is_read(
    rows: list[tuple[str, str, str]], delimiter: str, end: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["prompt", "context", "reference"])
    starts = []
    for row in rows:
        starts.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    found = reading_of(out.getvalue(), "csv")
    assert found.errors == []
    assert [(row.prompt, row.context, row.reference) for row in found.rows] == rows
    assert [row.line for row in found.rows] == starts
