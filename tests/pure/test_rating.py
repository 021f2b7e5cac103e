"""The quality rating: worked by hand, and what holds for any rubric."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.rating import HIGHEST, LOWEST, quality_rating


def criterion(key, *, scale="ordinal", weight=1, levels=(1, 2, 3, 4, 5)):
    return {"key": key, "scale": scale, "weight": weight, "levels": [{"value": value} for value in levels]}


@pytest.mark.parametrize(
    ("rubric", "reviews", "rating"),
    [
        # (5 + 3) / 2 = 4 on a scale from 1 to 5
        ([criterion("a")], [{"a": 5}, {"a": 3}], "4.00"),
        # weights 3 and 1: (3 * 5 + 1 * 1) / 4
        ([criterion("a", weight=3), criterion("b")], [{"a": 5, "b": 1}], "4.00"),
        # a scale from 0 to 2 is stretched: 1 lies in its middle
        ([criterion("a", levels=(0, 1, 2))], [{"a": 1}], "3.00"),
        # unscored criteria are left out, so are nominal ones and those with one level
        ([criterion("a"), criterion("b")], [{"a": 2}], "2.00"),
        ([criterion("a"), criterion("b", scale="nominal", levels=(0, 1))], [{"a": 2, "b": 1}], "2.00"),
        ([criterion("a"), criterion("b", levels=(3,))], [{"a": 2, "b": 3}], "2.00"),
        # a criterion that one review alone scored counts by that review
        ([criterion("a"), criterion("b")], [{"a": 5, "b": 1}, {"a": 5}], "3.00"),
        # thirds are rounded half to even at two places: 1 + 4/3 = 2.333…
        ([criterion("a", levels=(0, 1, 2, 3))], [{"a": 1}], "2.33"),
        # exactly between two cents: 1 + 4 * 0.00125 = 1.005 goes to the even 1.00, and 1.015 to 1.02
        ([criterion("a", levels=(0, 800))], [{"a": 1}], "1.00"),
        ([criterion("a", levels=(0, 800))], [{"a": 3}], "1.02"),
    ],
)
def test_ratings_worked_by_hand(rubric, reviews, rating):
    assert quality_rating(rubric, reviews) == Decimal(rating)


@pytest.mark.parametrize(
    ("rubric", "reviews"),
    [
        ([], [{"a": 1}]),
        ([criterion("a")], []),
        ([criterion("a")], [{}]),
        ([criterion("a", scale="nominal")], [{"a": 1}]),
        ([criterion("a", weight=0)], [{"a": 1}]),
    ],
)
def test_nothing_on_an_ordered_scale_gives_no_rating(rubric, reviews):
    assert quality_rating(rubric, reviews) is None


LEVELS = st.lists(st.integers(-20, 20), min_size=2, max_size=6, unique=True).map(sorted)


@given(st.data(), st.lists(LEVELS, min_size=1, max_size=4), st.integers(1, 3))
def test_a_rating_lies_on_the_scale_and_does_not_mind_the_order_of_reviews(data, scales, count):
    rubric = [
        criterion(f"c{place}", levels=levels, weight=data.draw(st.integers(1, 5)))
        for place, levels in enumerate(scales)
    ]
    reviews = [
        {
            one["key"]: data.draw(st.sampled_from([level["value"] for level in one["levels"]]))
            for one in rubric
        }
        for _ in range(count)
    ]
    rating = quality_rating(rubric, reviews)
    assert rating is not None and LOWEST <= rating <= HIGHEST
    assert rating == quality_rating(rubric, reviews[::-1])
    best = [{one["key"]: one["levels"][-1]["value"] for one in rubric}] * count
    worst = [{one["key"]: one["levels"][0]["value"] for one in rubric}] * count
    assert (quality_rating(rubric, worst), quality_rating(rubric, best)) == (LOWEST, HIGHEST)
