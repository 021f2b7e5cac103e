"""How many items a study of agreement needs.

In: a pilot's estimate, or a guess at kappa and the shares of categories, and the width wanted. Out:
`SampleSize`. Called by the calibration page and by users who plan.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from review.agreement.estimate import Estimate
from review.agreement.quantiles import normal_quantile

PLANNED = 10_000_000


@dataclass(frozen=True, slots=True)
class SampleSize:
    """items needed, or None with the reason; width and confidence of the interval they would give."""

    items: int | None
    width: float
    confidence: float
    reason: str = ""


def sample_size(
    width: float,
    *,
    pilot: Estimate | None = None,
    kappa: float | None = None,
    prevalence: Sequence[float] | None = None,
    confidence: float = 0.95,
) -> SampleSize:
    """Items needed for an interval of the given width (from end to end).

    With a pilot: n = n_pilot (2 z SE_pilot / width)^2, since errors shrink with the root of the items; the
    raters per item stay as in the pilot. Without: for Cohen's kappa of two raters with the same shares of
    categories, from the large-sample variance of Fleiss, Cohen and Everitt (1969) at the table kappa *
    diag(p) + (1 - kappa) p p'.

    Parameters: pilot, an estimate with a standard error; or kappa, expected, and prevalence, the expected
    shares.
    Raises: ValueError for a width or shares that make no sense, or when neither or both are given.

    >>> sample_size(0.2, kappa=0.6, prevalence=[0.7, 0.3]).items
    296
    """
    if not 0 < width < 2:
        raise ValueError(
            "width is that of the whole interval, between 0 and 2; for instance 0.2 for plus or minus 0.1."
        )
    if not 0 < confidence < 1:
        raise ValueError("confidence must lie between 0 and 1, for instance 0.95.")
    if (pilot is None) == (kappa is None and prevalence is None):
        raise ValueError("Give either pilot, or kappa and prevalence.")
    if pilot is not None:
        if pilot.standard_error is None:
            reason = f"The pilot has no standard error. {pilot.reason}".strip()
            return SampleSize(None, width, confidence, reason)
        if pilot.standard_error == 0:
            reason = "The pilot shows no variation at all, so it cannot tell how many items are needed."
            return SampleSize(None, width, confidence, reason)
        one = pilot.standard_error**2 * pilot.items
    else:
        one = _variance_of_one(kappa, prevalence)
    reach = 2 * normal_quantile((1 + confidence) / 2) / width
    return SampleSize(max(2, math.ceil(one * reach**2 - 1e-9)), width, confidence)


def _variance_of_one(kappa: float | None, prevalence: Sequence[float] | None) -> float:
    """The variance of kappa times n, from a very large table with exactly the expected shares."""
    if kappa is None or prevalence is None:
        raise ValueError("Planning without a pilot needs both kappa and prevalence.")
    shares = np.asarray(prevalence, dtype=float)
    if len(shares) < 2 or (shares <= 0).any() or not math.isclose(float(shares.sum()), 1, abs_tol=1e-6):
        raise ValueError("prevalence must be the shares of two or more categories, above 0, summing to 1.")
    table = kappa * np.diag(shares) + (1 - kappa) * np.outer(shares, shares)
    if not -1 < kappa < 1 or (table < 0).any():
        raise ValueError("kappa must lie below 1, and not so far below 0 that no table has it.")
    return _table_variance(table)


def _table_variance(table: np.ndarray) -> float:
    """Fleiss, Cohen and Everitt's variance times n, equation 13 without weights."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agreed, chance = float(np.trace(table)), float(rows @ columns)
    value = (agreed - chance) / (1 - chance)
    same = np.eye(len(table))
    pull = same - (1 - value) * (columns[:, None] + rows[None, :])
    mean = value - chance * (1 - value)
    return float((table * pull**2).sum() - mean**2) / (1 - chance) ** 2
