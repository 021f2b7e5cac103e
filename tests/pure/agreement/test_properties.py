"""What must hold for every coefficient, whatever the ratings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import review.agreement as agreement
from review.agreement.registry import COEFFICIENTS, statistic_of
from tests.pure.agreement.tables import tables

FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
CALLS: list[tuple[str, dict[str, Any]]] = [
    *[(name, {}) for name in COEFFICIENTS if name not in ("icc", "krippendorff_alpha")],
    ("cohen_kappa", {"weights": "quadratic"}),
    ("fleiss_kappa", {"weights": "linear"}),
    ("conger_kappa", {"weights": "ordinal"}),
    ("brennan_prediger", {"weights": "radical"}),
    ("gwet_ac2", {"weights": "circular"}),
    ("percent_agreement", {"weights": "bipolar"}),
    ("gwet_ac2", {"weights": "ratio"}),
    *[("krippendorff_alpha", {"level": level}) for level in ("nominal", "ordinal", "interval", "ratio")],
    *[("icc", {"form": form}) for form in FORMS],
]
NOMINAL = [
    call
    for call in CALLS
    if call[0] not in ("icc", "kendall_w", "gwet_ac2") and call[1] in ({}, {"level": "nominal"})
]
every = pytest.mark.parametrize(("name", "arguments"), CALLS, ids=[f"{name}-{args}" for name, args in CALLS])
FEW = settings(max_examples=40, deadline=None)


def value(name: str, table: Any, arguments: dict[str, Any]) -> float | None:
    found: agreement.Estimate = getattr(agreement, name)(table, interval=None, **arguments)
    return found.value


def same(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-9)


@every
@FEW
@given(table=tables(raters=(1, 4), items=(0, 12), levels=(1, 4)), data=st.data())
def test_honest_data_never_fails_and_nothing_is_nan(name: str, arguments: Any, table: Any, data: Any) -> None:
    how = data.draw(st.sampled_from(["analytic", "bca", "percentile", None]))
    found = getattr(agreement, name)(table, interval=how, resamples=20, **arguments)
    for part in (found.value, found.standard_error, found.low, found.high):
        assert part is None or (type(part) is float and math.isfinite(part))
    assert (found.value is not None) or found.reason.endswith(".")
    if found.value is None:
        assert (found.standard_error, found.low, found.high) == (None, None, None)
    elif found.low is not None and found.high is not None and how == "analytic":
        assert found.low <= found.value <= found.high <= 1


@every
@FEW
@given(table=tables(items=(3, 15)), seed=st.integers(0, 999))
def test_the_order_of_items_and_raters_changes_nothing(
    name: str, arguments: Any, table: Any, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    if name in ("cohen_kappa", "scott_pi"):
        table = table[:, :2]
    mixed = table[rng.permutation(len(table))][:, rng.permutation(table.shape[1])]
    assert same(value(name, table, arguments), value(name, mixed, arguments))


@pytest.mark.parametrize(("name", "arguments"), NOMINAL, ids=[name for name, _ in NOMINAL])
@FEW
@given(table=tables(raters=(2, 4)), seed=st.integers(0, 999))
def test_the_names_of_nominal_labels_change_nothing(name: str, arguments: Any, table: Any, seed: int) -> None:
    names = np.array(["kiwi", "apple", "fig", "date", "plum"], dtype=object)
    named = np.full(table.shape, None, dtype=object)
    given_ = ~np.isnan(table)
    named[given_] = np.random.default_rng(seed).permutation(names)[table[given_].astype(int) - 1]
    assert same(value(name, table, arguments), value(name, named, arguments))
    assert same(value(name, table, arguments), value(name, named.tolist(), arguments))


@every
@FEW
@given(table=tables(items=(2, 15)))
def test_long_form_equals_the_matrix(name: str, arguments: Any, table: Any) -> None:
    item, rater = np.nonzero(~np.isnan(table))
    entries = agreement.long(
        [f"i{place}" for place in item], [f"r{place}" for place in rater], table[item, rater]
    )
    assert same(value(name, table, arguments), value(name, entries, arguments))
    spread = agreement.long(item * 7919, rater * 104_729, table[item, rater])
    assert same(value(name, table, arguments), value(name, spread, arguments))


@every
@FEW
@given(table=tables(items=(4, 15)), seed=st.integers(0, 999))
def test_a_resample_of_patterns_equals_one_of_the_ratings(
    name: str, arguments: Any, table: Any, seed: int
) -> None:
    """Drawing pattern counts gives exactly the coefficient of the drawn rows."""
    if name in ("cohen_kappa", "scott_pi"):
        table = table[:, :2]
    statistic = statistic_of(name)(agreement.encode(table), **arguments)
    assume(statistic.value is not None)
    assert statistic.patterns is not None and statistic.replicate is not None
    places = statistic.patterns.places()
    kept = np.flatnonzero(places >= 0)
    drawn = np.random.default_rng(seed).choice(kept, size=len(kept))
    counts = np.bincount(places[drawn], minlength=len(statistic.patterns.multiplicity)).astype(float)
    scale = None if name == "icc" else list(statistic_scale(table))
    again = agreement.encode(table[drawn], scale)
    if not (name in ("icc", "kendall_w") or len(again.active_raters) == table.shape[1]):
        return
    expected = statistic_of(name)(again, **arguments).value
    found = float(statistic.replicate(counts[None, :])[0])
    if expected is None or (name in ("icc", "kendall_w") and len(again.active_raters) < table.shape[1]):
        return
    assert found == pytest.approx(expected, abs=1e-8, rel=1e-8)


def statistic_scale(table: Any) -> Any:
    return np.unique(table[~np.isnan(table)])


@every
@FEW
@given(table=tables(items=(3, 12)), seed=st.integers(0, 999))
def test_an_item_of_weight_two_counts_as_two_items(name: str, arguments: Any, table: Any, seed: int) -> None:
    """Krippendorff and ICC correct for small samples, where weights of mean 1 differ from more items."""
    twice = np.random.default_rng(seed).integers(1, 3, len(table))
    weighed = agreement.encode(table, item_weights=twice)
    even = agreement.encode(table, item_weights=np.full(len(table), 3.0))
    assert same(value(name, table, arguments), value(name, even, arguments))
    doubled, found = value(name, np.repeat(table, twice, axis=0), arguments), value(name, weighed, arguments)
    if name in ("krippendorff_alpha", "icc"):
        assert (doubled is None) == (found is None) or name == "icc"
    else:
        assert same(doubled, found)


@pytest.mark.parametrize("name", [name for name in COEFFICIENTS if name not in ("icc", "kendall_w")])
@FEW
@given(table=tables(items=(3, 12), missing=False, raters=(2, 2)))
def test_more_perfect_agreement_never_lowers_the_share_and_full_agreement_is_one(
    name: str, table: Any
) -> None:
    more = np.vstack([table, table[:, :1].repeat(2, axis=1)])
    one, two = value("percent_agreement", table, {}), value("percent_agreement", more, {})
    assert one is not None and two is not None and two >= one
    full = table[:, :1].repeat(2, axis=1)
    assert value(name, full, {}) in (1.0, None)


@FEW
@given(seed=st.integers(0, 10_000))
def test_alpha_of_noise_is_near_nothing(seed: int) -> None:
    """Six standard errors: a true value of 0 stays inside in all but two of a thousand million tables."""
    noise = np.random.default_rng(seed).integers(0, 4, (300, 3)).astype(float)
    found = agreement.krippendorff_alpha(noise, level="ordinal")
    assert found.value is not None and found.standard_error is not None
    assert abs(found.value) < 6 * found.standard_error


@every
def test_the_analytic_error_is_near_that_of_the_bootstrap(name: str, arguments: Any) -> None:
    rng = np.random.default_rng(5)
    truth = rng.integers(1, 5, (400, 1))
    raters = 2 if name in ("cohen_kappa", "scott_pi") else 3
    table = np.clip(
        truth + rng.integers(-1, 2, (400, raters)) * (rng.random((400, raters)) < 0.6), 1, 4
    ).astype(float)
    analytic = getattr(agreement, name)(table, **arguments)
    for how in ("bca", "percentile", "bootstrap"):
        drawn = getattr(agreement, name)(table, interval=how, resamples=1500, seed=3, **arguments)
        assert drawn.standard_error == pytest.approx(analytic.standard_error, rel=0.12)
        assert drawn.low == pytest.approx(analytic.low, abs=0.02)
        assert drawn.high == pytest.approx(analytic.high, abs=0.02)
    again = getattr(agreement, name)(table, interval="bca", resamples=300, seed=3, **arguments)
    assert again == getattr(agreement, name)(table, interval="bca", resamples=300, seed=3, **arguments)
