"""Intraclass correlations, the six forms of Shrout and Fleiss.

In: numeric ratings. Out: `Estimate`. Called by users, by reports and by the command. Each form is a ratio
of two linear combinations of the same four mean squares, which come from sums over items: so errors and
resamples need no more than those sums.
"""

from __future__ import annotations

import math
from typing import Any, Literal, Unpack

import numpy as np

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.quantiles import f_quantile
from review.agreement.ratings import Ratings, encode
from review.agreement.rows import complete_rows
from review.agreement.statistic import Floats, Statistic, safe_ratio

Form = Literal["1,1", "2,1", "3,1", "1,k", "2,k", "3,k"]
METHOD = "F limits of Shrout and Fleiss; standard error linearised over items"


def icc(ratings: Any, form: Form = "1,1", **options: Unpack[IntervalOptions]) -> Estimate:
    """An intraclass correlation over the items that every rater rated.

    With B, J, E, W the mean squares between items, between raters, residual and within items, n items and k
    raters: 1,1 = (B - W) / (B + (k-1) W); 2,1 = (B - E) / (B + (k-1) E + k (J - E) / n);
    3,1 = (B - E) / (B + (k-1) E); and for the mean of k ratings 1,k = (B - W) / B, 2,k = (B - E) / (B + (J
    - E) / n), 3,k = (B - E) / B. Forms 1 and 2 ask for absolute agreement (raters picked anew for each
    item, or one panel from many), form 3 for consistency of just these raters. Source: Shrout and Fleiss
    (1979), Psychological Bulletin 86:420-428, pages 422 to 426.

    Raises: ValueError where the ratings are not numbers or the form is unknown.

    >>> table = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
    >>> round(icc(table, form="2,1").value, 2)
    0.29
    """
    return estimate(icc_statistic(encode(ratings), form=form), **options)


def _combination(form: Form, items: int, raters: int) -> tuple[Floats, Floats]:
    """Weights of (B, J, E, W) in numerator and denominator."""
    k, n = float(raters), float(items)
    below = {
        "1,1": (1, 0, 0, k - 1),
        "2,1": (1, k / n, k - 1 - k / n, 0),
        "3,1": (1, 0, k - 1, 0),
        "1,k": (1, 0, 0, 0),
        "2,k": (1, 1 / n, -1 / n, 0),
        "3,k": (1, 0, 0, 0),
    }[form]
    above = (1, 0, 0, -1) if form.startswith("1") else (1, 0, -1, 0)
    return np.array(above, dtype=float), np.array(below, dtype=float)


class _Squares:
    """Mean squares from sums over items, for the sample and for any resample of it."""

    def __init__(self, table: Floats) -> None:
        self.table = table - table.mean()
        self.raters = table.shape[1]
        self.mean = self.table.mean(axis=1)
        self.inside = ((self.table - self.mean[:, None]) ** 2).sum(axis=1)
        self.sums = np.column_stack([self.mean, self.mean**2, self.inside, self.table])

    def of(self, weight: Floats) -> Floats:
        """(B, J, E, W) along the last axis, from weights (…, patterns)."""
        n, k = weight.sum(axis=-1), self.raters
        sums = weight @ self.sums / n[..., None]
        grand, columns = sums[..., 0], sums[..., 3:]
        between = np.maximum(0, sums[..., 1] - grand**2)
        among = ((columns - grand[..., None]) ** 2).sum(axis=-1)
        residual = np.maximum(0, sums[..., 2] - among)
        return np.stack(
            [
                n * k * between / (n - 1),
                n * among / (k - 1),
                n * residual / ((n - 1) * (k - 1)),
                sums[..., 2] / (k - 1),
            ],
            axis=-1,
        )

    def slopes(self, weight: Floats, squares: Floats) -> Floats:
        """How one such item moves each mean square, times n: (patterns, 4)."""
        n, k = float(weight.sum()), self.raters
        sums = weight @ self.sums / n
        grand, columns = sums[0], sums[3:]
        between = n * k * (self.mean - grand) ** 2 / (n - 1) - squares[0]
        among = 2 * ((self.table - columns) @ (columns - grand))
        within = self.inside - sums[2]
        return np.column_stack(
            [between, n * among / (k - 1), n * (within - among) / ((n - 1) * (k - 1)), within / (k - 1)]
        )


