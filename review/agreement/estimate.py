"""The answer of every coefficient.

In: nothing. Out: the frozen `Estimate` and the options that every coefficient takes.
Called by all modules of the package and by whoever stores or shows a figure; needs no numpy.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypedDict

Interval = Literal["analytic", "bootstrap", "bca", "percentile"]
RESAMPLES = 2000


class IntervalOptions(TypedDict, total=False):
    """What every coefficient takes beside the ratings.

    confidence: share of such intervals that hold the true figure, 0.95 unless said.
    interval: "analytic" (default), "bootstrap" (BCa), "bca", "percentile", or None for no interval.
    resamples: how many bootstrap samples of items, 2000 unless said.
    seed: of the bootstrap, 0 unless said; the same seed gives the same interval.
    """

    confidence: float
    interval: Interval | None
    resamples: int
    seed: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """One coefficient over one set of ratings, as plain Python values.

    value: the coefficient, or None where it is undefined; then `reason` says why.
    standard_error, low, high: None where there is no interval.
    items: items with at least two ratings (complete items for ICC and W, items both rated for two raters).
    raters: raters who gave one of the ratings counted.
    ratings: ratings that enter the figure.
    reason: a sentence, empty when the value and the interval asked for are there.
    coefficient, method, confidence: which figure this is, and how its interval was made.

    >>> Estimate(0.5, 0.1, 0.3, 0.7, 20, 2, 40).value
    0.5
    """

    value: float | None
    standard_error: float | None
    low: float | None
    high: float | None
    items: int
    raters: int
    ratings: int
    reason: str = ""
    coefficient: str = ""
    method: str = ""
    confidence: float = 0.95

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, ready for JSON."""
        return asdict(self)
