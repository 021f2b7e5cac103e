"""Krippendorff's alpha.

In: ratings and their level of measurement. Out: `Estimate`. Called by users, by reports and by the command.
Nominal, ordinal and interval alpha cost time linear in the ratings for any number of distinct values: ordinal
distances are squared differences of mid-ranks, interval ones of the values, so sums of squares replace pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Unpack

import numpy as np

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.kappas import Scale
from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings, encode
from review.agreement.statistic import Floats, Statistic, safe_ratio, too_few
from review.agreement.weights import WIDEST, pair_sums, ratio_gap

Level = Literal["nominal", "ordinal", "interval", "ratio"]
PAIR_CELLS = 20_000_000
WIDEST_PAIRS = 256


def krippendorff_alpha(
    ratings: Any, level: Level = "nominal", *, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Krippendorff's alpha for any number of raters, with ratings missing or not.

    alpha = 1 - D_o / D_e. D_o is the mean over pairable ratings of the squared difference to the others of
    the same item, D_e that between any two pairable ratings. The difference is 0 or 1 (nominal), of
    mid-ranks (ordinal), of values (interval), or (a - b) / (a + b) (ratio). Items with one rating do not
    count. Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C and D; the
    standard error is Gwet's linearisation (2014, section 5.4), which for ordinal data also moves the ranks.

    Raises: ValueError where interval or ratio is asked of words, or ratio of numbers below zero.

    >>> table = [[1, 1, None], [2, 2, 3], [3, 3, 3], [1, 2, 1]]
    >>> round(krippendorff_alpha(table, level="ordinal").value, 4)
    0.7727
    """
    return estimate(krippendorff_alpha_statistic(encode(ratings, categories), level=level), **options)


class _Nominal:
    """Any two different categories differ by one."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns

    def within(self) -> Floats:
        return np.asarray(self.patterns.size**2 - self.patterns.total_by_pattern(self.patterns.count**2))

    def across(self, tally: Floats) -> tuple[Floats, Floats]:
        slope = tally.sum(axis=-1, keepdims=True) - tally
        return np.asarray((tally * slope).sum(axis=-1)), np.asarray(slope)


class _Scored:
    """Squared differences of one score for each category."""

    def __init__(self, patterns: Patterns, scores: Floats) -> None:
        self.patterns, self.scores = patterns, scores

    def within(self) -> Floats:
        return score_spread(self.patterns, self.scores)

    def across(self, tally: Floats) -> tuple[Floats, Floats]:
        return spread_across(tally, self.scores)


class _Ratio:
    """((a - b) / (a + b)) squared: the one level that needs pairs of values."""

    def __init__(self, patterns: Patterns, values: Floats) -> None:
        self.patterns, self.values = patterns, values

    def within(self) -> Floats:
        if len(self.values) <= WIDEST:
            return pair_sums(self.patterns, self._block(slice(None)))
        return _pairwise_ratio(self.patterns, self.values)

    def across(self, tally: Floats) -> tuple[Floats, Floats]:
        step = max(1, 4_000_000 // len(self.values))
        parts = [tally @ self._block(slice(at, at + step)).T for at in range(0, len(self.values), step)]
        slope = np.concatenate(parts, axis=-1)
        return np.asarray((tally * slope).sum(axis=-1)), slope

    def _block(self, part: slice) -> Floats:
        rows = self.values[part, None]
        return ratio_gap(rows - self.values[None, :], rows + self.values[None, :])


Metric = _Nominal | _Scored | _Ratio


def score_spread(patterns: Patterns, scores: Floats) -> Floats:
    """Sum over ordered pairs of ratings of each pattern of their squared difference in score."""
    given = scores[patterns.category]
    mean = patterns.total_by_pattern(patterns.count * given) / patterns.size
    return 2 * patterns.size * patterns.total_by_pattern(patterns.count * (given - mean[patterns.owner]) ** 2)


def spread_across(tally: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Squared differences of scores (…, width) over all pairs of ratings, and of each category to all."""
    total = tally.sum(axis=-1, keepdims=True)
    mean = (tally * scores).sum(axis=-1, keepdims=True) / np.maximum(total, 1)
    square = (scores - mean) ** 2
    around = (tally * square).sum(axis=-1, keepdims=True)
    return np.asarray((2 * total * around)[..., 0]), np.asarray(around + total * square)


def mid_ranks(tally: Floats) -> Floats:
    """The mean rank (from 0) of each category's ratings, from counts (…, width)."""
    return np.asarray(np.cumsum(tally, axis=-1) - tally / 2)


def _pairwise_ratio(patterns: Patterns, values: Floats) -> Floats:
    """Pairs of entries within each pattern, one offset at a time: few ratings an item, many values."""
    sums = np.zeros(len(patterns.multiplicity))
    given = values[patterns.category]
    for offset in range(1, int(np.bincount(patterns.owner).max())):
        near, far = slice(None, -offset), slice(offset, None)
        same = patterns.owner[near] == patterns.owner[far]
        gap = ratio_gap(given[near] - given[far], given[near] + given[far])
        pairs = 2 * patterns.count[near] * patterns.count[far] * gap * same
        sums += np.bincount(patterns.owner[near], weights=pairs, minlength=len(sums))
    return sums


