"""Splits: by the task alone, so that what is added later moves nothing."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release.splits import shares, split_of

KEY = b"a key of this project"
ids = st.text(min_size=1, max_size=20)
part = st.integers(0, 50).map(lambda percent: percent / 100)


def test_without_fractions_every_row_is_for_training() -> None:
    assert {split_of(f"t-{number}", shares(), KEY) for number in range(1000)} == {"train"}


@given(st.lists(ids, unique=True, max_size=30), st.lists(ids, unique=True, max_size=30), part, part)
def test_adding_tasks_moves_no_other(
    first: list[str], more: list[str], validation: float, test: float
) -> None:
    bounds = shares({"validation": validation, "test": test})
    before = {task: split_of(task, bounds, KEY) for task in first}
    after = {task: split_of(task, bounds, KEY) for task in [*more, *first]}
    assert before.items() <= after.items()


@given(ids, part, part, part, part)
def test_larger_held_out_shares_take_from_train_alone(
    task: str, validation: float, test: float, wider: float, other: float
) -> None:
    small = split_of(task, shares({"validation": min(validation, wider), "test": min(test, other)}), KEY)
    large = split_of(task, shares({"validation": max(validation, wider), "test": max(test, other)}), KEY)
    assert small in ("train", large)


@pytest.mark.parametrize("fractions", [{"validation": 0.1, "test": 0.2}, {"test": 0.05}, {"validation": 0.5}])
def test_the_shares_are_kept(fractions: dict[str, float]) -> None:
    count = 20_000
    found = [split_of(f"t-{number}", shares(fractions), KEY) for number in range(count)]
    for split, share in fractions.items():
        # Five standard deviations of a binomial draw.
        assert abs(found.count(split) - share * count) < 5 * math.sqrt(count * share * (1 - share))


def test_another_key_draws_another_split() -> None:
    bounds = shares({"test": 0.5})
    tasks = [f"t-{number}" for number in range(200)]
    mine = [split_of(task, bounds, KEY) for task in tasks]
    assert mine != [split_of(task, bounds, b"another key") for task in tasks]


def test_the_whole_range_can_be_held_out() -> None:
    bounds = shares({"train": 0, "validation": 0.4, "test": 0.6})
    assert {split_of(f"t-{number}", bounds, KEY) for number in range(500)} == {"validation", "test"}


def test_the_draw_never_changes_between_versions() -> None:
    bounds = shares({"validation": 0.2, "test": 0.2})
    drawn = [split_of(f"t-{number}", bounds, KEY) for number in range(12)]
    assert drawn == [
        "train",
        "train",
        "validation",
        "train",
        "train",
        "train",
        "train",
        "test",
        "train",
        "test",
        "validation",
        "train",
    ]


@pytest.mark.parametrize(
    ("fractions", "words"),
    [
        ({"dev": 0.1}, "Unknown split 'dev'"),
        ({"test": 1.2}, "from 0 to 1"),
        ({"test": -0.1}, "from 0 to 1"),
        ({"test": 0.6, "validation": 0.6}, "add up to 1"),
        ({"train": 0.5, "test": 0.1}, "add up to 1"),
    ],
)
def test_shares_that_make_no_sense_are_refused(fractions: dict[str, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shares(fractions)


def test_three_thirds_are_one() -> None:
    shares({"train": 1 / 3, "validation": 1 / 3, "test": 1 / 3})
