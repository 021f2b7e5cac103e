"""What was released can be imported again: the same conversations, the last answer as reference."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.limits import SourceRefused
from tests.pure.sources.reading_of import Outcome, reading_of


def a_record(turns: list[tuple[str, str]], **more: Any) -> dict[str, Any]:
    """A row as a release holds it: the first question and the last answer also by themselves."""
    return {
        "id": "d-1",
        "prompt": next((text for role, text in turns if role == "user"), ""),
        "context": "",
        "response": next((text for role, text in reversed(turns) if role == "assistant"), ""),
        "messages": [{"role": role, "content": text} for role, text in turns],
        "source": "demo",
        "license": "CC-BY-4.0",
        "annotator_id": "p-1",
        "category": "open_qa",
        "language": "en",
        "quality_rating": 4.5,
        "scores": {"helpful": 4},
        "reviews": 2,
        "guideline_version": 1,
        "rubric_version": 1,
        "origin": "human",
        "created": "2026-01-01T00:00:00Z",
        "approved": "2026-01-02T00:00:00Z",
        "metadata": {"app": "mail"},
        "lineage": {"source": "demo"},
        **more,
    }


def records(*rows: dict[str, Any], **options: Any) -> Outcome:
    return reading_of(b"\n".join(map(orjson.dumps, rows)), "records", **options)


def test_one_question_becomes_a_prompt_with_its_context() -> None:
    (row,) = records(a_record([("user", "Why?"), ("assistant", "So.")], context="A table.")).rows
    assert (row.kind, row.prompt, row.context, row.reference) == ("respond", "Why?", "A table.", "So.")
    assert (row.external_id, row.category, row.language) == ("d-1", "open_qa", "en")
    assert row.metadata == {"app": "mail"}
    assert row.messages is None


TURN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)
TURNS = st.tuples(
    st.none() | TURN.filter(str.strip),
    st.lists(st.tuples(TURN.filter(str.strip), TURN.filter(str.strip)), min_size=1, max_size=4),
)


@given(st.lists(TURNS, min_size=1, max_size=3))
def test_every_released_conversation_comes_back_whole(
    released: list[tuple[str | None, list[tuple[str, str]]]],
) -> None:
    conversations = [
        ([("system", system)] if system else [])
        + [turn for ask, answer in pairs for turn in (("user", ask), ("assistant", answer))]
        for system, pairs in released
    ]
    found = records(*[a_record(turns, context="c") for turns in conversations])
    assert found.errors == []
    for turns, row in zip(conversations, found.rows, strict=True):
        asked = [(turn["role"], turn["content"]) for turn in row.messages or []] or [("user", row.prompt)]
        assert [*asked, ("assistant", row.reference)] == turns
        assert row.context == "c"


def test_edit_makes_a_draft_of_one_answer_and_refuses_several_turns() -> None:
    found = records(
        a_record([("user", "Why?"), ("assistant", "So.")]),
        a_record([("user", "Why?"), ("assistant", "So."), ("user", "And?"), ("assistant", "Yes.")]),
        a_record([("user", "Why?")]),
        kind="edit",
    )
    assert [(row.kind, row.draft_response, row.reference) for row in found.rows] == [("edit", "So.", "")]
    assert [(error.line, error.field) for error in found.errors] == [(2, "messages"), (3, "response")]


def test_rows_without_messages_are_read_by_prompt_and_response() -> None:
    (row,) = records({"prompt": "Why?", "response": "So."}).rows
    assert (row.prompt, row.reference) == ("Why?", "So.")


@pytest.mark.parametrize(
    "messages", [["x"], [{"role": "system", "content": "x"}], [{"role": "user"}, 5], [{}]]
)
def test_messages_that_are_no_conversation_are_errors(messages: list[Any]) -> None:
    (error,) = records({"prompt": "Why?", "messages": messages}).errors
    assert error.field == "messages"


def test_a_row_without_anything_to_ask() -> None:
    (error,) = records({"id": "d-1", "response": "So."}).errors
    assert (error.field, error.line) == ("prompt", 1)


def test_a_mapping_is_refused() -> None:
    with pytest.raises(SourceRefused, match="takes no mapping"):
        records({"prompt": "Why?"}, mapping={"prompt": "q"})
