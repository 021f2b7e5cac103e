"""Ratings as the coefficients see them: coded once, from a matrix or from long form.

In: an array-like of items by raters, or `long(items, raters, values)`. Out: `Ratings`, which keeps its
distinct patterns once they are found. Called first by every coefficient.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.agreement.encoding import Codes, encode_labels, recode
from review.agreement.patterns import Patterns, count_patterns, row_patterns

Triples = tuple[NDArray[np.int64], NDArray[np.int64], Codes]


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
    `repeated` says that a rater rated an item more than once, which only Dawid-Skene allows.
    """

    categories: tuple[Hashable, ...]
    item_ids: Sequence[Hashable]
    rater_ids: Sequence[Hashable]
    codes: Codes | None = None
    sparse: Triples | None = None
    repeated: bool = False

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
        return np.unique(self.triples[1])

    @cached_property
    def by_count(self) -> Patterns:
        """Distinct patterns of how many raters chose each category."""
        return count_patterns(self.codes, self.sparse, len(self.categories), len(self.rater_ids))

    @cached_property
    def by_row(self) -> Patterns:
        """Distinct patterns of which rater chose which category."""
        return row_patterns(self.codes, self.sparse, len(self.categories), len(self.rater_ids))

    @cached_property
    def values(self) -> NDArray[np.float64] | None:
        """The categories as numbers, or None where one of them is not a number."""
        if all(isinstance(label, (int, float)) for label in self.categories):
            return np.array(self.categories, dtype=float)
        return None

    def only(self, raters: Sequence[int]) -> Ratings:
        """The same items and scale with these raters (positions) alone."""
        chosen = np.asarray(raters, dtype=np.int64)
        names = [self.rater_ids[place] for place in chosen]
        if self.codes is not None:
            return Ratings(self.categories, self.item_ids, names, codes=self.codes[chosen])
        place = np.full(len(self.rater_ids), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        item, rater, code = self.triples
        kept = place[rater] >= 0
        entries = (item[kept], place[rater[kept]], code[kept])
        return Ratings(self.categories, self.item_ids, names, sparse=entries, repeated=self.repeated)


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


def encode(ratings: Any, categories: Sequence[Hashable] | None = None, *, repeats: bool = False) -> Ratings:
    """Code ratings once; what is coded already is returned as it is.

    Parameters: ratings, items by raters or `long(...)` or `Ratings`; categories, the whole scale in its
    order; repeats, whether a rater may rate an item more than once. Raises: ValueError for another shape, a
    rating off the scale, or a repeated rating.
    """
    if isinstance(ratings, Ratings):
        return _rescaled(ratings, categories)
    if isinstance(ratings, Long):
        return _encode_long(ratings, categories, repeats)
    matrix = _as_array(ratings)
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
        codes = recode(ratings.codes, ratings.categories, scale)
        return Ratings(scale, ratings.item_ids, ratings.rater_ids, codes=codes)
    item, rater, code = ratings.triples
    entries = (item, rater, recode(code, ratings.categories, scale))
    return Ratings(scale, ratings.item_ids, ratings.rater_ids, sparse=entries, repeated=ratings.repeated)


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
    order = np.argsort(item, kind="stable")
    triples = (item[order], rater[order], code[order])
    repeated = len(np.unique(item * len(rater_ids) + rater)) < len(item)
    if repeated and not repeats:
        raise ValueError("A rater rated the same item more than once; keep one rating of each (item, rater).")
    return Ratings(scale, item_ids, rater_ids, sparse=triples, repeated=repeated)


def _factorise(column: NDArray[Any]) -> tuple[Codes, list[Hashable]]:
    codes, found = encode_labels(column.reshape(-1, 1))
    return codes[0], found
