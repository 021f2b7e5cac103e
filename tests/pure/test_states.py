"""The tables of states: complete, closed, and as the house describes them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from annotate import states as writing
from annotate.states import DEMONSTRATION_MOVES, DEMONSTRATION_STATES, NOT_LIVE, may_move
from review import states as reviewing

TABLES = {
    "assignment": (writing.ASSIGNMENT_STATES, writing.ASSIGNMENT_MOVES),
    "demonstration": (DEMONSTRATION_STATES, DEMONSTRATION_MOVES),
    "review": (reviewing.REVIEW_STATES, reviewing.REVIEW_MOVES),
    "release": (reviewing.RELEASE_STATES, reviewing.RELEASE_MOVES),
}


@pytest.mark.parametrize("thing", TABLES)
def test_every_state_has_its_moves_and_every_move_ends_in_a_state(thing):
    states, moves = TABLES[thing]
    assert set(moves) == set(states)
    assert all(after <= set(states) for after in moves.values())
    assert all(state not in after for state, after in moves.items())


@pytest.mark.parametrize("thing", TABLES)
def test_every_state_can_be_reached_from_the_first(thing):
    states, moves = TABLES[thing]
    reached, waiting = set(), [states[0]]
    while waiting:
        state = waiting.pop()
        if state not in reached:
            reached.add(state)
            waiting.extend(moves[state])
    assert reached == set(states)


def test_every_demonstration_can_be_withdrawn_once_and_for_good():
    for state in DEMONSTRATION_STATES:
        assert may_move(DEMONSTRATION_MOVES, state, "withdrawn") is (state != "withdrawn")
    assert not DEMONSTRATION_MOVES["withdrawn"]


@pytest.mark.parametrize(
    "path",
    [
        ["draft", "submitted", "changes_requested", "submitted", "approved"],
        ["submitted", "disputed", "approved", "needs_review", "rejected", "disputed", "changes_requested"],
        ["submitted", "draft"],
    ],
)
def test_the_paths_of_the_house_are_open(path):
    for old, new in pairwise(path):
        assert may_move(DEMONSTRATION_MOVES, old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("draft", "approved"),
        ("changes_requested", "approved"),
        ("approved", "rejected"),
        ("approved", "changes_requested"),
        ("rejected", "approved"),
        ("disputed", "submitted"),
    ],
)
def test_the_short_cuts_are_closed(old, new):
    assert not may_move(DEMONSTRATION_MOVES, old, new)


def test_a_decision_makes_a_state_that_a_submission_may_become():
    assert set(reviewing.STATE_AFTER) == set(reviewing.DECISIONS)
    assert set(reviewing.STATE_AFTER.values()) <= DEMONSTRATION_MOVES["submitted"]


def test_a_skipped_thing_is_never_taken_up_again():
    assert not writing.ASSIGNMENT_MOVES["skipped"] and not reviewing.REVIEW_MOVES["skipped"]


def test_places_open_again_exactly_for_what_no_longer_lives():
    assert set(NOT_LIVE) == {"rejected", "withdrawn"}
