"""Agreement between raters: every coefficient, with its interval, for any raters and missing ratings.

In: ratings, as a matrix (items, raters) or `long(items, raters, values)`. Out: `Estimate` and its kin.
Called by reports, the management command, `python -m review.agreement`, and anyone's own scripts. Knows
nothing of Django.

>>> from review.agreement import krippendorff_alpha
>>> krippendorff_alpha([[1, 1], [2, 2], [1, 1], [2, 1]], level="ordinal").value > 0
True

Names are loaded at their first use (see `registry`), so importing the package costs next to nothing.
"""

from typing import TYPE_CHECKING, Any

from review.agreement import registry as _registry

if TYPE_CHECKING:
    from review.agreement.alpha import krippendorff_alpha as krippendorff_alpha
    from review.agreement.applying import applicable as applicable
    from review.agreement.comparing import Difference as Difference
    from review.agreement.comparing import Pair as Pair
    from review.agreement.comparing import Without as Without
    from review.agreement.comparing import compare as compare
    from review.agreement.comparing import leave_one_out as leave_one_out
    from review.agreement.comparing import pairwise as pairwise
    from review.agreement.concordance import kendall_w as kendall_w
    from review.agreement.crowd import Crowd as Crowd
    from review.agreement.crowd import Vote as Vote
    from review.agreement.crowd import dawid_skene as dawid_skene
    from review.agreement.crowd import majority_vote as majority_vote
    from review.agreement.estimate import Estimate as Estimate
    from review.agreement.intraclass import icc as icc
    from review.agreement.kappas import brennan_prediger as brennan_prediger
    from review.agreement.kappas import fleiss_kappa as fleiss_kappa
    from review.agreement.kappas import gwet_ac1 as gwet_ac1
    from review.agreement.kappas import gwet_ac2 as gwet_ac2
    from review.agreement.kappas import percent_agreement as percent_agreement
    from review.agreement.kappas import scott_pi as scott_pi
    from review.agreement.planning import SampleSize as SampleSize
    from review.agreement.planning import sample_size as sample_size
    from review.agreement.raterwise import cohen_kappa as cohen_kappa
    from review.agreement.raterwise import conger_kappa as conger_kappa
    from review.agreement.ratings import Ratings as Ratings
    from review.agreement.ratings import encode as encode
    from review.agreement.ratings import long as long
    from review.agreement.specific import specific_agreement as specific_agreement
    from review.agreement.texts import TextAgreement as TextAgreement
    from review.agreement.texts import text_agreement as text_agreement

__all__ = sorted(_registry.PLACES)  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    found = _registry.load(name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_registry.PLACES})
