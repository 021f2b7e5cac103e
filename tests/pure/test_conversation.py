"""Conversations: the given part is never lost or changed, whatever is sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.conversation import (
    MOST_CHARACTERS,
    MOST_MESSAGES,
    Malformed,
    given_messages,
    problem_of,
    prompt_of,
    response_of,
    whole,
)

USER, BOT, SYSTEM = "user", "assistant", "system"


def said(role, content):
    return {"role": role, "content": content}


ASKED = [said(USER, "Why?")]


def test_what_each_kind_of_task_gives():
    dialogue = [said(SYSTEM, "Be brief."), said(USER, "Hi")]
    assert given_messages("respond", prompt="Why?", messages=None) == ASKED
    assert given_messages("edit", prompt="Why?", messages=None) == ASKED
    assert given_messages("compose", prompt="", messages=None) == []
    assert given_messages("converse", prompt="", messages=dialogue) == dialogue


def test_the_given_part_may_be_left_out_or_sent_along():
    answer = [said(BOT, "So.")]
    assert whole("respond", answer, given=ASKED) == ASKED + answer
    assert whole("respond", ASKED + answer, given=ASKED) == ASKED + answer


def test_a_changed_prompt_is_refused():
    with pytest.raises(Malformed, match="cannot be changed"):
        whole("respond", [said(USER, "Why not?"), said(BOT, "So.")], given=ASKED)


def test_a_response_is_one_message_and_a_dialogue_may_go_on():
    with pytest.raises(Malformed, match="one response"):
        whole("respond", [said(BOT, "So."), said(BOT, "And so.")], given=ASKED)
    going_on = [said(BOT, "So."), said(USER, "And?"), said(BOT, "So.")]
    assert whole("converse", going_on, given=ASKED) == ASKED + going_on


def test_a_composed_conversation_is_the_writer_s_own():
    both = [said(USER, "Why?"), said(BOT, "So.")]
    assert whole("compose", both, given=[]) == both
    assert whole("compose", [], given=[]) == []


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        {"role": BOT},
        [None],
        ["text"],
        [{"role": BOT}],
        [{"content": "x"}],
        [{"role": "tool", "content": "x"}],
        [{"role": BOT, "content": 7}],
        [{"role": BOT, "content": "x", "name": "y"}],
        [{"role": [], "content": "x"}],
        [said(BOT, "a\x00b")],
        [said(BOT, "\ud800")],
        [said(BOT, "x" * (MOST_CHARACTERS + 1))],
        [said(BOT, "x")] * (MOST_MESSAGES + 1),
    ],
)
def test_what_is_no_conversation_is_refused_in_words(sent):
    with pytest.raises(Malformed) as refused:
        whole("respond", sent, given=ASKED)
    assert str(refused.value).endswith(".")


def test_prompt_and_response_are_the_first_and_the_last_word():
    talk = [said(SYSTEM, "S"), said(USER, "Q"), said(BOT, "A"), said(USER, "R"), said(BOT, "B")]
    assert (prompt_of(talk), response_of(talk)) == ("Q", "B")
    assert (prompt_of([]), response_of(ASKED)) == ("", "")


@pytest.mark.parametrize(
    ("roles", "problem"),
    [
        ([USER, BOT], ""),
        ([SYSTEM, USER, BOT], ""),
        ([USER, BOT, USER, BOT], ""),
        ([], "nothing written"),
        ([SYSTEM], "nothing written"),
        ([USER], "last message must be"),
        ([USER, SYSTEM, BOT], "only stand first"),
        ([BOT], "take turns"),
        ([USER, USER, BOT], "take turns"),
        ([USER, BOT, BOT], "take turns"),
    ],
)
def test_a_whole_conversation_takes_turns_and_ends_with_the_assistant(roles, problem):
    found = problem_of([said(role, "x") for role in roles])
    assert problem in found and bool(problem) == bool(found)


MESSAGES = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from([USER, BOT, SYSTEM]), "content": st.text(max_size=20)}),
    max_size=6,
)


@given(st.sampled_from(["respond", "edit", "compose", "converse"]), MESSAGES, MESSAGES)
def test_whatever_is_sent_the_given_part_comes_first_and_unchanged(kind, sent, dialogue):
    beginning = given_messages(kind, prompt="Why?", messages=dialogue)
    try:
        text = whole(kind, sent, given=beginning)
    except Malformed:
        return
    assert text[: len(beginning)] == beginning
    assert whole(kind, text, given=beginning) == text  # what was saved can be saved again


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING)
def test_anything_else_is_refused_and_nothing_breaks(sent):
    try:
        whole("respond", sent, given=ASKED)
    except Malformed as refused:
        assert str(refused)
