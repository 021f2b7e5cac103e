"""From a statistic to an estimate with its interval.

In: a `Statistic` and the interval options. Out: an `Estimate`. Called by every public coefficient.
"""

from __future__ import annotations

import math
from typing import Unpack

import numpy as np

from review.agreement.bootstrap import bca_limits, percentile_limits, replicates
from review.agreement.estimate import RESAMPLES, Estimate, IntervalOptions
from review.agreement.quantiles import normal_quantile, t_quantile
from review.agreement.statistic import Floats, Statistic

Made = tuple[float | None, float | None, float | None, str, str]
ONE_ITEM = "One item alone gives no interval; at least two are needed."


def estimate(statistic: Statistic, **options: Unpack[IntervalOptions]) -> Estimate:
    """The estimate of a statistic, with the interval asked for.

    Raises: ValueError for a confidence outside 0 to 1, an unknown interval or fewer than two resamples;
    TypeError for an unknown option.
    """
    confidence, interval, resamples, seed = _checked(options)
    error: float | None = None
    low: float | None = None
    high: float | None = None
    method, reason = "", statistic.reason
    if statistic.value is not None and interval is not None:
        if interval == "analytic":
            error, low, high, method, reason = _analytic(statistic, confidence)
        else:
            error, low, high, method, reason = _bootstrap(statistic, confidence, interval, resamples, seed)
    return Estimate(
        statistic.value,
        error,
        low,
        high,
        statistic.items,
        statistic.raters,
        statistic.ratings,
        reason,
        statistic.name,
        method,
        confidence,
    )


def _checked(options: IntervalOptions) -> tuple[float, str | None, int, int]:
    strange = set(options) - set(IntervalOptions.__annotations__)
    if strange:
        raise TypeError(f"unexpected argument {sorted(strange)[0]!r}")
    confidence = float(options.get("confidence", 0.95))
    interval = options.get("interval", "analytic")
    resamples = options.get("resamples")
    resamples = RESAMPLES if resamples is None else int(resamples)
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1, for instance 0.95.")
    if interval not in ("analytic", "bootstrap", "bca", "percentile", None):
        raise ValueError("interval must be 'analytic', 'bootstrap', 'bca', 'percentile' or None.")
    if resamples < 2:
        raise ValueError("resamples must be at least 2.")
    return confidence, interval, resamples, int(options.get("seed") or 0)


def pulls(statistic: Statistic) -> Floats:
    """What each item of each pattern adds to the value, to first order."""
    assert statistic.patterns is not None and statistic.influence is not None
    weight = 1.0 if statistic.patterns.weight is None else statistic.patterns.weight
    return np.asarray(statistic.influence * weight / statistic.patterns.mass.sum())


def standard_error(statistic: Statistic) -> float | None:
    """The linearised standard error, or None with fewer than two items."""
    assert statistic.patterns is not None and statistic.influence is not None
    patterns, count = statistic.patterns, statistic.patterns.items
    if count < 2:
        return None
    squares = float(patterns.multiplicity @ pulls(statistic) ** 2)
    variance = squares * count / (count - statistic.divisor)
    return math.sqrt(max(0.0, variance))


def _without(reason: str) -> Made:
    return None, None, None, "", reason


def _analytic(statistic: Statistic, confidence: float) -> Made:
    assert statistic.patterns is not None and statistic.value is not None
    error = standard_error(statistic)
    if error is None:
        return _without(ONE_ITEM)
    if statistic.limits is not None:
        low, high = statistic.limits(confidence)
        if not math.isfinite(low):
            return error, None, None, statistic.method, "The interval has no lower end."
    else:
        tail = (1 + confidence) / 2
        degrees = statistic.patterns.items - 1
        reach = error * (t_quantile(tail, degrees) if statistic.divisor else normal_quantile(tail))
        low, high = statistic.value - reach, statistic.value + reach
    return error, *_bounded(statistic, low, high), statistic.method, ""


def _bounded(statistic: Statistic, low: float, high: float) -> tuple[float, float]:
    """Within the possible values, and never excluding the estimate for a rounding error."""
    assert statistic.value is not None
    floor, ceiling = statistic.bounds
    if statistic.value < floor:
        return low, max(min(high, ceiling), statistic.value)  # few, unevenly rated items can go below -1
    return min(max(low, floor), statistic.value), max(min(high, ceiling), statistic.value)


def _bootstrap(statistic: Statistic, confidence: float, interval: str, resamples: int, seed: int) -> Made:
    assert statistic.patterns is not None and statistic.value is not None
    if statistic.patterns.items < 2:
        return _without(ONE_ITEM)
    values = replicates(statistic, resamples, seed)
    defined = values[np.isfinite(values)]
    if 2 * len(defined) < resamples or len(defined) < 2:
        return _without("The coefficient is undefined in most resamples of the items, so it has no interval.")
    if interval == "percentile":
        low, high = percentile_limits(defined, confidence)
    else:
        weight = statistic.patterns.multiplicity
        low, high = bca_limits(statistic.value, defined, pulls(statistic), weight, confidence)
    kind = "percentile" if interval == "percentile" else "BCa"
    method = f"{kind} bootstrap over items, {resamples} resamples, seed {seed}"
    if len(defined) < resamples:
        method += f", {resamples - len(defined)} undefined ones left out"
    floor, ceiling = statistic.bounds
    low, high = min(max(low, floor), ceiling), max(min(high, ceiling), floor)
    return float(defined.std(ddof=1)), low, high, method, ""
