"""Complete items as numbers, for the coefficients that compare whole rows.

In: coded ratings. Out: distinct complete rows with the number of items of each. Called by ICC and Kendall's
W.
"""

from __future__ import annotations

import numpy as np

from review.agreement.patterns import Patterns
from review.agreement.ratings import Ratings
from review.agreement.statistic import NO_RATINGS, Floats, Statistic


def complete_rows(name: str, ratings: Ratings, scores: Floats) -> tuple[Patterns, Floats] | Statistic:
    """Patterns of the items that every active rater rated, and their rows of scores (patterns, raters).

    Returns the undefined statistic with its reason where fewer than two such items or raters are left.
    """
    raters = len(ratings.active_raters)
    rows = ratings.by_row
    if rows.ratings == 0:
        return Statistic(name, 0, raters, 0, NO_RATINGS)
    rows = rows.keep(rows.size == raters)
    counts = (name, rows.items, raters, rows.ratings)
    if raters < 2:
        return Statistic(*counts, "Only one rater rated, so there is nothing to compare.")
    if rows.items < 2:
        found = "no item was" if rows.items == 0 else "only one item was"
        return Statistic(*counts, f"At least two items rated by all {raters} raters are needed; {found}.")
    assert rows.rater is not None
    table = np.empty((len(rows.multiplicity), raters))
    table[rows.owner, np.searchsorted(ratings.active_raters, rows.rater)] = scores[rows.category]
    return rows, table
