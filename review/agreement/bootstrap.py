"""The bootstrap over items: one multinomial draw of pattern counts is one resample.

In: a `Statistic`. Out: its value in each resample, and limits made from them. Called by `intervals` and
`comparing`. Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, sections 13.3 and 14.3;
the acceleration comes from the empirical influence (their equation 14.15 with the jackknife replaced by the
infinitesimal one).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from review.agreement.quantiles import normal_quantile, normal_share
from review.agreement.statistic import Floats, Statistic

CELLS = 2_000_000


def draws(multiplicity: NDArray[np.int64], resamples: int, rng: np.random.Generator) -> Iterator[Floats]:
    """Blocks (samples, patterns) of how often each pattern occurs in a resample of the items."""
    items = int(multiplicity.sum())
    shares = multiplicity / items
    block = max(1, CELLS // len(multiplicity))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        yield rng.multinomial(items, shares, size=size).astype(float)


def replicates(statistic: Statistic, resamples: int, seed: int) -> Floats:
    """The value of the statistic in each resample, nan where it is undefined."""
    assert statistic.patterns is not None and statistic.replicate is not None
    rng = np.random.default_rng(seed)
    patterns, weight = statistic.patterns, statistic.patterns.weight
    parts = []
    for block in draws(patterns.multiplicity, resamples, rng):
        parts.append(statistic.replicate(block if weight is None else block * weight))
    return np.concatenate(parts)


def percentile_limits(values: Floats, confidence: float) -> tuple[float, float]:
    """The middle share of the replicates."""
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def bca_limits(
    value: float, values: Floats, influence: Floats, weight: NDArray[np.int64], confidence: float
) -> tuple[float, float]:
    """Percentiles corrected for bias and for an error that changes with the value.

    Parameters: value, of the sample; values, its replicates; influence, per pattern; weight, items per
    pattern. Falls back on plain percentiles where all replicates lie on one side of the value.
    """
    below = float((values < value).mean() + (values == value).mean() / 2)
    squares = float(weight @ influence**2)
    if not 0 < below < 1 or squares == 0:
        return percentile_limits(values, confidence)
    bias = normal_quantile(below)
    acceleration = float(weight @ influence**3) / (6 * squares**1.5)
    shares = []
    for tail in ((1 - confidence) / 2, (1 + confidence) / 2):
        shifted = bias + normal_quantile(tail)
        room = 1 - acceleration * shifted
        if room <= 0:
            return percentile_limits(values, confidence)
        shares.append(normal_share(bias + shifted / room))
    low, high = np.quantile(values, shares)
    return float(low), float(high)
