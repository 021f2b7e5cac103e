"""Distinct patterns of ratings, each with the number of items that show it.

In: codes. Out: `Patterns`. Called by `ratings`. Every coefficient depends only on the multiset of patterns,
so after this step neither an estimate, nor its error, nor a bootstrap sample costs anything that grows with
the items.

A pattern is found by one whole number per item. Where the possible patterns fit in 62 bits the number is
exact (digits in a base); elsewhere it is a sum of fixed random 64-bit numbers, whose chance to confuse any
two of a million patterns is below one in ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from review.agreement.encoding import Codes

Triples = tuple[NDArray[np.int64], NDArray[np.int64], Codes]
Keys = Callable[[slice], NDArray[Any]]
BLOCK = 1 << 16
COUNTABLE = 1 << 18
EXACT_BITS = 62
DENSE_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Coded:
    """Codes, dense (raters, items) or sparse (item, rater, code) sorted by item, and the size of the axes."""

    codes: Codes | None
    sparse: Triples | None
    width: int
    raters: int
    items: int


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct patterns in sparse entries, sorted by pattern.

    owner, category, count: per entry, its pattern, the category and how often it was chosen.
    rater: per entry, in patterns by row; None in patterns by count.
    multiplicity: items that show each pattern. width: categories of the scale. raters: columns.
    places: the pattern of each item, -1 where it has none (a function, since few ask for it).
    weight: of each pattern's items, where the sample gave items unequal chances; None for equal ones.
    """

    owner: NDArray[np.int64]
    category: NDArray[np.int64]
    count: NDArray[np.float64]
    rater: NDArray[np.int64] | None
    multiplicity: NDArray[np.int64]
    width: int
    raters: int
    places: Callable[[], NDArray[np.int64]]
    weight: NDArray[np.float64] | None = None

    @cached_property
    def mass(self) -> NDArray[np.float64]:
        """Items that show each pattern, each counted by its sampling weight."""
        return np.asarray(self.multiplicity * (1.0 if self.weight is None else self.weight), dtype=float)

    @cached_property
    def size(self) -> NDArray[np.float64]:
        """Ratings in each pattern."""
        return self.total_by_pattern(self.count)

    @property
    def items(self) -> int:
        """Items with any rating."""
        return int(self.multiplicity.sum())

    @property
    def ratings(self) -> int:
        """Ratings over all items."""
        return int(self.multiplicity @ self.size)

    def total_by_pattern(self, entries: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a figure of each entry over its pattern."""
        sums = np.bincount(self.owner, weights=entries, minlength=len(self.multiplicity))
        return sums.astype(float, copy=False)

    def total_by_category(self, entries: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a figure of each entry over all items, by category."""
        weights = entries * self.mass[self.owner]
        sums = np.bincount(self.category, weights=weights, minlength=self.width)
        return sums.astype(float, copy=False)

    def matrix(self, entries: NDArray[np.float64], column: NDArray[np.int64], columns: int) -> Any:
        """Entries as a matrix (patterns, columns): dense, or sparse where that would be large."""
        shape = (len(self.multiplicity), columns)
        if shape[0] * columns <= DENSE_CELLS:
            dense = np.zeros(shape)
            np.add.at(dense, (self.owner, column), entries)
            return dense
        return csr_array((entries, (self.owner, column)), shape=shape)

    @cached_property
    def counted(self) -> Patterns:
        """The same patterns without the raters, one entry for each category used."""
        if self.rater is None:
            return self
        every = self.owner * self.width + self.category
        if len(self.multiplicity) * self.width <= DENSE_CELLS:  # faster than sorting
            tally = np.bincount(every, weights=self.count)
            cell = np.flatnonzero(tally)
            count = tally[cell].astype(float)
        else:
            cell, place = np.unique(every, return_inverse=True)
            count = np.bincount(place.reshape(-1), weights=self.count, minlength=len(cell)).astype(float)
        owner, category = np.divmod(cell, max(1, self.width))
        return replace(self, owner=owner, category=category, count=count, rater=None)

    def keep(self, chosen: NDArray[np.bool_]) -> Patterns:
        """Only the chosen patterns (a mask)."""
        if chosen.all():
            return self
        number = np.where(chosen, np.cumsum(chosen) - 1, -1)
        entries = chosen[self.owner]
        return replace(
            self,
            owner=number[self.owner[entries]],
            category=self.category[entries],
            count=self.count[entries],
            rater=None if self.rater is None else self.rater[entries],
            multiplicity=self.multiplicity[chosen],
            places=lambda: np.append(number, -1)[self.places()],
            weight=None if self.weight is None else self.weight[chosen],
        )

    def weighted(self, weights: NDArray[np.float64]) -> Patterns:
        """The same items with sampling weights (one an item): a pattern splits where they differ."""
        levels, level = np.unique(weights, return_inverse=True)
        places = self.places()
        joint = np.where(places < 0, -1, places * len(levels) + level.reshape(-1))
        found, multiplicity = np.unique(joint[joint >= 0], return_counts=True)
        parent, kind = np.divmod(found, len(levels))
        lengths = np.bincount(self.owner, minlength=len(self.multiplicity))[parent]
        begin = np.searchsorted(self.owner, parent)
        entry = np.arange(lengths.sum()) + np.repeat(begin - (np.cumsum(lengths) - lengths), lengths)
        return replace(
            self,
            owner=np.repeat(np.arange(len(found)), lengths),
            category=self.category[entry],
            count=self.count[entry],
            rater=None if self.rater is None else self.rater[entry],
            multiplicity=multiplicity.astype(np.int64),
            places=lambda: np.where(joint < 0, -1, np.searchsorted(found, joint)),
            weight=levels[kind],
        )


def count_patterns(coded: Coded) -> Patterns:
    """Patterns by count: how many raters chose each category."""
    width, raters = coded.width, coded.raters
    if coded.sparse is not None and len(coded.sparse[0]):
        raters = int(np.bincount(coded.sparse[0]).max())  # at most so many ratings of one item
    base = raters + 1
    exact = width * np.log2(base) < EXACT_BITS
    digits = _digits(base, width) if exact else _random(width)
    keys = _keys(coded, np.append(digits, digits.dtype.type(0)), None)
    found, multiplicity, first = _distinct(keys, coded.items, base**width if exact else None)
    places = _places(keys, coded.items, found)
    if exact:
        counts = (found[:, None] // digits) % base
        owner, category = np.nonzero(counts)
        count = counts[owner, category].astype(float)
        return Patterns(owner, category, count, None, multiplicity, width, coded.raters, places)
    owner, rater, category = _entries_of(first, coded)
    ones = np.ones(len(owner))
    return Patterns(owner, category, ones, rater, multiplicity, width, coded.raters, places).counted


def row_patterns(coded: Coded) -> Patterns:
    """Patterns by row: which rater chose which category."""
    width, raters = coded.width, coded.raters
    base = width + 1
    exact = raters * np.log2(base) < EXACT_BITS
    if exact:
        digits = _digits(base, raters)
        table = digits[:, None] * np.append(np.arange(1, base), 0)
    else:
        table = np.zeros((raters, base), dtype=np.uint64)
        table[:, :-1] = _random(raters * width).reshape(raters, width)
    keys = _keys(coded, table, np.arange(raters))
    found, multiplicity, first = _distinct(keys, coded.items, base**raters if exact else None)
    if exact:
        chosen = (found[:, None] // digits) % base
        owner, rater = np.nonzero(chosen)
        category = chosen[owner, rater] - 1
    else:
        owner, rater, category = _entries_of(first, coded)
    places = _places(keys, coded.items, found)
    return Patterns(owner, category, np.ones(len(owner)), rater, multiplicity, width, raters, places)


def _digits(base: int, places: int) -> NDArray[np.int64]:
    return np.array([base**place for place in range(places)], dtype=np.int64)


def _random(count: int) -> NDArray[np.uint64]:
    """Fixed, so that the same ratings give the same patterns in the same order on every machine."""
    return np.random.default_rng(20_111_979).integers(1, 2**64, size=count, dtype=np.uint64)


def _blocks(length: int) -> Iterator[slice]:
    for start in range(0, length, BLOCK):
        yield slice(start, min(start + BLOCK, length))


def _keys(coded: Coded, table: NDArray[Any], by_rater: NDArray[np.int64] | None) -> Keys:
    """The number of each item, as a function of a slice of items.

    table: what each category adds, last what a missing rating adds (0); one row a rater where by_rater is
    given.
    """
    if coded.codes is not None:
        dense = coded.codes

        def numbers_of(part: slice) -> NDArray[Any]:
            total = np.zeros(part.stop - part.start, dtype=table.dtype)
            for rater in range(len(dense)):
                row = table if by_rater is None else table[rater]
                total += row.take(dense[rater, part], mode="wrap")
            return total

        return numbers_of
    assert coded.sparse is not None
    item, rater, code = coded.sparse
    totals = np.zeros(coded.items, dtype=table.dtype)
    if len(item):
        starts = np.flatnonzero(np.diff(item, prepend=-1))
        added = table[code] if by_rater is None else table[rater, code]
        totals[item[starts]] = np.add.reduceat(added, starts)
    return lambda part: totals[part]


def _distinct(
    keys: Keys, length: int, space: int | None
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """The distinct numbers but 0 (no rating), how many items have each, and one item of each.

    space: how many exact numbers are possible; they tell their pattern, so no item of each is looked up then.
    """
    none = np.empty(0, dtype=np.int64)
    if space is not None and space <= COUNTABLE:
        tally = np.zeros(space, dtype=np.int64)
        for part in _blocks(length):
            tally += np.bincount(keys(part), minlength=space)
        tally[0] = 0
        found = np.flatnonzero(tally)
        return found, tally[found], none
    parts = [keys(part) for part in _blocks(length)]
    every = np.concatenate(parts) if parts else none
    if space is not None:
        found, multiplicity = np.unique(every, return_counts=True)
        return found[found != 0], multiplicity[found != 0].astype(np.int64), none
    found, first, multiplicity = np.unique(every, return_index=True, return_counts=True)
    kept = found != 0
    return found[kept], multiplicity[kept].astype(np.int64), first[kept]


def _places(keys: Keys, length: int, found: NDArray[Any]) -> Callable[[], NDArray[np.int64]]:
    def places() -> NDArray[np.int64]:
        parts = []
        for part in _blocks(length):
            key = keys(part)
            parts.append(np.where(key == 0, -1, np.searchsorted(found, key)))
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    return places


def _entries_of(
    items: NDArray[np.int64], coded: Coded
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Owner (position among these items), rater and category of every rating of these items."""
    if coded.codes is not None:
        block = coded.codes[:, items].T
        owner, rater = np.nonzero(block >= 0)
        return owner, rater, block[owner, rater].astype(np.int64)
    assert coded.sparse is not None
    item, rater, code = coded.sparse
    position = np.full(coded.items, -1, dtype=np.int64)
    position[items] = np.arange(len(items))
    owner = position[item]
    kept = owner >= 0
    order = np.argsort(owner[kept], kind="stable")
    return owner[kept][order], rater[kept][order], code[kept][order].astype(np.int64)
