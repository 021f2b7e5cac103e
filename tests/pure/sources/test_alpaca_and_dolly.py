"""The two instruction formats: what becomes what, and what is said of holes in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from annotate.sources.limits import SourceRefused
from tests.pure.sources.reading_of import Outcome, reading_of


def alpaca(*rows: dict[str, Any], **options: Any) -> Outcome:
    return reading_of(json.dumps(rows, indent=1), "alpaca", **options)


def test_instruction_input_and_output_stay_apart() -> None:
    (row,) = alpaca({"instruction": "Sum up. ", "input": " A tale.\n", "output": "Short."}).rows
    assert (row.kind, row.prompt, row.context, row.reference) == (
        "respond",
        "Sum up. ",
        " A tale.\n",
        "Short.",
    )
    assert (row.line, row.row) == (2, 1)


@pytest.mark.parametrize(
    "marker",
    [
        "<noinput>",
        "Noinput",
        "< noinput >",
        "<Noinput>.",
        "\\<noinput\\>",
        "{\\noinput}",
        "[noinput]",
        '"<noinput>"',
        "No input",
        "(No input)",
        "No input.",
        "no_input",
        "No-input",
        "No input required.",
    ],
)
def test_words_for_no_input_become_no_context_and_are_noted(marker: str) -> None:
    found = alpaca({"instruction": "Tell a joke.", "input": marker, "output": "x"})
    assert found.rows[0].context == ""
    assert found.notes["no_input_marker"]["count"] == 1


@pytest.mark.parametrize("text", ["", "No input was given by the user.", "Noinputs", "noinput: 5", "Input"])
def test_other_inputs_stay(text: str) -> None:
    found = alpaca({"instruction": "Tell a joke.", "input": text, "output": "x"})
    assert found.rows[0].context == text
    assert "no_input_marker" not in found.notes


def test_an_empty_answer_is_noted_for_respond_and_refused_for_edit() -> None:
    rows = [
        {"instruction": "a", "input": "", "output": "x"},
        {"instruction": "b", "input": "", "output": " "},
    ]
    assert alpaca(*rows).notes["empty_answer"] == {"count": 1, "lines": [7], "rows": [2]}
    edited = alpaca(*rows, kind="edit")
    assert [(row.kind, row.draft_response, row.reference) for row in edited.rows] == [("edit", "x", "")]
    (error,) = edited.errors
    assert (error.line, error.row, error.field) == (7, 2, "output")
    assert "no draft to edit" in error.message


def test_errors_name_the_columns_of_the_file() -> None:
    found = alpaca({"instruction": "", "input": 5, "output": ["x"]}, {"question": "Why?"})
    assert [(error.row, error.field) for error in found.errors] == [
        (1, "input"),
        (1, "output"),
        (1, "instruction"),
        (2, "instruction"),
    ]
    assert "This row has no column instruction; it has question." in found.errors[3].message


def test_a_system_text_and_a_history_make_a_conversation() -> None:
    row = {
        "id": "r-1",
        "instruction": "And why?",
        "input": "A table.",
        "output": "So.",
        "system": "Be brief.",
        "history": [["Hello", "Hi."]],
    }
    (task,) = alpaca(row).rows
    assert task.kind == "converse"
    assert [(turn["role"], turn["content"]) for turn in task.messages or []] == [
        ("system", "Be brief."),
        ("user", "Hello"),
        ("assistant", "Hi."),
        ("user", "And why?"),
    ]
    assert (task.prompt, task.context, task.reference, task.external_id) == ("", "A table.", "So.", "r-1")
    (error,) = alpaca(row, kind="edit").errors
    assert "several turns cannot become a task of kind edit" in error.message


def test_an_empty_system_and_history_make_a_plain_task() -> None:
    (task,) = alpaca({"instruction": "Why?", "input": "", "output": "x", "system": "", "history": []}).rows
    assert (task.kind, task.prompt, task.messages) == ("respond", "Why?", None)


@pytest.mark.parametrize("history", ["Hello", [["Hello"]], ["Hello", "Hi"], {"a": 1}, 5])
def test_a_history_that_is_no_list_of_pairs_is_refused(history: Any) -> None:
    (error,) = alpaca({"instruction": "Why?", "output": "x", "history": history}).errors
    assert "list of pairs" in error.message


def test_instructions_become_neither_briefs_nor_conversations() -> None:
    for kind in ("compose", "converse"):
        with pytest.raises(SourceRefused, match="Use respond or edit"):
            alpaca({"instruction": "Why?"}, kind=kind)


def test_lines_in_a_file_meant_to_be_an_array() -> None:
    found = reading_of('{"instruction": "a", "output": "b"}\n{"instruction": "c", "output": "d"}\n', "alpaca")
    assert [(row.prompt, row.line) for row in found.rows] == [("a", 1), ("c", 2)]


def test_a_truncated_array_gives_its_whole_rows_and_the_line_of_the_cut() -> None:
    found = reading_of('[\n{"instruction": "a", "output": "b"},\n{"instruction": "c", "out', "alpaca")
    assert [row.prompt for row in found.rows] == ["a"]
    (error,) = found.errors
    assert (error.line, error.row) == (3, 2)
    assert "file ends inside this row" in error.message


def test_templates_inside_the_data_are_only_text() -> None:
    (row,) = alpaca({"instruction": "I am {{name}} {% x %}", "input": "{{7*7}}", "output": "${y}"}).rows
    assert (row.prompt, row.context, row.reference) == ("I am {{name}} {% x %}", "{{7*7}}", "${y}")


def test_dolly_rows() -> None:
    row = {"instruction": "Who?", "context": "Ada [1]", "response": "She.", "category": "closed_qa"}
    (task,) = reading_of(json.dumps(row), "dolly").rows
    assert (task.prompt, task.context, task.reference, task.category) == (
        "Who?",
        "Ada [1]",
        "She.",
        "closed_qa",
    )
    found = reading_of(json.dumps({**row, "response": ""}), "dolly")
    assert found.notes["empty_answer"]["lines"] == [1]
    (draft,) = reading_of(json.dumps(row), "dolly", kind="edit").rows
    assert (draft.draft_response, draft.reference) == ("She.", "")


def test_a_mapping_replaces_the_columns_of_a_format() -> None:
    row = {"prompt": "Who?", "answer": "She.", "category": "qa"}
    found = reading_of(json.dumps(row), "dolly", mapping={"prompt": "prompt", "reference": "answer"})
    assert (found.rows[0].prompt, found.rows[0].reference, found.rows[0].category) == ("Who?", "She.", "qa")
