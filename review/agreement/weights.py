"""Weights of partial agreement, kept as *disagreement* (1 - weight), so that full agreement is exactly 0.

In: a name or a matrix, and the scale. Out: `Disagreement`. Called by all coefficients that take `weights`.
Source: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 3; bipolar and circular as in
irrCAC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings

Weights = (
    Literal["linear", "quadratic", "ordinal", "radical", "ratio", "bipolar", "circular"]
    | NDArray[np.float64]
    | None
)
Floats = NDArray[np.float64]
WIDEST = 4096
NAMES = ("linear", "quadratic", "ordinal", "radical", "ratio", "bipolar", "circular")


class ScaleTooWideError(Exception):
    """A weighted coefficient was asked for more categories than a matrix of weights can serve."""


@dataclass(frozen=True, eq=False)
class Disagreement:
    """How much each pair of categories disagrees, from 0 to 1. matrix None: any two different ones, fully."""

    width: int
    matrix: Floats | None

    def against(self, shares: Floats) -> Floats:
        """Expected disagreement of each category with shares (…, width)."""
        if self.matrix is None:
            return np.asarray(shares.sum(axis=-1, keepdims=True) - shares)
        return np.asarray(shares @ self.matrix)

    def between(self, shares: Floats) -> Floats:
        """Expected disagreement of two draws from the same shares (…, width)."""
        return np.asarray((shares * self.against(shares)).sum(axis=-1))

    def total(self) -> float:
        """The sum over all cells."""
        return float(self.width * (self.width - 1) if self.matrix is None else self.matrix.sum())

    def within(self, patterns: Patterns) -> Floats:
        """Sum over the ordered pairs of ratings of each pattern."""
        if self.matrix is None:
            same = patterns.total_by_pattern(patterns.count**2)
            return np.asarray(patterns.size**2 - same)
        return pair_sums(patterns, self.matrix)


def pair_sums(patterns: Patterns, matrix: Floats) -> Floats:
    """Sum of matrix[c, k] over the ordered pairs of ratings of each pattern by count."""
    size = len(patterns.multiplicity)
    step = max(1, 2_000_000 // max(1, patterns.width))
    sums = np.zeros(size)
    for start in range(0, size, step):
        stop = min(start + step, size)
        first, last = np.searchsorted(patterns.owner, [start, stop])
        block = np.zeros((stop - start, patterns.width))
        block[patterns.owner[first:last] - start, patterns.category[first:last]] = patterns.count[first:last]
        sums[start:stop] = ((block @ matrix) * block).sum(axis=1)
    return sums


def disagreement(ratings: Ratings, weights: Weights) -> Disagreement:
    """The disagreement of every pair of categories of a scale.

    Parameters: weights, None for any difference counting fully, a name, or a square matrix of agreement
    weights with ones on the diagonal.
    Raises: ValueError for an unknown name or an ill-formed matrix; `ScaleTooWideError` beyond 4,096
    categories.
    """
    width = len(ratings.categories)
    if weights is None:
        return Disagreement(width, None)
    if not isinstance(weights, str):
        return Disagreement(width, 1.0 - _checked(np.asarray(weights, dtype=float), width))
    if weights not in NAMES:
        raise ValueError(f"weights={weights!r} is unknown; use None, a matrix, or one of {', '.join(NAMES)}.")
    if width > WIDEST:
        raise ScaleTooWideError(
            f"Weights need a scale of at most {WIDEST:,} categories, and {width:,} occur; "
            "use krippendorff_alpha or icc for measurements."
        )
    scores = ratings.values if ratings.values is not None else np.arange(1.0, width + 1)
    if width < 2:
        return Disagreement(width, np.zeros((width, width)))
    return Disagreement(width, _named(weights, scores))


def _checked(matrix: Floats, width: int) -> Floats:
    if matrix.shape != (width, width):
        raise ValueError(f"weights must be a {width} by {width} matrix, one row for each category.")
    if not np.isfinite(matrix).all() or matrix.min() < 0 or matrix.max() > 1:
        raise ValueError("weights must lie between 0 (no agreement) and 1 (full agreement).")
    if (np.diag(matrix) != 1).any() or not np.allclose(matrix, matrix.T, rtol=0, atol=1e-12):
        raise ValueError("weights must be symmetric with ones on the diagonal.")
    return (matrix + matrix.T) / 2


def _named(name: str, scores: Floats) -> Floats:
    low, high = scores.min(), scores.max()
    gap = np.abs(scores[:, None] - scores[None, :])
    plus = scores[:, None] + scores[None, :]
    if name == "linear":
        return np.asarray(gap / (high - low))
    if name == "quadratic":
        return np.asarray((gap / (high - low)) ** 2)
    if name == "radical":
        return np.asarray(np.sqrt(gap / (high - low)))
    if name == "ordinal":
        place = np.arange(len(scores))
        steps = np.abs(place[:, None] - place[None, :]) + 1.0
        return np.asarray(steps * (steps - 1) / (len(scores) * (len(scores) - 1)))
    if name == "ratio":
        if low < 0:
            raise ValueError("Ratio weights need categories of zero or more; use interval or quadratic.")
        return np.asarray(ratio_gap(gap, plus) / ((high - low) / (high + low)) ** 2)
    if name == "circular":
        turn = np.sin(np.pi * gap / (high - low + 1)) ** 2
        return np.asarray(turn / turn.max())
    room = (plus - 2 * low) * (2 * high - plus)
    spread = np.divide(gap**2, room, out=np.zeros_like(gap), where=gap > 0)
    return np.asarray(spread / spread.max())


def ratio_gap(gap: Any, plus: Any) -> Floats:
    """((a - b) / (a + b)) squared, and 0 where both are 0."""
    return np.asarray(np.divide(gap, plus, out=np.zeros_like(gap), where=plus != 0) ** 2)