def icc_statistic(ratings: Ratings, *, form: Form = "1,1") -> Statistic:
    """The statistic behind `icc`."""
    if form not in ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"):
        raise ValueError(f"form={form!r} is unknown; use '1,1', '2,1', '3,1', '1,k', '2,k' or '3,k'.")
    if ratings.values is None:
        raise ValueError("icc needs numbers, and the ratings hold words.")
    found = complete_rows("icc", ratings, ratings.values)
    if isinstance(found, Statistic):
        return found
    rows, table = found
    counts = ("icc", rows.items, len(ratings.active_raters), rows.ratings)
    if (table == table[0, 0]).all():
        return Statistic(*counts, "Every complete rating is the same, so there is no variance to divide.")
    squares = _Squares(table)
    weight = rows.mass * (rows.items / rows.mass.sum())
    means = squares.of(weight)
    above, below = _combination(form, rows.items, squares.raters)
    size = float(means[[0, 1, 3]].max())
    if below @ means <= 1e-12 * size:
        return Statistic(*counts, "The items do not differ beyond error, so the coefficient divides by zero.")
    value = float(above @ means / (below @ means))
    influence = squares.slopes(weight, means) @ (above - value * below) / float(below @ means)

    def replicate(resample: Floats) -> Floats:
        each = squares.of(resample)
        return safe_ratio(each @ above, np.where(each @ below > 1e-12 * size, each @ below, 0))

    def limits(confidence: float) -> tuple[float, float]:
        return _limits(form, means, rows.items, squares.raters, value, (1 + confidence) / 2)

    return Statistic(
        *counts, "", value, rows, influence, replicate, (-math.inf, 1.0), limits=limits, method=METHOD
    )


def _limits(form: Form, means: Floats, n: int, k: int, value: float, tail: float) -> tuple[float, float]:
    between, _, residual, within = map(float, means)
    if form.startswith("2"):
        low, high = _two_way_limits(means, n, k, tail)
    else:
        error, freedom = (within, n * (k - 1)) if form[0] == "1" else (residual, (n - 1) * (k - 1))
        if error <= 1e-14 * between:
            return 1.0, 1.0
        low_ratio = between / error / f_quantile(tail, n - 1, freedom)
        high_ratio = between / error * f_quantile(tail, freedom, n - 1)
        low, high = (low_ratio - 1) / (low_ratio + k - 1), (high_ratio - 1) / (high_ratio + k - 1)
    if form.endswith("k"):
        return _stepped_up(low, k), _stepped_up(high, k)
    return low, high


def _two_way_limits(means: Floats, n: int, k: int, tail: float) -> tuple[float, float]:
    """Shrout and Fleiss, page 424, with Satterthwaite's degrees of freedom at the value of form 2,1."""
    between, raters, residual, _ = map(float, means)
    above, below = _combination("2,1", n, k)
    rho = float(above @ means / (below @ means))
    if max(residual, raters) <= 1e-14 * between:
        return 1.0, 1.0
    one = k * rho * raters
    two = (n * (1 + (k - 1) * rho) - k * rho) * residual
    if one == two == 0:
        return 0.0, 0.0  # items do not differ at all, and raters do: nothing is left to be uncertain of
    freedom = (k - 1) * (n - 1) * (one + two) ** 2 / ((n - 1) * one**2 + two**2)
    upper, lower = f_quantile(tail, n - 1, freedom), f_quantile(tail, freedom, n - 1)
    rest = k * raters + (k * n - k - n) * residual
    low = n * (between - upper * residual) / (upper * rest + n * between)
    high = n * (lower * between - residual) / (rest + n * lower * between)
    return low, high


def _stepped_up(single: float, k: int) -> float:
    """Spearman and Brown: from one rating to the mean of k."""
    below = 1 + (k - 1) * single
    return k * single / below if below > 0 else -math.inf
