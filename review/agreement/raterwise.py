"""Coefficients whose chance agreement comes from each rater's own shares: Cohen and Conger.

In: ratings. Out: `Estimate`. Called by users, by reports and by the command. Patterns are rows here (who said
what), so with many raters there may be nearly as many patterns as items, and a bootstrap costs accordingly.
"""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.kappas import Scale, both_rated
from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings, encode
from review.agreement.statistic import Floats, Statistic, safe_ratio, too_few
from review.agreement.weights import Disagreement, ScaleTooWideError, Weights, disagreement

FCE = "Fleiss, Cohen and Everitt's large-sample error, normal quantile"


def cohen_kappa(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Cohen's kappa for two raters, plain or weighted.

    e = sum_kl v_kl p_k q_l, with p and q the two raters' own shares and v the disagreement of categories (1
    where they differ, without weights), over the items both rated. Source: Cohen (1960), Educational and
    Psychological Measurement 20:37-46; weighted: Cohen (1968), Psychological Bulletin 70:213-220; error:
    Fleiss, Cohen and Everitt (1969), Psychological Bulletin 72:323-327, equations 10 and 13.

    >>> cohen_kappa([[1, 1], [2, 2], [1, 2], [2, 2]]).value
    0.5
    """
    return estimate(cohen_kappa_statistic(encode(ratings, categories), weights=weights), **options)


def conger_kappa(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Conger's kappa: Cohen's for any number of raters.

    e = the mean over ordered pairs of different raters g, h of sum_kl v_kl p_gk p_hl, each rater's shares p_g
    over the items that rater rated. Source: Conger (1980), Psychological Bulletin 88:322-328; missing
    ratings and variance: Gwet (2014), equations 2.17 and 5.13.

    >>> round(conger_kappa([[1, 1, 2], [2, 2, 2], [1, 2, 1], [2, 2, 2]]).value, 4)
    0.2727
    """
    return estimate(conger_kappa_statistic(encode(ratings, categories), weights=weights), **options)


def cohen_kappa_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `cohen_kappa`."""
    rows = both_rated("cohen_kappa", ratings)
    if isinstance(rows, Statistic):
        return rows
    return _statistic("cohen_kappa", ratings, rows, weights, divisor=0, method=FCE)


def conger_kappa_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `conger_kappa`."""
    return _statistic("conger_kappa", ratings, ratings.by_row, weights)


class _Margins:
    """Each rater's shares of the categories, and the chance disagreement they imply."""

    def __init__(self, rows: Patterns, active: NDArray[np.int64], gap: Disagreement) -> None:
        assert rows.rater is not None
        self.rows, self.gap, self.raters = rows, gap, len(active)
        self.rater = np.searchsorted(active, rows.rater)
        self.cell = self.rater * gap.width + rows.category
        tally = np.bincount(self.cell, weights=rows.mass[rows.owner], minlength=self.raters * gap.width)
        self.tally = tally.astype(float).reshape(self.raters, gap.width)
        self.rated = self.tally.sum(axis=1)

    def expected(self, tally: Floats) -> Floats:
        """Chance disagreement from counts (…, raters, width), without raters who drop out of a resample."""
        rated = tally.sum(axis=-1, keepdims=True)
        shares = np.divide(tally, rated, out=np.zeros_like(tally), where=rated > 0)
        present = (rated > 0).sum(axis=(-2, -1))
        together = self.gap.between(shares.sum(axis=-2)) - self.gap.between(shares).sum(axis=-1)
        return safe_ratio(together, present * (present - 1.0))

    def pull(self) -> Floats:
        """Per pattern, half of what one such item adds to chance disagreement, times n."""
        shares = self.tally / self.rated[:, None]
        slope = self.gap.against(shares.sum(axis=0) - shares)
        level = (shares * slope).sum(axis=1)
        entries = (slope.reshape(-1)[self.cell] - level[self.rater]) * (self.rows.mass.sum() / self.rated)[
            self.rater
        ]
        return self.rows.total_by_pattern(entries) / (self.raters * (self.raters - 1))


def _statistic(
    name: str, ratings: Ratings, rows: Patterns, weights: Weights, divisor: int = 1, method: str | None = None
) -> Statistic:
    paired = rows.size >= 2
    pairable = int(rows.multiplicity[paired].sum())
    active = ratings.active_raters
    counts = (name, pairable, len(active), rows.ratings)
    undefined = too_few(*counts)
    if undefined is not None:
        return undefined
    try:
        gap = disagreement(ratings, weights)
    except ScaleTooWideError as wide:
        return Statistic(*counts, str(wide))
    margins = _Margins(rows, active, gap)
    differing = np.where(paired, gap.within(rows.counted) / np.maximum(1, rows.size * (rows.size - 1)), 0)
    items, paired_items = float(rows.mass.sum()), float(rows.mass[paired].sum())
    observed = float(rows.mass @ differing) / paired_items
    expected = float(margins.expected(margins.tally))
    if expected <= 1e-15:
        return Statistic(*counts, _same_constant(ratings, margins))
    value = 1 - observed / expected
    agreeing = items / paired_items * paired * (expected - differing)
    influence = (agreeing + 2 * (1 - value) * margins.pull()) / expected - value

    def replicate(weight: Floats) -> Floats:
        cells = weight @ rows.matrix(rows.count, margins.cell, margins.tally.size)
        chance = margins.expected(cells.reshape(len(weight), *margins.tally.shape))
        return 1 - safe_ratio(safe_ratio(weight @ differing, weight @ paired), np.nan_to_num(chance))

    statistic = Statistic(*counts, "", value, rows, influence, replicate, divisor=divisor)
    if method is None:
        return statistic
    return Statistic(*counts, "", value, rows, influence, replicate, divisor=divisor, method=method)


def _same_constant(ratings: Ratings, margins: _Margins) -> str:
    used = np.flatnonzero(margins.tally.sum(axis=0))
    if len(used) == 1:
        return (
            f"Every rating is {ratings.categories[used[0]]!r}, so chance alone would agree completely "
            "and the coefficient is 0/0."
        )
    return "The weights leave no chance disagreement, so the coefficient is 0/0."
