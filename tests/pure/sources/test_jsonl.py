"""The ``jsonl`` format and what all readings share: mapping, limits, defaults, errors by line."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.limits import SourceRefused
from annotate.sources.mapping import parse_mapping
from annotate.sources.notes import Notes
from annotate.sources.reading import read
from annotate.sources.registry import FORMATS, open_format
from annotate.sources.rows import TaskRow
from tests.pure.sources.reading_of import SMALL, Dribble, reading_of


def test_one_task_of_each_kind_with_all_its_fields() -> None:
    tasks: list[dict[str, Any]] = [
        {"prompt": "Why?", "context": "c", "reference": "r", "metadata": {"a": [1]}, "external_id": "7"},
        {"kind": "compose", "brief": "Rivers", "category": "Open QA", "priority": 4},
        {"kind": "edit", "prompt": "Why?", "draft_response": "d", "language": "EN"},
        {"kind": "converse", "messages": [{"role": "user", "content": "Hi"}]},
    ]
    found = reading_of("\n".join(json.dumps(task) for task in tasks), "jsonl")
    assert found.errors == []
    assert found.rows[0] == TaskRow(
        "respond", "Why?", "c", "", None, "", "r", "", "", 2, "7", {"a": [1]}, line=1, row=1
    )
    assert (found.rows[1].brief, found.rows[1].category, found.rows[1].priority) == ("Rivers", "open_qa", 4)
    assert (found.rows[2].draft_response, found.rows[2].language) == ("d", "en")
    assert found.rows[3].messages == tasks[3]["messages"]


def test_errors_by_line_leave_the_good_rows() -> None:
    found = reading_of(
        b'{"prompt": "one"}\r\n'
        b"\r\n"
        b'{"prompt": "two"\r\n'
        b'{"prompt": ""}\r\n'
        b'["prompt"]\r\n'
        b'{"prompt": "\xff"}\r\n'
        b'{"prompt": "a\\u0000b"}\r\n'
        b'{"prompt": "\\ud83d"}\r\n'
        b'{"prompt": NaN}\r\n'
        b'{"prompt": "three"} x\r\n'
        b'{"prompt": "four"}',
        "jsonl",
    )
    assert [(row.prompt, row.line, row.row) for row in found.rows] == [("one", 1, 1), ("four", 11, 10)]
    parts = [
        (3, "not valid JSON"),
        (4, "missing or empty"),
        (5, "not an object"),
        (6, "Byte 13 of this row is not UTF-8"),
        (7, "NUL"),
        (8, "not valid JSON"),
        (9, "not valid JSON"),
        (10, "not valid JSON"),
    ]
    assert [error.line for error in found.errors] == [line for line, _ in parts]
    assert [error.row for error in found.errors] == list(range(2, 10))
    for error, (_, part) in zip(found.errors, parts, strict=True):
        assert part in error.message


def test_a_row_nested_too_deep_is_an_error_and_no_crash() -> None:
    deep = '{"prompt": "x", "other": ' + "[" * 40 + "]" * 40 + "}"
    deeper = '{"prompt": "x", "other": ' + "[" * 100_000 + "]" * 100_000 + "}"
    unclosed = '{"a":' * 100_000
    found = reading_of(f'{deep}\n{deeper}\n{unclosed}\n{{"prompt": "ok"}}', "jsonl")
    assert [row.prompt for row in found.rows] == ["ok"]
    assert [error.line for error in found.errors] == [1, 2, 3]
    assert "more than 32 levels deep" in found.errors[0].message
    assert "more than 1,000 levels deep" in found.errors[1].message


def test_brackets_in_text_are_not_depth() -> None:
    assert reading_of(orjson.dumps({"prompt": "[{" * 100}), "jsonl").rows[0].prompt == "[{" * 100


def test_an_array_of_tasks_is_read_as_well() -> None:
    found = reading_of('[\n{"prompt": "one"},\n{"prompt": "two"}\n]', "jsonl")
    assert [(row.prompt, row.line) for row in found.rows] == [("one", 2), ("two", 3)]


@pytest.mark.parametrize("content", [b"", b"\n \n", b"[]", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)])
def test_a_file_without_rows_is_refused(content: bytes) -> None:
    with pytest.raises(SourceRefused, match="holds no rows"):
        reading_of(content, "jsonl")


def test_one_object_over_many_lines_is_refused_with_a_remedy() -> None:
    with pytest.raises(SourceRefused, match="one object spread over many lines"):
        reading_of(json.dumps({"data": [{"prompt": "Why?"}]}, indent=1), "jsonl")


def test_names_of_columns_are_told_in_a_form_that_can_be_stored() -> None:
    hostile = json.dumps({"prompt": "x", "a\0": 1, "b" * 500: 2})
    assert reading_of(hostile, "jsonl").notes["unused_columns"]["names"] == ["a␀", "b" * 60 + "…"]
    with pytest.raises(SourceRefused) as refused:
        reading_of(hostile, "jsonl", mapping={"context": "c"})
    assert "\0" not in refused.value.message
    with pytest.raises(SourceRefused) as refused:
        reading_of(b"caf\xe9,b\nx,y\n", "csv")
    refused.value.message.encode()


def test_the_limits_of_rows_and_lines() -> None:
    rows = b'{"prompt": "x"}\n' * 51
    assert len(reading_of(rows[:-16], "jsonl", limits=SMALL).rows) == 50
    with pytest.raises(SourceRefused, match="more than 50 rows, the limit for one source"):
        reading_of(rows, "jsonl", limits=SMALL)
    with pytest.raises(SourceRefused, match="Line 1 is longer than 2000 bytes"):
        reading_of(b'{"prompt": "' + b"x" * 3000, "jsonl", limits=SMALL)


def test_limit_takes_the_first_rows_and_no_more() -> None:
    content = '{"prompt": "one"}\n{}\n{"prompt": "three"}\n'
    assert len(reading_of(content, "jsonl", limit=1).rows) == 1
    assert len(reading_of(content, "jsonl", limit=2).errors) == 1
    assert len(reading_of(content, "jsonl", limit=9).rows) == 2


def test_a_mapping_renames_and_reaches_into_nested_columns() -> None:
    row = {"q": "Why?", "id": 5, "more": {"answers": [{"text": "So."}]}, "a.b": "c", "app": "Mail", "z": 1}
    mapping = parse_mapping(
        [
            "prompt=q",
            "external_id=id",
            "reference=more.answers.0.text",
            "context=a.b",
            "metadata.app=app",
            "metadata.none=more.answers.7",
        ]
    )
    line = json.dumps(row) + "\n"
    with pytest.raises(SourceRefused, match=r"names more\.answers\.7, but no row has such a column"):
        reading_of(line, "jsonl", mapping=mapping)
    del mapping["metadata.none"]
    found = reading_of(line, "jsonl", mapping=mapping)
    task = found.rows[0]
    assert (task.prompt, task.external_id, task.reference, task.context) == ("Why?", "5", "So.", "c")
    assert task.metadata == {"app": "Mail"}
    assert found.notes["unused_columns"] == {"count": 1, "lines": [1], "rows": [1], "names": ["z"]}


def test_a_mapped_column_may_be_missing_in_some_rows() -> None:
    found = reading_of('{"q": "a"}\n{"q": "b", "c": "x"}', "jsonl", mapping={"prompt": "q", "context": "c"})
    assert [row.context for row in found.rows] == ["", "x"]


def test_a_column_that_no_row_has_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SourceRefused) as refused:
        reading_of('{"q": "Why?", "a": 1}', "jsonl", mapping={"prompt": "q", "context": "ctx"})
    assert "names ctx, but no row has such a column. Columns found: q, a." in refused.value.message


def test_a_missing_column_is_told_in_the_words_of_the_file() -> None:
    (error,) = reading_of('{"question": "Why?"}', "jsonl").errors
    assert error.field == "prompt"
    assert "This row has no column prompt; it has question." in error.message


@pytest.mark.parametrize(
    ("pairs", "part"),
    [
        (["prompt"], "“prompt” is no mapping"),
        (["=x"], "Write field=column"),
        (["prompt="], "Write field=column"),
        (["prompt=a", "prompt=b"], "mapped twice, to a and to b"),
    ],
)
def test_pairs_that_are_no_mapping_are_refused(pairs: list[str], part: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        parse_mapping(pairs)
    assert part in refused.value.message


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"mapping": {"promt": "q"}}, "not a field of a task. Use one of kind, prompt"),
        ({"mapping": {"metadata.": "q"}}, "metadata.NAME"),
        ({"mapping": {"prompt": ""}}, "names no column"),
        ({"kind": "poem"}, "kind poem. Use respond or compose"),
        ({"language": "English"}, "The language for all rows"),
        ({"category": "c" * 61}, "The category for all rows"),
    ],
)
def test_wrong_arguments_are_refused_before_reading(options: dict[str, Any], part: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        read(io.BytesIO(b"{}"), "jsonl", **options)
    assert part in refused.value.message


def test_an_unknown_format_is_refused_with_the_list() -> None:
    with pytest.raises(SourceRefused, match="Use one of records, jsonl, csv, alpaca, dolly, "):
        read(io.BytesIO(b"{}"), "excel")


def test_every_format_of_the_registry_opens_under_its_own_name() -> None:
    for name in FORMATS:
        chosen = open_format(name)
        assert chosen.name == name
        assert chosen.kinds[0] == "respond"
        assert chosen.title


def test_defaults_for_rows_that_name_none() -> None:
    content = '{"prompt": "a", "reference": "b"}\n{"kind": "respond", "prompt": "c", "language": "fr"}'
    found = reading_of(content, "jsonl", kind="edit", language="DE", category="My Chat")
    assert [(row.kind, row.language, row.category) for row in found.rows] == [
        ("edit", "de", "my_chat"),
        ("respond", "fr", "my_chat"),
    ]
    assert found.rows[0].draft_response == "b"
    assert found.rows[0].reference == ""


def test_an_empty_answer_is_noted_where_the_source_has_answers() -> None:
    content = '{"prompt": "a", "reference": " "}\n{"prompt": "b", "reference": "c"}\n{"prompt": "d"}'
    assert reading_of(content, "jsonl").notes == {"empty_answer": {"count": 1, "lines": [1], "rows": [1]}}


def test_notes_keep_the_first_lines_and_count_all() -> None:
    notes = reading_of('{"prompt": "a", "reference": ""}\n' * 30, "jsonl").notes["empty_answer"]
    assert notes["count"] == 30
    assert notes["lines"] == list(range(1, 21))


def test_a_path_a_slow_stream_and_gzip_give_the_same(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbf{"prompt": "\xc3\xa9"}\n{"prompt": "two"}\n{bad\n' * 5
    path = tmp_path / "tasks.json"
    path.write_bytes(content)
    expected = list(read(path, "jsonl"))
    assert len(expected) == 15
    assert list(read(str(path), "jsonl")) == expected
    assert list(read(Dribble(content, 3), "jsonl")) == expected
    assert list(read(Dribble(gzip.compress(content), 3), "jsonl")) == expected


def test_notes_count_rows_errors_and_bytes() -> None:
    notes = Notes()
    content = b'{"prompt": "a"}\n{}\n'
    reading_of(content, "jsonl", notes=notes)
    assert (notes.rows, notes.errors, notes.bytes_read) == (1, 1, len(content))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
WRITTEN = TEXT.filter(lambda text: bool(text.strip()))
TASKS = st.fixed_dictionaries(
    {"prompt": WRITTEN},
    optional={
        "context": TEXT,
        "reference": TEXT,
        "external_id": TEXT,
        "priority": st.integers(0, 4),
        "language": st.sampled_from(["", "en", "pt-BR"]),
        "category": st.sampled_from(["", "open_qa"]),
        "metadata": st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53) | st.booleans(), max_size=3),
    },
)


@given(st.lists(TASKS, min_size=1, max_size=5), st.booleans(), st.booleans())
def test_what_is_written_is_what_is_read(tasks: list[dict[str, Any]], ascii_only: bool, array: bool) -> None:
    written = [json.dumps(task, ensure_ascii=ascii_only) for task in tasks]
    content = "[" + ", ".join(written) + "]" if array else "\n".join(written)
    found = reading_of(content, "jsonl")
    assert found.errors == []
    for task, row in zip(tasks, found.rows, strict=True):
        assert {field: getattr(row, field) for field in task} == task
