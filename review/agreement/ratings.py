"""Ratings as the coefficients see them: coded once, from a matrix or from long form.

In: an array-like of items by raters, or `long(items, raters, values)`. Out: `Ratings`, which keeps its
distinct patterns once they are found. Called first by every coefficient.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.agreement.encoding import Codes, encode_labels, recode
from review.agreement.patterns import Coded, Patterns, Triples, count_patterns, row_patterns

REPEATED = "A rater rated the same item more than once; keep one rating of each (item, rater)."


@dataclass(frozen=True, eq=False)
class Long:
    """Ratings in long form, one entry a rating; made by `long`."""

    items: NDArray[Any]
    raters: NDArray[Any]
    values: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Ratings:
    """Coded ratings: `codes` (raters, items) where that is dense, else `sparse` entries sorted by item.

    item_ids and rater_ids name rows and columns (positions for a matrix). `categories` is the scale.
    `repeated` says that a rater rated an item more than once, which only Dawid-Skene allows. `weights`: per
    item.
    """

    categories: tuple[Hashable, ...]
    item_ids: Sequence[Hashable]
    rater_ids: Sequence[Hashable]
    codes: Codes | None = None
    sparse: Triples | None = None
    repeated: bool = False
    weights: NDArray[np.float64] | None = None

    @property
    def coded(self) -> Coded:
        """The codes and the size of their axes."""
        width, raters, items = len(self.categories), len(self.rater_ids), len(self.item_ids)
        return Coded(self.codes, self.sparse, width, raters, items)

    @property
    def triples(self) -> Triples:
        """Item, rater and code of every rating, sorted by item."""
        if self.sparse is not None:
            return self.sparse
        assert self.codes is not None
        item, rater = np.nonzero(self.codes.T >= 0)
        return item, rater, self.codes[rater, item]

    @cached_property
    def active_raters(self) -> NDArray[np.int64]:
        """Positions of the raters who rated anything."""
        if self.codes is not None:
            return np.flatnonzero((self.codes >= 0).any(axis=1)) if self.codes.size else np.empty(0, int)
        return np.flatnonzero(np.bincount(self.triples[1], minlength=len(self.rater_ids)))

    @cached_property
    def by_count(self) -> Patterns:
        """Distinct patterns of how many raters chose each category."""
        return self._weighed(count_patterns(self.coded))

    @cached_property
    def by_row(self) -> Patterns:
        """Distinct patterns of which rater chose which category."""
        return self._weighed(row_patterns(self.coded))

    def _weighed(self, patterns: Patterns) -> Patterns:
        return patterns if self.weights is None else patterns.weighted(self.weights)

    @cached_property
    def values(self) -> NDArray[np.float64] | None:
        """The categories as numbers, or None where one of them is not a number."""
        if all(isinstance(label, (int, float)) for label in self.categories):
            return np.array(self.categories, dtype=float)
        return None

    def at(self, items: NDArray[np.int64]) -> Ratings:
        """The ratings of these items (positions), in their order."""
        names = [self.item_ids[place] for place in items]
        weights = None if self.weights is None else self.weights[items]
        if self.codes is not None:
            return replace(self, item_ids=names, codes=self.codes[:, items], weights=weights)
        place = np.full(len(self.item_ids), -1, dtype=np.int64)
        place[items] = np.arange(len(items))
        item, rater, code = self.triples
        kept = place[item] >= 0
        order = np.argsort(place[item[kept]], kind="stable")
        entries = (place[item[kept]][order], rater[kept][order], code[kept][order])
        return replace(self, item_ids=names, sparse=entries, weights=weights)

    def only(self, raters: Sequence[int]) -> Ratings:
        """The same items and scale with these raters (positions) alone."""
        chosen = np.asarray(raters, dtype=np.int64)
        names = [self.rater_ids[place] for place in chosen]
        if self.codes is not None:
            return replace(self, rater_ids=names, codes=self.codes[chosen])
        place = np.full(len(self.rater_ids), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        item, rater, code = self.triples
        kept = place[rater] >= 0
        return replace(self, rater_ids=names, sparse=(item[kept], place[rater[kept]], code[kept]))

    def weighing(self, weights: Any) -> Ratings:
        """The same ratings with one positive weight an item, for instance 1 / its chance to be drawn.

        Weights are scaled to a mean of 1. In long form they may be a mapping from item to weight.
        """
        if isinstance(weights, Mapping):
            weights = [weights[item] for item in self.item_ids]
        given = np.asarray(weights, dtype=float)
        if given.shape != (len(self.item_ids),) or not np.isfinite(given).all() or (given <= 0).any():
            raise ValueError("item_weights needs one positive number for each item.")
        return replace(self, weights=given / given.mean() if len(given) else given)


def long(items: Any, raters: Any, values: Any) -> Long:
    """Ratings in long form, for any coefficient's `ratings`.

    Parameters: three sequences of one length: the item, the rater and the rating of each entry; ids may be
    of any kind, a missing rating (None or NaN) is left out.
    Raises: ValueError where the lengths differ.

    >>> from review.agreement import krippendorff_alpha
    >>> krippendorff_alpha(long("AABBCC", [1, 2, 1, 2, 1, 2], [1, 1, 2, 2, 1, 2])).items
    3
    """
    columns = [_as_array(list(part) if isinstance(part, str) else part) for part in (items, raters, values)]
    if any(column.ndim != 1 for column in columns) or len({len(column) for column in columns}) != 1:
        raise ValueError("long(items, raters, values) needs three flat sequences of the same length.")
    return Long(*columns)


def encode(
    ratings: Any,
    categories: Sequence[Hashable] | None = None,
    *,
    item_weights: Any = None,
    repeats: bool = False,
) -> Ratings:
    """Code ratings once, for several coefficients; what is coded already is returned as it is.

    Parameters: ratings, items by raters or `long(...)` or `Ratings`; categories, the whole scale in its
    order; item_weights, one positive weight an item where items had unequal chances to be drawn (1 /
    chance), as a sequence, or in long form as a mapping; repeats, whether a rater may rate an item more
    than once. Raises: ValueError for another shape, a rating off the scale, or a repeated rating.
    """
    if isinstance(ratings, Ratings):
        if ratings.repeated and not repeats:
            raise ValueError(REPEATED)
        coded = _rescaled(ratings, categories)
    elif isinstance(ratings, Long):
        coded = _encode_long(ratings, categories, repeats)
    else:
        coded = _encode_matrix(_as_array(ratings), categories)
    return coded if item_weights is None else coded.weighing(item_weights)


def _encode_matrix(matrix: NDArray[Any], categories: Sequence[Hashable] | None) -> Ratings:
    if matrix.size == 0 and matrix.ndim < 2:
        matrix = matrix.reshape(0, 0)
    if matrix.ndim != 2:
        raise ValueError(
            f"ratings must be items by raters (two dimensions), but have {matrix.ndim}; "
            "for one entry a rating use long(items, raters, values)."
        )
    codes, found = encode_labels(matrix)
    scale = tuple(found)
    if categories is not None:
        codes, scale = recode(codes, found, list(categories)), tuple(categories)
    return Ratings(scale, range(matrix.shape[0]), range(matrix.shape[1]), codes=codes)


def _as_array(values: Any) -> NDArray[Any]:
    """An array that keeps words and None apart from numbers (numpy would turn both into words)."""
    if isinstance(values, np.ndarray):
        return values
    if hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy())
    rows = list(values)
    try:
        array = np.array(rows, dtype=object)
    except ValueError as error:
        raise ValueError("ratings must have the same number of raters in every row.") from error
    if array.ndim == 1 and any(isinstance(row, (list, tuple)) for row in rows):
        raise ValueError("ratings must have the same number of raters in every row.")
    return array


def _rescaled(ratings: Ratings, categories: Sequence[Hashable] | None) -> Ratings:
    if categories is None or tuple(categories) == ratings.categories:
        return ratings
    scale = tuple(categories)
    if ratings.codes is not None:
        return replace(ratings, categories=scale, codes=recode(ratings.codes, ratings.categories, scale))
    item, rater, code = ratings.triples
    entries = (item, rater, recode(code, ratings.categories, scale))
    return replace(ratings, categories=scale, sparse=entries)


def _encode_long(entries: Long, categories: Sequence[Hashable] | None, repeats: bool) -> Ratings:
    code, found = _factorise(entries.values)
    scale = tuple(found)
    if categories is not None:
        code, scale = recode(code, found, list(categories)), tuple(categories)
    given = code >= 0
    item, item_ids = _factorise(entries.items)
    rater, rater_ids = _factorise(entries.raters)
    if (item < 0).any() or (rater < 0).any():
        raise ValueError("long(items, raters, values) needs an item and a rater for every rating.")
    item, rater, code = item[given].astype(np.int64), rater[given].astype(np.int64), code[given]
    places = len(item_ids) * len(rater_ids)
    if places <= 4 * len(code):
        flat = np.full(places, -1, dtype=code.dtype)
        flat[rater * len(item_ids) + item] = code
        if int((flat >= 0).sum()) == len(code):
            codes = flat.reshape(len(rater_ids), len(item_ids))
            return Ratings(scale, item_ids, rater_ids, codes=codes)
    cell = item * len(rater_ids) + rater
    order = np.argsort(cell, kind="stable")
    triples = (item[order], rater[order], code[order])
    repeated = bool((np.diff(cell[order]) == 0).any())
    if repeated and not repeats:
        raise ValueError(REPEATED)
    return Ratings(scale, item_ids, rater_ids, sparse=triples, repeated=repeated)


def _factorise(column: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    codes, found = encode_labels(column.reshape(-1, 1))
    return codes[0], found
