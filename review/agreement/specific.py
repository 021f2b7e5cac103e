"""Agreement on one category at a time, which shows what a single coefficient hides.

In: ratings. Out: an `Estimate` for each category. Called by the agreement page beside every headline figure.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Unpack

import numpy as np

from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.kappas import Scale
from review.agreement.ratings import Ratings, encode
from review.agreement.statistic import Floats, Statistic, safe_ratio, too_few


def specific_agreement(
    ratings: Any, *, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> dict[Hashable, Estimate]:
    """Of all that one rater called k, the share that another also called k, for each category k.

    sum_i n_ik (n_ik - 1) / sum_i n_ik (m_i - 1), over items with at least two ratings. For two raters and two
    categories these are the positive and negative agreement of Cicchetti and Feinstein (1990), Journal of
    Clinical Epidemiology 43:551-558; for more of both, Uebersax (1982), Educational and Psychological
    Measurement 42:181-183.

    >>> yes, no = [["y", "y"]] * 352, [["n", "n"]] * 8
    >>> found = specific_agreement(yes + [["y", "n"]] * 20 + [["n", "y"]] * 20 + no)
    >>> round(found["y"].value, 3), round(found["n"].value, 3)
    (0.946, 0.286)
    """
    coded = encode(ratings, categories)
    return {
        label: estimate(_statistic(coded, place), **options) for place, label in enumerate(coded.categories)
    }


def _statistic(ratings: Ratings, place: int) -> Statistic:
    patterns = ratings.by_count
    patterns = patterns.keep(patterns.size >= 2)
    counts = ("specific_agreement", patterns.items, len(ratings.active_raters), patterns.ratings)
    undefined = too_few(*counts)
    if undefined is not None:
        return undefined
    chosen = patterns.total_by_pattern(np.where(patterns.category == place, patterns.count, 0.0))
    agreeing, possible = chosen * (chosen - 1), chosen * (patterns.size - 1)
    whole = float(patterns.mass @ possible)
    if whole == 0:
        label = ratings.categories[place]
        return Statistic(*counts, f"Nobody chose {label!r} for an item with two ratings.")
    value = float(patterns.mass @ agreeing) / whole
    influence = (agreeing - value * possible) * patterns.mass.sum() / whole

    def replicate(weight: Floats) -> Floats:
        return safe_ratio(weight @ agreeing, weight @ possible)

    method = "ratio estimator linearised over items, t quantile"
    return Statistic(*counts, "", value, patterns, influence, replicate, (0.0, 1.0), method=method)
