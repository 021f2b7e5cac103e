"""Formats of research collections: flan, p3, self_instruct, squad, natural_instructions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.json_inner import inner_array
from annotate.sources.limits import Limits, SourceRefused
from tests.pure.sources.reading_of import Outcome, reading_of


def read_one(row: dict[str, Any], format: str, **options: Any) -> Outcome:
    return reading_of(json.dumps(row), format, **options)


def test_flan_keeps_the_names_of_task_and_template() -> None:
    row = {"inputs": "Why?", "targets": "So.", "task_name": "anli", "template_idx": 3}
    found = read_one(row, "flan")
    assert (found.rows[0].prompt, found.rows[0].reference) == ("Why?", "So.")
    assert found.rows[0].metadata == {"task_name": "anli", "template_idx": 3}
    assert found.notes == {}


@pytest.mark.parametrize(
    ("prompt", "target"),
    [("inputs_pretokenized", "targets_pretokenized"), ("prompt", "completion"), ("inputs", "targets")],
)
def test_p3_knows_the_names_of_its_copies(prompt: str, target: str) -> None:
    found = read_one({prompt: "Why?", target: " So.\n<|endoftext|>"}, "p3")
    assert (found.rows[0].prompt, found.rows[0].reference) == ("Why?", "So.")
    mapped = read_one({"q": "Who?", prompt: "Why?", target: "So."}, "p3", mapping={"prompt": "q"})
    assert mapped.rows[0].prompt == "Who?"


def test_every_instance_makes_a_task() -> None:
    row = {
        "id": "s-1",
        "instruction": "Add.",
        "instances": [{"input": "1 1", "output": "2"}, {"input": "2 2"}],
    }
    found = read_one(row, "self_instruct")
    assert [(one.external_id, one.prompt, one.context, one.reference) for one in found.rows] == [
        ("s-1/0", "Add.", "1 1", "2"),
        ("s-1/1", "Add.", "2 2", ""),
    ]
    assert found.notes["empty_answer"]["rows"] == [2]


@pytest.mark.parametrize("instances", [None, [], "x", ["x"], {"input": "x"}])
def test_instances_of_another_shape_are_errors(instances: Any) -> None:
    (error,) = read_one({"instruction": "Add.", "instances": instances}, "self_instruct").errors
    assert error.field == "instances"


def test_squad_by_article_and_flat() -> None:
    question = {"id": "q", "question": "Who?", "answers": [{"text": "Ada", "answer_start": 0}]}
    paragraph = {"context": "Ada was.", "qas": [question, {**question, "answers": []}]}
    answers = {"text": ["Ada"], "answer_start": [0]}
    flat = {"id": "f", "question": "Who?", "context": "Ada was.", "answers": answers}
    entries = [{"title": "T", "paragraphs": [paragraph]}, flat, {"title": "empty"}, 5]
    found = read_one({"version": "2", "data": entries, "more": [{"question": "x"}]}, "squad")
    assert [(row.prompt, row.context, row.reference, row.external_id) for row in found.rows] == [
        ("Who?", "Ada was.", "Ada", "q"),
        ("Who?", "Ada was.", "", "q"),
        ("Who?", "Ada was.", "Ada", "f"),
    ]
    assert found.rows[0].metadata == {"title": "T"}
    assert ["neither paragraphs" in error.message for error in found.errors] == [True, False]


@pytest.mark.parametrize("definition", ["Do it.", ["Do it."]])
def test_natural_instructions_in_both_versions(definition: Any) -> None:
    task = {
        "Definition": definition,
        "Positive Examples": [{"input": "Instances", "output": "x"}],
        "Instances": [{"id": "i", "input": "a", "output": ["b", "c"]}, {"input": "d", "output": "e"}],
        "URL": ["x"],
    }
    found = read_one(task, "natural_instructions")
    assert [(row.prompt, row.context, row.reference) for row in found.rows] == [
        ("Do it.", "a", "b"),
        ("Do it.", "d", "e"),
    ]


@pytest.mark.parametrize(
    ("content", "format", "part"),
    [
        (b'{"Instances": [{"input": "x"}]}', "natural_instructions", "no Definition before its Instances"),
        (b'{"Definition": "x"}', "natural_instructions", "no object with a list “Instances”"),
        (b'{"a": {"data": [1]}}', "squad", "no object with a list “data”"),
        (b'{"a": tru, "data": [1]}', "squad", "no object with a list “data”"),
        (b'[{"data": []}]', "squad", "no object with a list “data”"),
        (b'{"data": []}', "squad", "holds no rows"),
    ],
)
def test_a_file_of_another_shape_is_refused(content: bytes, format: str, part: str) -> None:
    with pytest.raises(SourceRefused) as refused:
        reading_of(content, format)
    assert part in refused.value.message


def test_a_file_cut_behind_its_rows_is_an_error() -> None:
    (error,) = reading_of(b'{"data": [\n{"question": "Who?"}]', "squad").errors
    assert error.line == 2
    assert "A part is missing" in error.message


def test_what_stands_before_the_rows_is_bounded() -> None:
    content = b'{"before": "' + b"x" * 5000 + b'", "data": [{"question": "Who?"}]}'
    pieces = (content[at : at + 100] for at in range(0, len(content), 100))
    with pytest.raises(SourceRefused, match="More than 1000 bytes"):
        inner_array(pieces, "data", Limits(max_row_bytes=1000))


MEMBERS = st.dictionaries(
    st.text(max_size=4).filter(lambda name: name != "data"),
    st.text(max_size=8) | st.lists(st.just({"data": [1]}), max_size=2) | st.just({"data": [2]}),
    max_size=3,
)
ROWS = st.lists(
    st.dictionaries(st.text(max_size=4), st.text(alphabet='{}[]"\\,a', max_size=6), max_size=3), max_size=4
)


@given(MEMBERS, ROWS, MEMBERS, st.integers(1, 30), st.sampled_from([None, 1]))
def test_the_inner_array_is_found_wherever_the_pieces_are_cut(
    before: dict[str, Any], rows: list[dict[str, Any]], after: dict[str, Any], step: int, indent: int | None
) -> None:
    after = {name: value for name, value in after.items() if name not in before}
    data = json.dumps({**before, "data": rows, **after}, indent=indent).encode()

    def cut() -> Iterator[bytes]:
        return (data[at : at + step] for at in range(0, len(data), step))

    head, found = inner_array(cut(), "data", Limits())
    assert head == before
    assert [one[1] for one in found] == rows
