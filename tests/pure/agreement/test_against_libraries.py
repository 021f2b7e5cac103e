"""Our figures equal those of independent libraries on random tables, to 1e-9.

Where a library differs by convention or is wrong, the test says so and how it is met.
"""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import review.agreement as agreement
from tests.pure.agreement.tables import tables

krippendorff = pytest.importorskip("krippendorff")
metrics = pytest.importorskip("sklearn.metrics")
inter_rater = pytest.importorskip("statsmodels.stats.inter_rater")

FORMS = ["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
MANY = settings(max_examples=300, deadline=None)


def near(expected: Any) -> Any:
    return pytest.approx(expected, abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@MANY
@given(table=tables())
def test_alpha_equals_krippendorff(level: Any, table: Any) -> None:
    found = agreement.krippendorff_alpha(table, level=level, interval=None)
    pairable = table[(~np.isnan(table)).sum(axis=1) >= 2]
    if len(np.unique(pairable[~np.isnan(pairable)])) < 2:
        assert found.value is None  # krippendorff raises ValueError here, or answers nan
        return
    expected = krippendorff.alpha(reliability_data=pairable.T, level_of_measurement=level)
    assert found.value == near(expected)


@pytest.mark.parametrize("weights", [None, "linear", "quadratic"])
@MANY
@given(table=tables(raters=(2, 2), missing=False))
def test_kappa_equals_scikit_learn_and_statsmodels(weights: Any, table: Any) -> None:
    """Both weigh by position: the whole scale is passed, so that positions and values agree."""
    scale = list(range(1, int(table.max()) + 1))
    found = agreement.cohen_kappa(table, weights=weights, categories=scale)
    cells = np.zeros((len(scale), len(scale)))
    np.add.at(cells, tuple(table.astype(int).T - 1), 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both divide 0 by 0 where we answer None
        expected = metrics.cohen_kappa_score(*table.T, labels=scale, weights=weights)
        theirs = inter_rater.cohens_kappa(cells, wt=weights)
    if found.value is None:
        assert np.isnan(theirs.kappa)  # and scikit-learn gives nan, or 1 by its replace_undefined_by
        return
    assert found.value == near(expected)
    assert found.value == near(theirs.kappa)
    if found.standard_error is None or found.standard_error < 1e-7:
        return  # statsmodels takes the root of a rounding error below 0 and answers nan
    assert found.standard_error == pytest.approx(theirs.std_kappa, abs=1e-7)
    assert found.low == pytest.approx(max(-1, theirs.kappa_low), abs=1e-7)
    assert found.high == pytest.approx(min(1, theirs.kappa_upp), abs=1e-7)


@MANY
@given(table=tables(missing=False))
def test_fleiss_and_free_marginal_kappa_equal_statsmodels(table: Any) -> None:
    counts, _ = inter_rater.aggregate_raters(table)
    assume(counts.shape[1] > 1)
    fleiss = agreement.fleiss_kappa(table, interval=None).value
    free = agreement.brennan_prediger(table, interval=None).value
    assert fleiss == near(inter_rater.fleiss_kappa(counts, "fleiss"))
    assert free == near(inter_rater.fleiss_kappa(counts, "randolph"))


@MANY
@given(
    table=tables(levels=(3, 9), missing=False),
    form=st.sampled_from(["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]),
)
def test_icc_equals_a_plain_analysis_of_variance(table: Any, form: Any) -> None:
    """The mean squares by their definitions, one sum of squares after another."""
    n, k = table.shape
    grand = table.mean()
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    between = k * sum((mean - grand) ** 2 for mean in rows) / (n - 1)
    raters = n * sum((mean - grand) ** 2 for mean in columns) / (k - 1)
    within = sum((table[i, j] - rows[i]) ** 2 for i in range(n) for j in range(k)) / (n * (k - 1))
    cells = itertools.product(range(n), range(k))
    residual = sum((table[i, j] - rows[i] - columns[j] + grand) ** 2 for i, j in cells) / ((n - 1) * (k - 1))
    above, below = {
        "1,1": (between - within, between + (k - 1) * within),
        "2,1": (between - residual, between + (k - 1) * residual + k * (raters - residual) / n),
        "3,1": (between - residual, between + (k - 1) * residual),
        "1,k": (between - within, between),
        "2,k": (between - residual, between + (raters - residual) / n),
        "3,k": (between - residual, between),
    }[form]
    found = agreement.icc(table, form=form).value
    if below <= 1e-9:
        assert found is None
    else:
        assert found == pytest.approx(above / below, abs=1e-8, rel=1e-8)


@MANY
@given(seed=st.integers(0, 2**32 - 1), raters=st.integers(2, 6), items=st.integers(3, 30))
def test_concordance_follows_the_mean_rank_correlation(seed: int, raters: int, items: int) -> None:
    """Without ties, W = (1 + (m - 1) r) / m for the mean Spearman r (Kendall and Gibbons, section 6.4)."""
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(items, raters)) + rng.normal(size=(items, 1))
    pairs = itertools.combinations(table.T, 2)
    mean = np.mean([_spearman(one, two) for one, two in pairs])
    found = agreement.kendall_w(table, interval=None).value
    assert found == near((1 + (raters - 1) * mean) / raters)


def _spearman(one: Any, two: Any) -> float:
    n = len(one)
    gap = np.argsort(np.argsort(one)) - np.argsort(np.argsort(two))
    return 1 - 6 * float((gap**2).sum()) / (n * (n**2 - 1))