def krippendorff_alpha_statistic(ratings: Ratings, *, level: Level = "nominal") -> Statistic:
    """The statistic behind `krippendorff_alpha`."""
    name = "krippendorff_alpha"
    if level not in ("nominal", "ordinal", "interval", "ratio"):
        raise ValueError(f"level={level!r} is unknown; use 'nominal', 'ordinal', 'interval' or 'ratio'.")
    values = _values_for(level, ratings)
    patterns = ratings.by_count
    patterns = patterns.keep(patterns.size >= 2)
    undefined = too_few(name, patterns.items, len(ratings.active_raters), patterns.ratings)
    if undefined is not None:
        return undefined
    tally = patterns.total_by_category(patterns.count)
    scores = mid_ranks(tally) if level == "ordinal" else values
    metric: Metric
    if level == "nominal":
        metric = _Nominal(patterns)
    else:
        assert scores is not None
        metric = _Ratio(patterns, scores) if level == "ratio" else _Scored(patterns, scores)
    return _statistic(name, ratings, patterns, tally, metric, level)


def _values_for(level: Level, ratings: Ratings) -> Floats | None:
    if level in ("nominal", "ordinal"):
        return None
    values = ratings.values
    if values is None:
        raise ValueError(
            f"level={level!r} needs numbers, and the ratings hold words; use nominal or ordinal."
        )
    if level == "ratio" and len(values) and values.min() < 0:
        raise ValueError("level='ratio' needs numbers of zero or more; use level='interval'.")
    return values


def _statistic(
    name: str,
    ratings: Ratings,
    patterns: Patterns,
    tally: Floats,
    metric: Metric,
    level: Level,
) -> Statistic:
    total = float(patterns.mass @ patterns.size)
    counts = (name, patterns.items, len(ratings.active_raters), patterns.ratings)
    if np.count_nonzero(tally) < 2:
        only = ratings.categories[int(np.flatnonzero(tally)[0])]
        return Statistic(*counts, f"Every pairable rating is {only!r}: without any difference alpha is 0/0.")
    inside = metric.within() / (patterns.size - 1)
    everywhere, slope = metric.across(tally)
    observed = float(patterns.mass @ inside) / total
    expected = float(everywhere) / total**2
    value = 1 - observed / expected * (total - 1) / total
    pull = patterns.total_by_pattern(patterns.count * slope[patterns.category]) / total
    ratio = observed / expected
    mean = total / float(patterns.mass.sum())
    # Gwet takes the agreement corrected for small samples here, hence total - 1.
    level_off = observed * (mean + (patterns.size - mean) * (total - 1) / total)
    influence = -(inside - level_off - 2 * ratio * (pull - patterns.size * expected))
    if level == "ordinal":
        moved = _moving_ranks(patterns, tally, ratio)
        influence = influence - patterns.total_by_pattern(patterns.count * moved[patterns.category])
    influence = influence / (expected * mean)
    replicate = _replicate(patterns, metric, inside, level)
    return Statistic(*counts, "", value, patterns, influence, replicate)


def _moving_ranks(patterns: Patterns, tally: Floats, ratio: float) -> Floats:
    """Per category, how one more rating moves D_o - ratio * D_e through the mid-ranks of all others.

    One rating in category k adds half a place to k and a whole one to every category above.
    """
    total = tally.sum()
    scores = mid_ranks(tally)
    mean = patterns.total_by_pattern(patterns.count * scores[patterns.category]) / patterns.size
    lean = patterns.count * patterns.size[patterns.owner] / (patterns.size[patterns.owner] - 1)
    inside = patterns.total_by_category(lean * (scores[patterns.category] - mean[patterns.owner]))
    across = tally * (scores - (tally @ scores) / total)
    push = 4 * (inside - ratio * across)
    above = push[::-1].cumsum()[::-1] - push
    return np.asarray(above + push / 2)


def _replicate(
    patterns: Patterns, metric: Metric, inside: Floats, level: Level
) -> Callable[[Floats], Floats]:
    width = patterns.width
    ranked = _RankedPairs(patterns) if level == "ordinal" else None

    def replicate(weight: Floats) -> Floats:
        tally = np.asarray(weight @ patterns.matrix(patterns.count, patterns.category, width))
        total = tally.sum(axis=1)
        if ranked is None:
            observed, everywhere = weight @ inside, metric.across(tally)[0]
        else:
            scores = mid_ranks(tally)
            observed, everywhere = ranked.observed(weight, scores), spread_across(tally, scores)[0]
        varied = np.count_nonzero(tally, axis=1) > 1
        return 1 - safe_ratio(observed * (total - 1), np.where(varied, everywhere, 0))

    return replicate


class _RankedPairs:
    """Observed differences of mid-ranks, which every resample changes: kept as coincidences of categories."""

    def __init__(self, patterns: Patterns) -> None:
        self.patterns = patterns
        width = patterns.width
        self.first, self.second = np.triu_indices(min(width, WIDEST_PAIRS), 1)
        self.pairs: Floats | None = None
        if width <= WIDEST_PAIRS and len(patterns.multiplicity) * len(self.first) <= PAIR_CELLS:
            table = np.zeros((len(patterns.multiplicity), width))
            table[patterns.owner, patterns.category] = patterns.count
            self.pairs = 2 * table[:, self.first] * table[:, self.second] / (patterns.size - 1)[:, None]

    def observed(self, weight: Floats, scores: Floats) -> Floats:
        if self.pairs is not None:
            gap = scores[:, self.first] - scores[:, self.second]
            return np.asarray(((weight @ self.pairs) * gap**2).sum(axis=1))
        each = [score_spread(self.patterns, row) / (self.patterns.size - 1) for row in scores]
        return np.array([float(w @ spread) for w, spread in zip(weight, each, strict=True)])
