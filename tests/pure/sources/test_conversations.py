"""Formats that hold conversations: sharegpt, messages, oasst."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.pure.sources.reading_of import Outcome, reading_of


def sharegpt(*turns: Any, **more: Any) -> Outcome:
    conversation = [{"from": who, "value": text} for who, text in turns]
    return reading_of(json.dumps({"id": "c-1", "conversations": conversation, **more}), "sharegpt")


def test_one_question_and_its_answer_make_a_plain_task() -> None:
    (row,) = sharegpt(("human", "Why?"), ("gpt", "So.")).rows
    assert (row.kind, row.prompt, row.reference, row.external_id) == ("respond", "Why?", "So.", "c-1")
    (open_end,) = sharegpt(("human", "Why?")).rows
    assert (open_end.prompt, open_end.reference) == ("Why?", "")


def test_several_turns_make_a_conversation_up_to_the_last_answer() -> None:
    (row,) = sharegpt(("human", "a"), ("gpt", "b"), ("human", "c"), ("gpt", "d"), system="s").rows
    assert row.kind == "converse"
    assert [(turn["role"], turn["content"]) for turn in row.messages or []] == [
        ("system", "s"),
        ("user", "a"),
        ("assistant", "b"),
        ("user", "c"),
    ]
    assert row.reference == "d"


@pytest.mark.parametrize(
    ("turns", "part"),
    [
        ([], "missing or empty"),
        ([("human", "a"), ("observation", "b")], "Turn 2 is from “observation”"),
        ([(None, "a")], "Turn 1 is from nothing"),
        ([("gpt", "a"), ("human", "b")], "beginning with the user"),
        ([("human", "a"), ("gpt", ""), ("human", "b")], "Message 2 is empty"),
        ([("human", "a"), ("gpt", 5), ("human", "b")], "Message 2: This must be text"),
    ],
)
def test_a_conversation_that_is_none_is_an_error_under_its_column(turns: list[Any], part: str) -> None:
    (error,) = sharegpt(*turns).errors
    assert (error.field, error.line) == ("conversations", 1)
    assert part in error.message


@pytest.mark.parametrize("conversation", ["x", None, ["x"], [["human", "a"]]])
def test_turns_of_another_shape_are_errors(conversation: Any) -> None:
    (error,) = reading_of(json.dumps({"conversations": conversation}), "sharegpt").errors
    assert error.field == "conversations"


def messages(*turns: dict[str, Any], **options: Any) -> Outcome:
    return reading_of(json.dumps({"messages": turns}), "messages", **options)


def test_parts_of_text_are_joined() -> None:
    parts = [{"type": "text", "text": "Why"}, {"type": "text", "value": "?"}]
    (row,) = messages(
        {"role": "user", "content": parts, "loss_weight": 0.0}, {"role": "assistant", "content": "So."}
    ).rows
    assert (row.prompt, row.reference) == ("Why?", "So.")


@pytest.mark.parametrize(
    ("turn", "part"),
    [
        ({"role": "tool", "content": "x"}, "Message 1 is from “tool”"),
        ({"role": ["user"], "content": "x"}, "from a list"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}, "a part that is no text"),
        ({"role": "user", "content": [{"type": "text", "text": 5}]}, "a part that is no text"),
        ({"role": "assistant", "content": None, "tool_calls": [{}]}, "calls a tool"),
    ],
)
def test_what_no_writer_can_continue_is_an_error(turn: dict[str, Any], part: str) -> None:
    (error,) = messages(turn).errors
    assert error.field == "messages"
    assert part in error.message


def test_the_answer_becomes_the_draft_to_edit() -> None:
    pair = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]
    (row,) = messages(*pair, kind="edit").rows
    assert (row.prompt, row.draft_response, row.reference) == ("Why?", "So.", "")
    (error,) = messages(*pair, *pair, kind="edit").errors
    assert "several turns" in error.message


def a_message(name: str, role: str, *replies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"message_id": name, "role": role, "text": name.upper(), "lang": "en", "replies": replies, **more}


def test_every_prompter_of_a_tree_makes_a_task_with_its_thread() -> None:
    tree = a_message(
        "q",
        "prompter",
        a_message("second", "assistant", rank=1),
        a_message("best", "assistant", a_message("q2", "prompter", a_message("a2", "assistant")), rank=0),
        a_message("unranked", "assistant", a_message("q3", "prompter"), rank=None),
        a_message("gone", "assistant", a_message("q4", "prompter"), rank=0, deleted=True),
    )
    found = reading_of(json.dumps({"message_tree_id": "t", "prompt": tree}), "oasst")
    assert found.errors == []
    assert [(row.external_id, row.kind, row.reference) for row in found.rows] == [
        ("q", "respond", "BEST"),
        ("q2", "converse", "A2"),
        ("q3", "converse", ""),
    ]
    assert [turn["content"] for turn in found.rows[1].messages or []] == ["Q", "BEST", "Q2"]
    assert found.rows[0].metadata == {"message_tree_id": "t"}
    assert (found.rows[0].language, found.rows[2].line, found.rows[2].row) == ("en", 1, 3)
    assert found.notes["empty_answer"]["rows"] == [3]


@pytest.mark.parametrize(
    "row", [{"text": "x", "role": "prompter"}, {"prompt": "x"}, {"prompt": {"role": "assistant"}}]
)
def test_a_row_that_is_no_tree_is_an_error(row: dict[str, Any]) -> None:
    (error,) = reading_of(json.dumps(row), "oasst").errors
    assert "no message tree" in error.message


@pytest.mark.parametrize("role", [["x"], {"a": 1}, 5, None, "system"])
def test_a_reply_from_nobody_is_told_where_a_thread_goes_through_it(role: Any) -> None:
    tree = a_message("q", "prompter", a_message("a", role, a_message("q2", "prompter")))
    found = reading_of(json.dumps({"prompt": tree}), "oasst")
    assert [row.external_id for row in found.rows] == ["q"]
    assert [error.row for error in found.errors] == [2]
