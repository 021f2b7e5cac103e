"""Coefficients of the form (observed - chance) / (1 - chance) that do not ask which rater said what.

In: ratings. Out: `Estimate`. Percent agreement, Scott, Fleiss, Brennan and Prediger, Gwet AC1 and AC2.
Called by users, by reports and by the command. All share one formula: with d the observed and e the chance
*dis*agreement, the coefficient is 1 - d / e; they differ in e alone. Missing ratings follow Gwet (2014),
chapter 2: an item with one rating speaks for the categories' shares, and not for the agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, Unpack

import numpy as np

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings, encode
from review.agreement.statistic import Floats, Statistic, safe_ratio, too_few
from review.agreement.weights import Disagreement, ScaleTooWideError, Weights, disagreement

Scale = Sequence[Hashable] | None
Chance = Callable[[Disagreement, Floats], tuple[Floats, Floats]]
"""From disagreement and category shares (…, width): chance disagreement, and half its slope by category."""


def percent_agreement(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """The mean over items of the share of agreeing pairs of raters.

    p = mean over items of sum_k n_ik (n_ik - 1) / (m_i (m_i - 1)), with n_ik the raters who gave item i the
    category k and m_i its ratings, over items with m_i of at least 2. Source: Gwet (2014), equation 2.9.

    >>> percent_agreement([[1, 1], [2, 2], [1, 2], [2, 2]]).value
    0.75
    """
    return estimate(percent_agreement_statistic(encode(ratings, categories), weights=weights), **options)


def scott_pi(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Scott's pi: two raters, chance from the shares of categories over both together.

    e = 1 - sum_k p_k squared, with p_k the mean of both raters' shares. Source: Scott (1955), Public Opinion
    Quarterly 19:321-325. Undefined, with the reason, for any other number of raters.

    >>> round(scott_pi([[1, 1], [2, 2], [1, 2], [2, 2]]).value, 4)
    0.4667
    """
    return estimate(scott_pi_statistic(encode(ratings, categories), weights=weights), **options)


