"""Every coefficient equals what papers, tables and other tools print, value and interval."""

from __future__ import annotations

import math
from typing import Any

import pytest

import review.agreement as agreement
from tests.pure.agreement.published import ABSENT, FOLDER, Vector, call_of, vectors

COEFFICIENTS = [vector for vector in vectors() if vector.name != "dawid_skene_bluebirds"]
pytestmark = pytest.mark.skipif(not (FOLDER / "agreement").is_dir(), reason=ABSENT)

VALUES = [
    pytest.param(vector, key, id=f"{vector.name}-{key}")
    for vector in COEFFICIENTS
    for key in vector.content["expected"]
]
PRINTED = [
    pytest.param(vector, key, id=f"{vector.name}-{key}")
    for vector in COEFFICIENTS
    for key in vector.content.get("published", {})
]
INTERVALS = [
    pytest.param(vector, key, id=f"{vector.name}-{key}")
    for vector in COEFFICIENTS
    for key in vector.content.get("expected_ci", {})
]


@pytest.mark.parametrize(("vector", "key"), VALUES)
def test_a_coefficient_equals_the_expected_value(vector: Vector, key: str) -> None:
    expected = vector.content["expected"][key]
    found = vector.compute(key, interval=None)
    if expected is None:
        assert found.value is None
        assert found.reason.endswith(".")
        assert (found.standard_error, found.low, found.high) == (None, None, None)
    else:
        assert found.value == pytest.approx(expected, abs=vector.content["tolerance"])
        assert found.reason == ""


@pytest.mark.parametrize(("vector", "key"), PRINTED)
def test_a_coefficient_equals_the_printed_value(vector: Vector, key: str) -> None:
    printed = vector.content["published"][key]
    assert vector.compute(key, interval=None).value == pytest.approx(
        printed["value"], abs=printed["tolerance"]
    )


@pytest.mark.parametrize(("vector", "key"), INTERVALS)
def test_an_interval_equals_that_of_a_tool_of_the_same_method(vector: Vector, key: str) -> None:
    """Every listed tool whose method is ours must be met, and each figure must have one such tool."""
    found = vector.compute(key)
    assert found.value is not None and found.standard_error is not None
    same = [entry for entry in vector.content["expected_ci"][key] if _same_method(key, entry)]
    assert same, "no tool listed with the method that the function states"
    for entry in same:
        error, digits = entry.get("se"), 2e-3 if "printed to 3" in entry["method"] else 2e-6
        divisor = math.sqrt((found.items - 1) / found.items) if "contingency-table" in entry["method"] else 1
        if error is not None:
            assert found.standard_error * divisor == pytest.approx(error, abs=1e-5)
        if divisor == 1:
            low, high = entry["ci95"]
            if low > found.value:
                continue  # irrCAC-py cuts at -1, above its own estimate of -1.08
            floor = _floor(key) if found.value > -1 else -math.inf
            assert found.low == pytest.approx(max(low, floor), abs=digits / 2)
            assert found.high == pytest.approx(min(high, 1.0), abs=digits / 2)


def _floor(key: str) -> float:
    """Ours never leaves the possible values; R's intervals are cut at the upper end alone."""
    name = call_of(key)[0]
    return 0.0 if name == "percent_agreement" else -math.inf if name == "icc" else -1.0


def _same_method(key: str, entry: dict[str, Any]) -> bool:
    """Cohen's error is Fleiss, Cohen and Everitt's; ICC's limits are Shrout and Fleiss's; else Gwet's.

    R irr steps the freedom of form 2,k up differently (McGraw and Wong, table 7), so psych alone is met
    there. A contingency-table variance divides by n instead of n - 1, and is met where no other is listed.
    """
    name, arguments = call_of(key)
    if name == "cohen_kappa":
        return "Fleiss-Cohen-Everitt" in entry["method"]
    if name == "icc":
        return "psych" in entry["tool"] or arguments["form"] != "2,k"
    if name == "scott_pi":
        return True
    return "linearised" in entry["method"]


def test_a_silent_rater_is_not_counted() -> None:
    table = [[1, 1, None], [2, 2, None], [1, 2, None], [2, 2, None]]
    found = agreement.cohen_kappa(table)
    assert (found.value, found.raters, found.items, found.ratings) == (0.5, 2, 4, 8)


def test_one_item_has_a_value_but_no_interval() -> None:
    found = agreement.percent_agreement([[1, 1, 1]])
    assert found.value == 1.0
    assert (found.standard_error, found.low, found.high) == (None, None, None)
    assert "at least two" in found.reason
