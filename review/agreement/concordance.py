"""Kendall's coefficient of concordance, W, corrected for ties.

In: ratings that can be ranked. Out: `Estimate`. Called by users, by reports and by the command.
"""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.kappas import Scale
from review.agreement.ratings import Ratings, encode
from review.agreement.rows import complete_rows
from review.agreement.statistic import Floats, Statistic, safe_ratio


def kendall_w(ratings: Any, *, categories: Scale = None, **options: Unpack[IntervalOptions]) -> Estimate:
    """Kendall's W: how alike the raters rank the items that all of them rated, from 0 to 1.

    W = S / (m sum_j SS_j), with S the squared deviations of the items' rank sums over m raters, and SS_j
    those of rater j's mid-ranks; the same as 12 S / (m^2 (n^3 - n) - m sum_j T_j) with T_j the sum of t^3 -
    t over ties. Source: Kendall and Gibbons (1990), Rank Correlation Methods, 5th ed., section 6.6. The
    standard error is linearised over items (each item's influence on W, ranks moving with it); no textbook
    gives one.

    >>> round(kendall_w([[1, 1, 2], [2, 3, 1], [3, 2, 3], [4, 4, 4]]).value, 4)
    0.7778
    """
    return estimate(kendall_w_statistic(encode(ratings, categories)), **options)


class _Ranks:
    """Mid-ranks on (0, 1) within each rater, for any weights of the rows."""

    def __init__(self, table: Floats) -> None:
        self.order = np.argsort(table, axis=0, kind="stable")
        ordered = np.take_along_axis(table, self.order, axis=0)
        fresh = np.ones(table.shape, dtype=bool)
        fresh[1:] = ordered[1:] != ordered[:-1]
        self.starts = [np.flatnonzero(column) for column in fresh.T]
        self.group = [np.cumsum(column) - 1 for column in fresh.T]

    def of(self, weight: Floats) -> Floats:
        """(samples, patterns, raters), from weights (samples, patterns)."""
        total = weight.sum(axis=1)
        ranks = np.empty((*weight.shape, self.order.shape[1]))
        for rater, (starts, group) in enumerate(zip(self.starts, self.group, strict=True)):
            place = self.order[:, rater]
            tied = np.add.reduceat(weight[:, place], starts, axis=1)
            middle = (np.cumsum(tied, axis=1) - tied / 2) / total[:, None]
            ranks[:, place, rater] = middle[:, group]
        return ranks

    def above(self, rater: int, pull: Floats) -> Floats:
        """Per row, the sum of pull over rows ranked higher by the rater, ties by half."""
        place, starts = self.order[:, rater], self.starts[rater]
        tied = np.add.reduceat(pull[place], starts)
        higher = tied[::-1].cumsum()[::-1] - tied / 2
        out = np.empty(len(pull))
        out[place] = higher[self.group[rater]]
        return out


def kendall_w_statistic(ratings: Ratings) -> Statistic:
    """The statistic behind `kendall_w`."""
    found = complete_rows("kendall_w", ratings, np.arange(float(len(ratings.categories))))
    if isinstance(found, Statistic):
        return found
    rows, table = found
    raters = len(ratings.active_raters)
    counts = ("kendall_w", rows.items, raters, rows.ratings)
    if (table == table[0]).all():
        return Statistic(*counts, "Every rater ties all items, so there are no ranks to compare.")
    ranks = _Ranks(table)
    weight = rows.mass / rows.mass.sum()
    scores = ranks.of(weight[None, :])[0] - 0.5
    together = scores.sum(axis=1)
    spread, single = float(weight @ together**2), weight @ scores**2
    value = spread / (raters * float(single.sum()))
    moved = together**2 - spread
    own = scores**2 - single
    for rater in range(raters):
        joint = weight * together
        moved = moved + 2 * (ranks.above(rater, joint) - float(joint @ scores[:, rater]))
        alone = weight * scores[:, rater]
        own[:, rater] += 2 * (ranks.above(rater, alone) - single[rater])
    influence = (moved - value * raters * own.sum(axis=1)) / (raters * float(single.sum()))

    def replicate(resample: Floats) -> Floats:
        drawn = ranks.of(resample) - 0.5
        share = resample / resample.sum(axis=1, keepdims=True)
        sums = (share * drawn.sum(axis=2) ** 2).sum(axis=1)
        alone = (share[:, :, None] * drawn**2).sum(axis=(1, 2))
        return safe_ratio(sums, raters * np.where(alone > 1e-15, alone, 0))

    method = "variance linearised over items, t quantile"
    return Statistic(*counts, "", value, rows, influence, replicate, (0.0, 1.0), method=method)