def fleiss_kappa(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Fleiss' kappa: Scott's pi for any number of raters, with ratings missing or not.

    e = 1 - sum_k p_k squared, with p_k the mean over items of n_ik / m_i. Source: Fleiss (1971),
    Psychological Bulletin 76:378-382, equation 7; missing ratings and variance: Gwet (2014), equations 2.14
    and 5.10.

    >>> round(fleiss_kappa([["a", "a", "b"], ["b", "b", "b"], ["a", "a", None]]).value, 4)
    0.55
    """
    return estimate(fleiss_kappa_statistic(encode(ratings, categories), weights=weights), **options)


def brennan_prediger(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Brennan and Prediger's coefficient (Bennett's S, Randolph's free-marginal kappa).

    Chance is a blind draw from the q categories: e = 1 - 1/q, or with weights the mean disagreement of all
    cells. Pass `categories` where the scale has levels that nobody used. Source: Brennan and Prediger
    (1981), Educational and Psychological Measurement 41:687-699; weighted: Gwet (2014), section 4.3.

    >>> brennan_prediger([[1, 1], [2, 2], [1, 2], [2, 2]]).value
    0.5
    """
    return estimate(brennan_prediger_statistic(encode(ratings, categories), weights=weights), **options)


def gwet_ac1(
    ratings: Any, *, weights: Weights = None, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> Estimate:
    """Gwet's AC1, which stays near the agreement where one category is very common.

    1 - e = sum_k p_k (1 - p_k) / (q - 1); with weights it is AC2. Source: Gwet (2008), British Journal of
    Mathematical and Statistical Psychology 61:29-48, equations 9 and 10.

    >>> round(gwet_ac1([[1, 1], [2, 2], [1, 2], [2, 2]]).value, 4)
    0.5294
    """
    return estimate(gwet_ac1_statistic(encode(ratings, categories), weights=weights), **options)


def gwet_ac2(
    ratings: Any,
    *,
    weights: Weights = "quadratic",
    categories: Scale = None,
    **options: Unpack[IntervalOptions],
) -> Estimate:
    """Gwet's AC2: AC1 with weights, quadratic unless said.

    1 - e = W sum_k p_k (1 - p_k) / (q (q - 1)), with W the sum of all weights. Source: Gwet (2014),
    equation 3.8.

    >>> round(gwet_ac2([[1, 1], [2, 2], [1, 3], [3, 3]], weights="linear").value, 4)
    0.4483
    """
    return estimate(gwet_ac2_statistic(encode(ratings, categories), weights=weights), **options)


def _no_chance(gap: Disagreement, shares: Floats) -> tuple[Floats, Floats]:
    return np.ones(shares.shape[:-1]), np.zeros(shares.shape)


def _shared_chance(gap: Disagreement, shares: Floats) -> tuple[Floats, Floats]:
    slope = gap.against(shares)
    return np.asarray((shares * slope).sum(axis=-1)), slope


def _uniform_chance(gap: Disagreement, shares: Floats) -> tuple[Floats, Floats]:
    level = gap.total() / gap.width**2
    return np.full(shares.shape[:-1], level), np.zeros(shares.shape)


def _gwet_chance(gap: Disagreement, shares: Floats) -> tuple[Floats, Floats]:
    if gap.width < 2:
        return np.zeros(shares.shape[:-1]), np.zeros(shares.shape)
    scale = (gap.width**2 - gap.total()) / (gap.width * (gap.width - 1))
    return 1 - scale * (shares * (1 - shares)).sum(axis=-1), scale * shares


def percent_agreement_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `percent_agreement`."""
    return _statistic("percent_agreement", ratings, weights, _no_chance)


def fleiss_kappa_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `fleiss_kappa`."""
    return _statistic("fleiss_kappa", ratings, weights, _shared_chance)


def brennan_prediger_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `brennan_prediger`."""
    return _statistic("brennan_prediger", ratings, weights, _uniform_chance)


def gwet_ac1_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `gwet_ac1`."""
    return _statistic("gwet_ac1", ratings, weights, _gwet_chance)


def gwet_ac2_statistic(ratings: Ratings, *, weights: Weights = "quadratic") -> Statistic:
    """The statistic behind `gwet_ac2`."""
    return _statistic("gwet_ac2", ratings, weights, _gwet_chance)


def scott_pi_statistic(ratings: Ratings, *, weights: Weights = None) -> Statistic:
    """The statistic behind `scott_pi`: Fleiss' over the items that both raters rated."""
    rows = both_rated("scott_pi", ratings)
    if isinstance(rows, Statistic):
        return rows
    return _statistic("scott_pi", ratings, weights, _shared_chance, rows.counted)


def both_rated(name: str, ratings: Ratings) -> Patterns | Statistic:
    """The row patterns of the items that both of two raters rated, or why there are none."""
    raters = len(ratings.active_raters)
    rows = ratings.by_row
    if raters != 2:
        reason = f"{name} compares exactly two raters, and {raters} rated here."
        counted = int((rows.multiplicity * (rows.size >= 2)).sum())
        return Statistic(name, counted, raters, rows.ratings, reason)
    rows = rows.keep(rows.size == 2)
    if rows.items == 0:
        return Statistic(name, 0, 2, 0, "The two raters share no item, so there is nothing to compare.")
    return rows


def _statistic(
    name: str, ratings: Ratings, weights: Weights, chance: Chance, patterns: Patterns | None = None
) -> Statistic:
    patterns = ratings.by_count if patterns is None else patterns
    paired = patterns.size >= 2
    pairable = int(patterns.multiplicity[paired].sum())
    ratings_used = int(patterns.multiplicity[paired] @ patterns.size[paired])
    if chance is not _no_chance:
        ratings_used = patterns.ratings
    counts = (name, pairable, len(ratings.active_raters), ratings_used)
    undefined = too_few(*counts)
    if undefined is not None:
        return undefined
    try:
        gap = disagreement(ratings, weights)
    except ScaleTooWideError as wide:
        return Statistic(*counts, str(wide))
    items, paired_items = float(patterns.mass.sum()), float(patterns.mass[paired].sum())
    differing = np.where(paired, gap.within(patterns) / np.maximum(1, patterns.size * (patterns.size - 1)), 0)
    observed = float(patterns.mass @ differing) / paired_items
    portion = patterns.count / patterns.size[patterns.owner]
    shares = patterns.total_by_category(portion) / items
    expected, slope = chance(gap, shares)
    if expected <= 1e-15:
        return Statistic(*counts, _no_chance_left(ratings, shares, chance))
    value = 1 - observed / float(expected)
    pull = patterns.total_by_pattern(portion * slope[patterns.category]) - float(shares @ slope)
    agreeing = items / paired_items * paired * (expected - differing)
    influence = (agreeing + 2 * (1 - value) * pull) / expected - value

    def replicate(weight: Floats) -> Floats:
        found = safe_ratio(weight @ differing, weight @ paired)
        mixes = weight @ patterns.matrix(portion, patterns.category, gap.width) / weight.sum(axis=1)[:, None]
        return 1 - safe_ratio(found, chance(gap, mixes)[0])

    bounds = (0.0, 1.0) if chance is _no_chance else (-1.0, 1.0)
    return Statistic(*counts, "", value, patterns, influence, replicate, bounds)


def _no_chance_left(ratings: Ratings, shares: Floats, chance: Chance) -> str:
    used = np.flatnonzero(shares)
    if len(shares) == 1 and chance in (_uniform_chance, _gwet_chance):
        return (
            f"{ratings.categories[0]!r} is the only category known, so there is no scale to agree on; "
            "pass the whole scale as categories."
        )
    if len(used) == 1:
        return (
            f"Every rating is {ratings.categories[used[0]]!r}, so chance alone would agree completely "
            "and the coefficient is 0/0."
        )
    return "The weights leave no chance disagreement, so the coefficient is 0/0."
