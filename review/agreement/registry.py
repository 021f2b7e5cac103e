"""Where each public name lives, loaded at its first use.

In: a name. Out: the object. `review.agreement` reads `PLACES`, so that importing the package costs a web
worker neither numpy nor scipy; `statistic_of` reads `COEFFICIENTS` for what works on any coefficient.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from review.agreement.statistic import Statistic

COEFFICIENTS = {
    "percent_agreement": "review.agreement.kappas",
    "cohen_kappa": "review.agreement.raterwise",
    "scott_pi": "review.agreement.kappas",
    "fleiss_kappa": "review.agreement.kappas",
    "conger_kappa": "review.agreement.raterwise",
    "brennan_prediger": "review.agreement.kappas",
    "gwet_ac1": "review.agreement.kappas",
    "gwet_ac2": "review.agreement.kappas",
    "krippendorff_alpha": "review.agreement.alpha",
    "icc": "review.agreement.intraclass",
    "kendall_w": "review.agreement.concordance",
}
PLACES = {
    **COEFFICIENTS,
    "Crowd": "review.agreement.crowd",
    "Difference": "review.agreement.comparing",
    "Estimate": "review.agreement.estimate",
    "Pair": "review.agreement.comparing",
    "Ratings": "review.agreement.ratings",
    "SampleSize": "review.agreement.planning",
    "TextAgreement": "review.agreement.texts",
    "Vote": "review.agreement.crowd",
    "Without": "review.agreement.comparing",
    "applicable": "review.agreement.applying",
    "compare": "review.agreement.comparing",
    "dawid_skene": "review.agreement.crowd",
    "encode": "review.agreement.ratings",
    "leave_one_out": "review.agreement.comparing",
    "long": "review.agreement.ratings",
    "majority_vote": "review.agreement.crowd",
    "pairwise": "review.agreement.comparing",
    "sample_size": "review.agreement.planning",
    "specific_agreement": "review.agreement.specific",
    "text_agreement": "review.agreement.texts",
}


def load(name: str) -> Any:
    """The public object of a name. Raises: AttributeError for a name that is not public."""
    if name not in PLACES:
        raise AttributeError(f"module 'review.agreement' has no attribute {name!r}")
    return getattr(import_module(PLACES[name]), name)


def statistic_of(coefficient: str) -> Callable[..., Statistic]:
    """The builder behind a coefficient, from coded ratings to a `Statistic`.

    Raises: ValueError for an unknown coefficient.
    """
    if coefficient not in COEFFICIENTS:
        raise ValueError(f"coefficient={coefficient!r} is unknown; use one of {', '.join(COEFFICIENTS)}.")
    builder: Callable[..., Statistic] = getattr(
        import_module(COEFFICIENTS[coefficient]), f"{coefficient}_statistic"
    )
    return builder
