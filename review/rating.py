"""PURE. The quality rating of a demonstration, from the scores of the reviews that settled it.

Per criterion the mean of the levels, the criterion's scale mapped linearly to 1–5 (nominal and unscored criteria
left out), then the mean weighted by the rubric; decimal arithmetic, half to even, two places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

LOWEST, HIGHEST = Decimal(1), Decimal(5)
_CENT = Decimal("0.01")


def quality_rating(
    rubric: Sequence[Mapping[str, Any]], reviews: Sequence[Mapping[str, int]]
) -> Decimal | None:
    """The rating, from 1.00 to 5.00, or None where nothing was scored on a scale with an order.

    Parameters: `rubric`, the criteria of the guideline version; `reviews`, for each review its level by criterion key.

    >>> rubric = [{"key": "style", "scale": "ordinal", "weight": 1, "levels": [{"value": 1}, {"value": 3}]}]
    >>> quality_rating(rubric, [{"style": 2}, {"style": 3}])
    Decimal('4.00')
    """
    total, weights = Decimal(0), Decimal(0)
    for criterion in rubric:
        levels = [Decimal(review[criterion["key"]]) for review in reviews if criterion["key"] in review]
        values = [Decimal(level["value"]) for level in criterion["levels"]]
        if criterion["scale"] == "nominal" or not levels or max(values) == min(values):
            continue
        mean = sum(levels, Decimal(0)) / len(levels)
        share = (mean - min(values)) / (max(values) - min(values))
        weight = Decimal(str(criterion.get("weight", 1)))
        total += weight * (LOWEST + share * (HIGHEST - LOWEST))
        weights += weight
    return (total / weights).quantize(_CENT, rounding=ROUND_HALF_EVEN) if weights else None
