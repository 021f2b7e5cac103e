"""A coefficient before its interval is made.

In: what a coefficient's formula yields. Out: `Statistic`, and from it an `Estimate`. Each coefficient's
module builds one; `intervals` and `comparing` read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from review.agreement.patterns import Patterns

Floats = NDArray[np.float64]

NO_PAIRS = "No item has two ratings, so there is nothing to compare."
NO_RATINGS = "There are no ratings."


@dataclass(frozen=True, eq=False)
class Statistic:
    """A value over patterns, how each item moves it, and how to compute it again for a resample.

    influence: per pattern, what one such item adds to the value times n (first order; Gwet's linearisation).
    replicate: from weights (samples, patterns) to values (samples,), nan where a sample leaves it undefined.
    bounds: the smallest and largest value possible.
    divisor: 1 for n - 1 with the t quantile, 0 for n with the normal one (Fleiss, Cohen and Everitt).
    limits: an exact analytic interval for a confidence, where the coefficient has one of its own.
    """

    name: str
    items: int
    raters: int
    ratings: int
    reason: str = ""
    value: float | None = None
    patterns: Patterns | None = None
    influence: Floats | None = None
    replicate: Callable[[Floats], Floats] | None = None
    bounds: tuple[float, float] = (-1.0, 1.0)
    divisor: int = 1
    limits: Callable[[float], tuple[float, float]] | None = None
    method: str = "Gwet's linearised variance over items, t quantile"


def too_few(name: str, items: int, raters: int, ratings: int) -> Statistic | None:
    """The undefined statistic of a set in which nothing can be compared, or None."""
    if ratings == 0:
        return Statistic(name, items, raters, ratings, NO_RATINGS)
    if raters < 2:
        return Statistic(
            name, items, raters, ratings, "Only one rater rated, so there is nothing to compare."
        )
    if items == 0:
        return Statistic(name, items, raters, ratings, NO_PAIRS)
    return None


def safe_ratio(above: Floats, below: Floats) -> Floats:
    """above / below, nan where below is not positive."""
    out = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=out, where=np.asarray(below) > 0))
