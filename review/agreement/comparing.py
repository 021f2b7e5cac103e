"""Two agreements set against each other, pair by pair, and rater by rater.

In: ratings and the name of a coefficient. Out: `Difference`, `Pair`, `Without`. Called by reports, which
ask whether a new guideline helped, which two raters part, and whose ratings move the figure.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.agreement.bootstrap import bca_limits, draws, replicates
from review.agreement.encoding import Codes, in_order
from review.agreement.estimate import RESAMPLES, Estimate
from review.agreement.intervals import estimate, pulls
from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings, encode
from review.agreement.registry import statistic_of
from review.agreement.statistic import Floats, Statistic

FEW_ITEMS = 20
INTERVAL_NAMES = ("confidence", "interval", "resamples", "seed")


@dataclass(frozen=True, slots=True)
class Difference:
    """Agreement of the second set minus that of the first; None, with the reason, where one is undefined."""

    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    first: Estimate
    second: Estimate
    paired_items: int
    reason: str = ""
    method: str = ""
    confidence: float = 0.95


@dataclass(frozen=True, slots=True)
class Pair:
    """Two raters and their agreement over the items both rated. few: under 20 items, too few to read."""

    first: Hashable
    second: Hashable
    estimate: Estimate
    few: bool


@dataclass(frozen=True, slots=True)
class Without:
    """The coefficient without one rater, and how much higher that is than with all."""

    rater: Hashable
    estimate: Estimate
    change: float | None


def compare(
    first: Any,
    second: Any,
    coefficient: str = "krippendorff_alpha",
    *,
    paired: bool | None = None,
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
    categories: Any = None,
    **arguments: Any,
) -> Difference:
    """The difference of two agreements, with its bootstrap interval (BCa).

    Parameters: first and second, ratings; paired, whether they rate the same items: row i of both matrices,
    or the same ids in long form (then only common items are compared). Unless said, long form with common
    ids is paired, and anything else is not. arguments, those of the coefficient, for instance
    level="ordinal".
    Returns: `Difference`, second minus first; its interval tells whether a change exceeds what other items
    of the same kind would show.
    Raises: ValueError where paired matrices differ in length.

    >>> before = [[1, 2], [2, 1], [1, 1], [2, 2], [1, 2], [2, 2]]
    >>> after = [[1, 1], [2, 2], [1, 1], [2, 2], [1, 2], [2, 2]]
    >>> round(compare(before, after, "gwet_ac1", paired=True).value, 4)
    0.6486
    """
    build = statistic_of(coefficient)
    one, two = _on_one_scale(encode(first, categories), encode(second, categories))
    where = _common_items(one, two, paired)
    if where is not None:
        one, two = one.at(where[0]), two.at(where[1])
    statistics = build(one, **arguments), build(two, **arguments)
    options: dict[str, Any] = {"confidence": confidence, "resamples": resamples, "seed": seed}
    shown = (estimate(statistics[0], **options), estimate(statistics[1], **options))
    common = 0 if where is None else len(where[0])

    def without_interval(value: float | None, reason: str) -> Difference:
        return Difference(value, None, None, None, *shown, common, reason, confidence=confidence)

    for name, statistic in zip(("first", "second"), statistics, strict=True):
        if statistic.value is None:
            return without_interval(None, f"The {name} agreement is undefined. {statistic.reason}")
    value = float(statistics[1].value or 0) - float(statistics[0].value or 0)
    if min(shown[0].items, shown[1].items) < 2:
        return without_interval(value, "One item alone gives no interval; at least two are needed.")
    if where is None:
        values, pull, weight = _apart(statistics, resamples, seed)
    else:
        values, pull, weight = _together(statistics, resamples, seed)
    values = values[np.isfinite(values)]
    if 2 * len(values) < resamples:
        return without_interval(
            value, "One of the coefficients is undefined in most resamples, so there is no interval."
        )
    low, high = bca_limits(value, values, pull, weight, confidence)
    kind = "paired" if where is not None else "two-sample"
    method = f"{kind} BCa bootstrap over items, {resamples} resamples, seed {seed}"
    error = float(values.std(ddof=1))
    return Difference(value, error, low, high, *shown, common, "", method, confidence)


def _on_one_scale(one: Ratings, two: Ratings) -> tuple[Ratings, Ratings]:
    """Both with all categories that occur in either, or else their chance agreement could not be compared."""
    if one.categories == two.categories:
        return one, two
    scale = in_order({*one.categories, *two.categories})
    return encode(one, scale), encode(two, scale)


def _common_items(
    one: Ratings, two: Ratings, paired: bool | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]] | None:
    """Positions of the items in common, or None where the sets are taken as unrelated."""
    named = not isinstance(one.item_ids, range) and not isinstance(two.item_ids, range)
    if paired is False or (paired is None and not named):
        return None
    if not named:
        if len(one.item_ids) != len(two.item_ids):
            raise ValueError("paired=True needs the same items in both matrices, row by row.")
        every = np.arange(len(one.item_ids))
        return every, every
    place = {item: position for position, item in enumerate(two.item_ids)}
    both = [(at, place[item]) for at, item in enumerate(one.item_ids) if item in place]
    if not both and paired is None:
        return None
    pairs = np.array(both, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _apart(statistics: tuple[Statistic, Statistic], resamples: int, seed: int) -> tuple[Floats, Floats, Any]:
    """Replicates of the difference of unrelated sets, with each item's pull on it."""
    seeds = np.random.SeedSequence(seed).generate_state(2)
    parts = [replicates(each, resamples, int(start)) for each, start in zip(statistics, seeds, strict=True)]
    pulled, weights = [], []
    for sign, each in zip((-1, 1), statistics, strict=True):
        assert each.patterns is not None
        pulled.append(sign * pulls(each))
        weights.append(each.patterns.multiplicity)
    return parts[1] - parts[0], np.concatenate(pulled), np.concatenate(weights)


