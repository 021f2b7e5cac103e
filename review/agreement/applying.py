"""All coefficients that a level of measurement allows, from ratings coded once.

In: ratings and a level. Out: estimates by name. Called by the command and by reports.
"""

from __future__ import annotations

from typing import Any, Unpack

from review.agreement.alpha import Level
from review.agreement.estimate import Estimate, IntervalOptions
from review.agreement.intervals import estimate
from review.agreement.kappas import Scale
from review.agreement.ratings import Ratings, encode
from review.agreement.registry import statistic_of

PLAIN = (
    "percent_agreement",
    "cohen_kappa",
    "scott_pi",
    "fleiss_kappa",
    "conger_kappa",
    "brennan_prediger",
    "gwet_ac1",
)
WEIGHTED = ("cohen_kappa", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac2")
FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
WEIGHTS = {"ordinal": ("linear", "quadratic", "ordinal"), "interval": ("quadratic",), "ratio": ("ratio",)}
TWO_RATERS = ("cohen_kappa", "scott_pi")


def applicable(
    ratings: Any, level: Level = "nominal", *, categories: Scale = None, **options: Unpack[IntervalOptions]
) -> dict[str, Estimate]:
    """Every coefficient that makes sense at a level, by its call: `cohen_kappa[weights=linear]`.

    Two-rater coefficients are left out where another number of raters rated. The ratings are coded and
    reduced to patterns once, so all together cost little more than one.

    >>> list(applicable([[1, 1, 2], [2, 2, 2], [1, 2, 1]]))[-1]
    'krippendorff_alpha[level=nominal]'
    """
    coded = encode(ratings, categories)
    calls: list[tuple[str, dict[str, str]]] = [(name, {}) for name in PLAIN]
    calls += [(name, {"weights": weights}) for weights in WEIGHTS.get(level, ()) for name in WEIGHTED]
    calls.append(("krippendorff_alpha", {"level": level}))
    if level in ("interval", "ratio"):
        calls += [("icc", {"form": form}) for form in FORMS]
    if level != "nominal":
        calls.append(("kendall_w", {}))
    two = len(coded.active_raters) == 2
    return {
        _call(name, arguments): _estimate(name, coded, arguments, options)
        for name, arguments in calls
        if two or name not in TWO_RATERS
    }


def _call(name: str, arguments: dict[str, str]) -> str:
    inside = ",".join(f"{key}={value}" for key, value in arguments.items())
    return f"{name}[{inside}]" if inside else name


def _estimate(name: str, coded: Ratings, arguments: dict[str, Any], options: IntervalOptions) -> Estimate:
    return estimate(statistic_of(name)(coded, **arguments), **options)
