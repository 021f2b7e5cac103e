"""What one task may be: the same judge for rows of files and for the API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.checking import check_task
from annotate.sources.fields import FIELDS
from annotate.sources.limits import Limits
from annotate.sources.rows import RowError, TaskRow, digest

USER = {"role": "user", "content": "Hello"}
ASSISTANT = {"role": "assistant", "content": "Hi."}
SYSTEM = {"role": "system", "content": "Be brief."}


def a_row(**values: Any) -> TaskRow:
    row = check_task(values, line=1)
    assert isinstance(row, TaskRow), row
    return row


def errors_of(**values: Any) -> list[RowError]:
    errors = check_task(values, line=7, row=3)
    assert isinstance(errors, list), errors
    assert errors
    assert all(error.line == 7 and error.row == 3 for error in errors)
    return errors


@pytest.mark.parametrize(
    "values",
    [
        {"prompt": "Why?"},
        {"kind": "respond", "prompt": "Why?", "context": "Because.", "reference": "So."},
        {"kind": "compose", "brief": "A question about rivers."},
        {"kind": "edit", "prompt": "Why?", "draft_response": "Becuase."},
        {"kind": "converse", "messages": [SYSTEM, USER, ASSISTANT, USER]},
        {"kind": "converse", "messages": [USER], "context": "A table."},
        {"prompt": "Why?", "brief": "", "messages": None, "draft_response": ""},
    ],
)
def test_each_kind_is_taken_with_what_it_needs(values: dict[str, Any]) -> None:
    row = a_row(**values)
    assert row.kind == values.get("kind", "respond")
    assert row.prompt == values.get("prompt", "")
    assert row.messages == values.get("messages")


@pytest.mark.parametrize(
    ("values", "field", "part"),
    [
        ({}, "prompt", "missing or empty"),
        ({"prompt": " \n"}, "prompt", "missing or empty"),
        ({"kind": "compose"}, "brief", "Say what the writer should make up"),
        ({"kind": "compose", "brief": "x", "prompt": "Why?"}, "prompt", "kind respond or edit"),
        ({"kind": "edit", "prompt": "Why?"}, "draft_response", "no draft to edit"),
        ({"prompt": "Why?", "draft_response": "x"}, "draft_response", "kind edit"),
        ({"prompt": "Why?", "messages": [USER]}, "messages", "kind converse"),
        ({"kind": "converse"}, "messages", "missing"),
        ({"kind": "converse", "messages": []}, "messages", "missing"),
        ({"kind": "converse", "messages": "Hello"}, "messages", "must be a list"),
        ({"kind": "converse", "messages": [USER, ASSISTANT]}, "messages", "last turn must be the user's"),
        ({"kind": "converse", "messages": [SYSTEM]}, "messages", "last turn must be the user's"),
        ({"kind": "converse", "messages": [USER, USER]}, "messages", "must alternate"),
        ({"kind": "converse", "messages": [ASSISTANT, USER]}, "messages", "beginning with the user"),
        ({"kind": "converse", "messages": [USER, SYSTEM, USER]}, "messages", "one system message"),
        ({"kind": "converse", "messages": [USER, "x"]}, "messages", "Message 2 must be an object"),
        ({"kind": "converse", "messages": [{**USER, "weight": 1}]}, "messages", "nothing else"),
        ({"kind": "converse", "messages": [{"role": "tool", "content": "x"}]}, "messages", "“tool”"),
        ({"kind": "converse", "messages": [{"role": "user", "content": " "}]}, "messages", "1 is empty"),
        ({"kind": "converse", "messages": [{"role": "user", "content": 5}]}, "messages", "must be text"),
        ({"kind": "converse", "messages": [USER] * 501}, "messages", "501 messages; at most 500"),
        ({"kind": "poem", "prompt": "x"}, "kind", "respond, compose, edit, converse"),
        ({"kind": 3, "prompt": "x"}, "kind", "the number 3"),
        ({"kind": ["edit"], "prompt": "x"}, "kind", "a list"),
        ({"prompt": 5}, "prompt", "must be text, but it is the number 5"),
        ({"prompt": ["Why?"]}, "prompt", "a list"),
        ({"prompt": "x" * 200_001}, "prompt", "200,001 characters; at most 200,000"),
        ({"prompt": "x", "context": "y" * 1_000_001}, "context", "at most 1,000,000"),
        ({"prompt": "a\0b"}, "prompt", "NUL"),
        ({"prompt": "x", "context": "a\ud800"}, "context", "Character 2 is half of a surrogate pair"),
        ({"prompt": "x", "language": "English"}, "language", "“English”, which is no language tag"),
        ({"prompt": "x", "language": "e"}, "language", "en, pt-BR"),
        ({"prompt": "x", "category": "c" * 61}, "category", "at most 60"),
        ({"prompt": "x", "priority": 5}, "priority", "from 0 (first) to 4 (last)"),
        ({"prompt": "x", "priority": True}, "priority", "true"),
        ({"prompt": "x", "priority": 1.0}, "priority", "whole number"),
        ({"prompt": "x", "priority": "2"}, "priority", "“2”"),
        ({"prompt": "x", "priority": 10**5000}, "priority", "very large number"),
        ({"prompt": "x", "external_id": "i" * 201}, "external_id", "at most 200"),
        ({"prompt": "x", "external_id": 10**5000}, "external_id", "very large number"),
        ({"prompt": "x", "external_id": True}, "external_id", "true"),
        ({"prompt": "x", "metadata": "m"}, "metadata", "object of names and values"),
        ({"prompt": "x", "metadata": {"a": "b\0"}}, "metadata", "NUL"),
        ({"prompt": "x", "metadata": {"a\0": 1}}, "metadata", "NUL"),
        ({"prompt": "x", "metadata": {"a": ["\ud800"]}}, "metadata", "surrogate"),
        ({"prompt": "x", "metadata": {"a": float("nan")}}, "metadata", "finite"),
        ({"prompt": "x", "metadata": {"a": {"b": float("inf")}}}, "metadata", "finite"),
        ({"prompt": "x", "metadata": {"a": 2**70}}, "metadata", "64 bits"),
        ({"prompt": "x", "metadata": {"a": "b" * 70_000}}, "metadata", "at most 64 KiB"),
        ({"prompt": "x", "promt": "y"}, "promt", "not a field of a task"),
    ],
)
def test_each_fault_is_named_with_its_field_and_a_remedy(
    values: dict[str, Any], field: str, part: str
) -> None:
    (error,) = errors_of(**values)
    assert error.field == field
    assert part in error.message
    assert error.message.endswith(".")


def test_metadata_that_nests_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    (error,) = errors_of(prompt="x", metadata=deep)
    assert "too deep" in error.message


def test_all_faults_of_a_task_are_told_at_once() -> None:
    errors = errors_of(prompt=" ", language="??", priority=9)
    assert [error.field for error in errors] == ["language", "priority", "prompt"]


def test_a_message_quotes_nothing_that_cannot_be_stored_or_sent() -> None:
    for error in errors_of(**{"prompt": "x", "language": "a\0\ud800", "\ud800\0": 1}):
        assert "\0" not in error.field + error.message
        (error.field + error.message).encode()


def test_defaults_hold_only_where_the_task_names_none() -> None:
    defaults: dict[str, Any] = {"kind": "edit", "language": "de", "category": "chat"}
    bare = check_task({"prompt": "x", "draft_response": "y"}, line=1, **defaults)
    own = check_task(
        {"kind": "respond", "prompt": "x", "language": "fr", "category": "qa"}, line=1, **defaults
    )
    assert isinstance(bare, TaskRow)
    assert isinstance(own, TaskRow)
    assert (bare.kind, bare.language, bare.category) == ("edit", "de", "chat")
    assert (own.kind, own.language, own.category) == ("respond", "fr", "qa")


def test_one_spelling_of_category_language_and_id() -> None:
    row = a_row(prompt="x", category=" Closed  QA ", language="pt_br", external_id=17, priority=0)
    assert (row.category, row.language, row.external_id, row.priority) == ("closed_qa", "pt-BR", "17", 0)


def test_texts_are_kept_to_the_last_character() -> None:
    text = "  Ünïcode ‮\r\n\tas it came\u200b\u0001 "
    row = a_row(prompt=text, context=text, reference=text)
    assert (row.prompt, row.context, row.reference) == (text, text, text)


def test_a_text_at_the_limit_is_taken_and_one_over_is_not() -> None:
    limits = Limits(max_text_chars=5, max_context_chars=7)
    assert isinstance(check_task({"prompt": "é" * 5, "context": "c" * 7}, line=1, limits=limits), TaskRow)
    over = check_task({"prompt": "é" * 6, "context": "c" * 8}, line=1, limits=limits)
    assert isinstance(over, list)
    assert [error.field for error in over] == ["prompt", "context"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), JSON, max_size=6))
def test_whatever_json_can_hold_is_judged_and_never_raises(values: dict[str, Any]) -> None:
    judged = check_task(values, line=1)
    assert isinstance(judged, TaskRow) or all(error.message for error in judged)


@pytest.mark.parametrize(
    "other",
    [
        {"prompt": "Why not?"},
        {"prompt": "Why?", "context": "x"},
        {"kind": "edit", "prompt": "Why?", "draft_response": "x"},
        {"kind": "compose", "brief": "Why?"},
        {"kind": "converse", "messages": [{"role": "user", "content": "Why?"}]},
    ],
)
def test_the_digest_tells_tasks_apart_by_what_the_writer_sees(other: dict[str, Any]) -> None:
    assert digest(a_row(prompt="Why?")) != digest(a_row(**other))


def test_the_digest_ignores_what_the_writer_does_not_see() -> None:
    plain = digest(a_row(prompt="Café\nau lait"))
    assert len(plain) == 16
    assert plain == digest(a_row(prompt=" Cafe\u0301\r\nau lait\n"))
    assert plain == digest(a_row(prompt="Café\rau lait", reference="r", category="c", metadata={"a": 1}))


def test_text_that_moves_between_fields_changes_the_digest() -> None:
    assert digest(a_row(prompt="a", context="b c")) != digest(a_row(prompt="a b", context="c"))
    one = [{"role": "user", "content": "a"}, ASSISTANT, {"role": "user", "content": "b"}]
    two = [{"role": "user", "content": "b"}, ASSISTANT, {"role": "user", "content": "a"}]
    assert digest(a_row(kind="converse", messages=one)) != digest(a_row(kind="converse", messages=two))
