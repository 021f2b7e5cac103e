"""The forms of a draft: what is shown and sent back unchanged is the same part, and every fault has its field."""

from __future__ import annotations

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate import guideline_forms
from annotate.content.loading import default_guideline
from annotate.guideline_forms import (
    changed_rows,
    read_bounds,
    read_rows,
    shown_bounds,
    shown_rows,
    typed_rows,
)

CATEGORIES = [category["key"] for category in default_guideline()["categories"]]


@pytest.mark.parametrize("part", ["examples", "rubric", "categories"])
def test_what_is_shown_is_read_as_it_was(part: str) -> None:
    kept = default_guideline()[part]
    assert read_rows(part, shown_rows(part, kept), CATEGORIES) == (kept, {})
    empty = changed_rows(part, shown_rows(part, kept), add=part)
    assert len(empty) == len(kept) + 1
    assert read_rows(part, empty, CATEGORIES) == (kept, {}), "a row left empty is none"


def test_bounds_that_are_shown_are_read_as_they_were() -> None:
    bounds = default_guideline()["bounds"]
    assert read_bounds(shown_bounds(bounds), CATEGORIES) == (bounds, {})
    assert read_bounds({}, CATEGORIES) == ({}, {})


def rubric(**changes: Any) -> dict[str, str]:
    rows = shown_rows("rubric", default_guideline()["rubric"])
    rows[0] |= changes
    return read_rows("rubric", rows, CATEGORIES)[1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weight": "1e5"}, "rubric.0.weight"),
        ({"weight": "٣"}, "rubric.0.weight"),
        ({"key": "helpfulness"}, "rubric.1.key"),
        ({"levels": [{"value": "1", "anchor": "a"}]}, "rubric.0.levels"),
        ({"levels": [{"value": "2", "anchor": "a"}, {"value": "1", "anchor": "b"}]}, "rubric.0.levels"),
        (
            {"levels": [{"value": "1001", "anchor": "a"}, {"value": "", "anchor": "b"}]},
            "rubric.0.levels.0.value",
        ),
        ({"judges": "x"}, "rubric.0.judges"),
    ],
)
def test_a_fault_names_its_field(changes: dict[str, Any], field: str) -> None:
    assert field in rubric(**changes)


@pytest.mark.parametrize(
    ("low", "high", "end"), [("5", "", "max"), ("", "5", "min"), ("9", "2", "max"), ("x", "2", "min")]
)
def test_a_bound_has_two_ends_in_order(low: str, high: str, end: str) -> None:
    sent = {"bounds.response_words.min": low, "bounds.response_words.max": high}
    assert list(read_bounds(sent, CATEGORIES)[1]) == [f"bounds.response_words.{end}"]


@given(st.dictionaries(st.text("rubicexamplso.019-levat ", max_size=24), st.text(max_size=9), max_size=12))
def test_no_form_however_odd_raises(sent: dict[str, str]) -> None:
    for part in ("examples", "rubric", "categories"):
        read_rows(part, typed_rows(sent, part), CATEGORIES)
    read_bounds(sent, CATEGORIES)


@pytest.mark.parametrize("name", ["rubric.9", "rubric.0.levels.99", "rubric", "x", "rubric.0"])
def test_a_row_that_is_not_there_is_not_removed(name: str) -> None:
    rows = shown_rows("rubric", default_guideline()["rubric"])
    left = changed_rows("rubric", rows, remove=name)
    assert len(left) == len(rows) - (name == "rubric.0")


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(guideline_forms).failed == 0