def _together(
    statistics: tuple[Statistic, Statistic], resamples: int, seed: int
) -> tuple[Floats, Floats, Any]:
    """Replicates where each draw of an item takes its ratings of both sets."""
    one, two = statistics
    assert one.patterns is not None and two.patterns is not None
    assert one.influence is not None and two.influence is not None
    assert one.replicate is not None and two.replicate is not None
    sizes = len(one.influence), len(two.influence)
    joint = (one.patterns.places() + 1) * (sizes[1] + 1) + two.patterns.places() + 1
    found, weight = np.unique(joint[joint > 0], return_counts=True)
    left, right = found // (sizes[1] + 1) - 1, found % (sizes[1] + 1) - 1
    rng = np.random.default_rng(seed)
    parts = []
    for block in draws(weight, resamples, rng):
        first = one.replicate(_gathered(block, left, one.patterns))
        parts.append(two.replicate(_gathered(block, right, two.patterns)) - first)
    pull = np.append(pulls(two), 0)[right] - np.append(pulls(one), 0)[left]
    return np.concatenate(parts), pull, weight


def _gathered(block: Floats, place: NDArray[np.int64], patterns: Patterns) -> Floats:
    """Draws of joint patterns, summed over the patterns of one set; place -1 falls away."""
    out = np.zeros((len(patterns.multiplicity) + 1, len(block)))
    np.add.at(out, place, block.T)
    weight = 1.0 if patterns.weight is None else patterns.weight
    return np.asarray(np.ascontiguousarray(out[:-1].T) * weight)


def pairwise(
    ratings: Any, coefficient: str = "cohen_kappa", *, categories: Any = None, **arguments: Any
) -> list[Pair]:
    """Agreement of every two raters who share an item, in the order of raters.

    Each pair is measured over the items both rated. arguments are the coefficient's and the interval's together,
    for instance level="ordinal", interval=None.

    >>> [(pair.first, pair.second, pair.estimate.value) for pair in
    ...  pairwise([[1, 1, 2], [2, 2, 1], [1, 1, 1], [2, 1, 2]])]
    [(0, 1, 0.5), (0, 2, 0.0), (1, 2, -0.5)]
    """
    build, coded = statistic_of(coefficient), encode(ratings, categories)
    options = {name: arguments.pop(name) for name in INTERVAL_NAMES if name in arguments}
    given = _by_rater(coded)
    pairs = []
    for one, two in combinations(coded.active_raters.tolist(), 2):
        items, left, right = np.intersect1d(given[one][0], given[two][0], True, return_indices=True)
        if not len(items):
            continue
        codes = np.stack([given[one][1][left], given[two][1][right]])
        names = [coded.rater_ids[one], coded.rater_ids[two]]
        weights = None if coded.weights is None else coded.weights[items]
        both = Ratings(coded.categories, range(len(items)), names, codes=codes, weights=weights)
        found = estimate(build(both, **arguments), **options)
        pairs.append(Pair(names[0], names[1], found, len(items) < FEW_ITEMS))
    return pairs


def _by_rater(coded: Ratings) -> list[tuple[NDArray[np.int64], Codes]]:
    """The items of each rater, in order, and the codes given to them."""
    item, rater, code = coded.triples
    order = np.argsort(rater, kind="stable")
    bounds = np.cumsum(np.bincount(rater, minlength=len(coded.rater_ids)))[:-1]
    return list(zip(np.split(item[order], bounds), np.split(code[order], bounds), strict=True))


def leave_one_out(
    ratings: Any, coefficient: str = "krippendorff_alpha", *, categories: Any = None, **arguments: Any
) -> list[Without]:
    """The coefficient without each rater in turn, the largest rise first.

    A large rise means that this rater sees the items otherwise than the rest do; it does not say who is
    right.

    >>> table = [[1, 1, 2], [2, 2, 1], [1, 1, 1], [2, 2, 1], [1, 1, 2]]
    >>> leave_one_out(table, interval=None)[0].rater
    2
    """
    build, coded = statistic_of(coefficient), encode(ratings, categories)
    options = {name: arguments.pop(name) for name in INTERVAL_NAMES if name in arguments}
    whole = build(coded, **arguments).value
    active = coded.active_raters.tolist()
    rows = []
    for rater in active:
        rest = coded.only([other for other in active if other != rater])
        found = estimate(build(rest, **arguments), **options)
        change = None if found.value is None or whole is None else found.value - whole
        rows.append(Without(coded.rater_ids[rater], found, change))
    return sorted(rows, key=lambda row: -math.inf if row.change is None else row.change, reverse=True)
