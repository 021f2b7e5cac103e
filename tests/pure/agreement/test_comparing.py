"""Differences of two agreements, pairs of raters, raters left out, items needed, and one category at a time."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import review.agreement as agreement


def _panel(rng: np.random.Generator, items: int, noise: float, truth: Any = None) -> Any:
    truth = rng.integers(1, 5, (items, 1)) if truth is None else truth
    slips = rng.integers(-2, 3, (items, 3)) * (rng.random((items, 3)) < noise)
    return np.clip(truth + slips, 1, 4).astype(float)


def test_a_real_gain_is_seen_and_none_is_not() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 5, (400, 1))
    before, after, same = (
        _panel(rng, 400, 0.7, truth),
        _panel(rng, 400, 0.2, truth),
        _panel(rng, 400, 0.7, truth),
    )
    gain = agreement.compare(before, after, level="ordinal", paired=True)
    assert gain.value is not None and gain.low is not None and gain.low > 0.1
    assert gain.value == pytest.approx((gain.second.value or 0) - (gain.first.value or 0))
    nothing = agreement.compare(before, same, level="ordinal", paired=True)
    assert nothing.low is not None and nothing.high is not None and nothing.low < 0 < nothing.high


def test_the_paired_interval_equals_drawing_the_rows_themselves() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(1, 5, (120, 1))
    before = _panel(rng, 120, 0.6, truth)
    after = np.where(rng.random(before.shape) < 0.7, before, truth)
    found = agreement.compare(before, after, "fleiss_kappa", paired=True, resamples=3000)
    drawn = []
    for _ in range(1500):
        rows = rng.integers(0, 120, 120)
        pair = [agreement.fleiss_kappa(table[rows], interval=None).value or 0 for table in (before, after)]
        drawn.append(pair[1] - pair[0])
    assert found.standard_error == pytest.approx(np.std(drawn), rel=0.1)
    apart = agreement.compare(before, after, "fleiss_kappa", paired=False, resamples=3000)
    assert (found.standard_error or 0) < (apart.standard_error or 0)
    expected = math.hypot(apart.first.standard_error or 0, apart.second.standard_error or 0)
    assert apart.standard_error == pytest.approx(expected, rel=0.1)


def test_long_form_is_paired_by_its_common_items() -> None:
    first = agreement.long(list("aabbccdd"), [1, 2] * 4, [1, 1, 2, 2, 1, 2, 1, 1])
    second = agreement.long(list("ddccbbee"), [1, 2] * 4, [1, 1, 1, 1, 2, 2, 1, 2])
    found = agreement.compare(first, second, "gwet_ac1", resamples=200)
    assert found.paired_items == 3
    assert (found.first.items, found.second.items) == (3, 3)
    assert "paired" in found.method
    other = agreement.long(list("xxyyzz"), [1, 2] * 3, [1, 1, 2, 2, 1, 2])
    assert agreement.compare(first, other, "gwet_ac1", resamples=200).paired_items == 0


def test_both_sides_are_measured_on_one_scale() -> None:
    """A level that only one version used belongs to the scale of both."""
    first, second = [[1, 1], [2, 2], [1, 2], [3, 3]], [[1, 1], [2, 2], [1, 2], [2, 2]]
    found = agreement.compare(first, second, "brennan_prediger", paired=True, resamples=50)
    assert found.value == pytest.approx(0)
    assert found.second.value == agreement.brennan_prediger(second, categories=[1, 2, 3]).value


def test_an_undefined_side_is_named_and_a_bad_pairing_refused() -> None:
    found = agreement.compare([[1, 1], [1, 1]], [[1, 2], [2, 2]], "fleiss_kappa")
    assert found.value is None
    assert found.reason.startswith("The first agreement is undefined.")
    with pytest.raises(ValueError, match="row by row"):
        agreement.compare([[1, 1]], [[1, 2], [2, 2]], paired=True)
    with pytest.raises(ValueError, match="unknown"):
        agreement.compare([[1, 1]], [[1, 2]], "kapa")


def test_pairs_are_those_who_share_items() -> None:
    table: list[list[int | None]] = [[1, 1, None], [2, 2, None], [1, 2, None], [2, 2, 1], [None, None, 2]]
    pairs = {(pair.first, pair.second): pair for pair in agreement.pairwise(table, interval=None)}
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    assert pairs[0, 1].estimate.value == agreement.cohen_kappa([[one, two] for one, two, _ in table]).value
    assert pairs[0, 1].few
    assert pairs[0, 2].estimate.items == 1
    alphas = agreement.pairwise(table, "krippendorff_alpha", level="ordinal", interval=None)
    assert alphas[0].estimate.coefficient == "krippendorff_alpha"


def test_the_rater_who_differs_is_named_first() -> None:
    rng = np.random.default_rng(2)
    table = _panel(rng, 100, 0.1)
    table[:, 1] = rng.integers(1, 5, 100)
    rows = agreement.leave_one_out(table, level="ordinal")
    assert rows[0].rater == 1
    assert rows[0].change is not None and rows[0].change > 0.2
    rest = agreement.krippendorff_alpha(np.delete(table, 1, axis=1), level="ordinal")
    assert rows[0].estimate.value == pytest.approx(rest.value)


def test_the_size_of_a_study_is_that_of_its_interval() -> None:
    rng = np.random.default_rng(3)
    pilot = agreement.fleiss_kappa(_panel(rng, 80, 0.5))
    needed = agreement.sample_size(0.1, pilot=pilot).items
    assert needed is not None
    study = agreement.fleiss_kappa(_panel(rng, needed, 0.5))
    assert study.low is not None and study.high is not None
    assert study.high - study.low == pytest.approx(0.1, abs=0.015)


def test_a_planned_table_has_the_variance_of_fleiss_cohen_and_everitt() -> None:
    """A table of 10,000 items with exactly the planned shares: its error is that which the plan foretells."""
    shares, kappa = np.array([0.5, 0.3, 0.2]), 0.6
    cells = np.rint(10_000 * (kappa * np.diag(shares) + (1 - kappa) * np.outer(shares, shares))).astype(int)
    rows = [[one, two] for one in range(3) for two in range(3) for _ in range(cells[one, two])]
    found = agreement.cohen_kappa(rows)
    assert found.low is not None and found.high is not None
    planned = agreement.sample_size(found.high - found.low, kappa=kappa, prevalence=shares.tolist())
    assert planned.items == pytest.approx(len(rows), rel=0.002)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"width": 3, "kappa": 0.5, "prevalence": [0.5, 0.5]}, "width"),
        ({"width": 0.2}, "Give either"),
        ({"width": 0.2, "kappa": 0.5}, "both kappa and prevalence"),
        ({"width": 0.2, "kappa": 0.5, "prevalence": [0.5, 0.6]}, "summing to 1"),
        ({"width": 0.2, "kappa": -0.9, "prevalence": [0.9, 0.1]}, "no table has it"),
        ({"width": 0.2, "kappa": 0.5, "prevalence": [0.5, 0.5], "confidence": 1}, "confidence"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        agreement.sample_size(arguments.pop("width"), **arguments)


def test_a_pilot_without_variation_gives_no_size() -> None:
    perfect = agreement.fleiss_kappa([[1, 1], [2, 2], [1, 1]])
    assert agreement.sample_size(0.1, pilot=perfect).items is None
    undefined = agreement.fleiss_kappa([[1, 1], [1, 1]])
    assert "no standard error" in agreement.sample_size(0.1, pilot=undefined).reason


def test_specific_agreement_shows_what_kappa_hides() -> None:
    """352 both yes, 20 and 20 split, 8 both no: percent .900, kappa .232, AC1 near the percent."""
    table = [["y", "y"]] * 352 + [["y", "n"]] * 20 + [["n", "y"]] * 20 + [["n", "n"]] * 8
    found = agreement.specific_agreement(table)
    assert found["y"].value == pytest.approx(0.946, abs=5e-4)
    assert found["n"].value == pytest.approx(0.286, abs=5e-4)
    assert agreement.percent_agreement(table).value == pytest.approx(0.9)
    assert agreement.cohen_kappa(table).value == pytest.approx(0.232, abs=5e-4)
    absent = agreement.specific_agreement(table, categories=["y", "n", "unsure"])["unsure"]
    assert absent.value is None
    assert "Nobody chose 'unsure'" in absent.reason
