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
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from review.agreement.encoding import Codes

Triples = tuple[NDArray[np.int64], NDArray[np.int64], Codes]
Keys = Callable[[slice], NDArray[Any]]
BLOCK = 1 << 16
COUNTABLE = 1 << 18
EXACT_IN_FLOAT = 1 << 53
DENSE_CELLS = 20_000_000


@dataclass(frozen=True, eq=False)
class Patterns:
    """Distinct patterns in sparse entries, sorted by pattern.

    owner, category, count: per entry, its pattern, the category and how often it was chosen.
    rater: per entry, in patterns by row; None in patterns by count.
    multiplicity: items that show each pattern. width: categories of the scale. raters: columns.
    places: the pattern of each item, -1 where it has none (a function, since few ask for it).
    """

    owner: NDArray[np.int64]
    category: NDArray[np.int64]
    count: NDArray[np.float64]
    rater: NDArray[np.int64] | None
    multiplicity: NDArray[np.int64]
    width: int
    raters: int
    places: Callable[[], NDArray[np.int64]]

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
        weights = entries * self.multiplicity[self.owner]
        sums = np.bincount(self.category, weights=weights, minlength=self.width)
        return sums.astype(float, copy=False)

    def matrix(self, entries: NDArray[np.float64], column: NDArray[np.int64], columns: int) -> Any:
        """Entries as a matrix (patterns, columns): dense, or sparse where that would be large."""
        shape = (len(self.multiplicity), columns)
        if shape[0] * columns <= DENSE_CELLS:
            dense = np.zeros(shape)
            np.add.at(dense, (self.owner, column), entries)
            return dense
        from scipy.sparse import csr_array  # type: ignore[import-untyped]  # rare: only for huge sparse sets

        return csr_array((entries, (self.owner, column)), shape=shape)

    @cached_property
    def counted(self) -> Patterns:
        """The same patterns without the raters, one entry for each category used."""
        if self.rater is None:
            return self
        cell, place = np.unique(self.owner * self.width + self.category, return_inverse=True)
        count = np.bincount(place.reshape(-1), weights=self.count, minlength=len(cell)).astype(float)
        owner, category = cell // max(1, self.width), cell % max(1, self.width)
        return Patterns(owner, category, count, None, self.multiplicity, self.width, self.raters, self.places)

    def keep(self, chosen: NDArray[np.bool_]) -> Patterns:
        """Only the chosen patterns (a mask)."""
        if chosen.all():
            return self
        number = np.where(chosen, np.cumsum(chosen) - 1, -1)
        entries = chosen[self.owner]
        return Patterns(
            number[self.owner[entries]],
            self.category[entries],
            self.count[entries],
            None if self.rater is None else self.rater[entries],
            self.multiplicity[chosen],
            self.width,
            self.raters,
            lambda: np.append(number, -1)[self.places()],
        )


def count_patterns(codes: Codes | None, sparse: Triples | None, width: int, raters: int) -> Patterns:
    """Patterns by count: how many raters chose each category."""
    if sparse is not None and len(sparse[0]):
        raters = int(np.bincount(sparse[0]).max())
    base = raters + 1
    exact = width * np.log2(base) < 53
    digits = _digits(base, width) if exact else _random(width)
    table = np.append(digits, digits.dtype.type(0))[None, :]
    keys, length = _keys(codes, sparse, np.broadcast_to(table, (max(1, raters), width + 1)))
    space = base**width if exact and base**width <= COUNTABLE else None
    found, multiplicity, first = _distinct(keys, length, space)
    if exact:
        counts = (found[:, None] // digits) % base
        owner, category = np.nonzero(counts)
        entries = (owner, category, counts[owner, category].astype(float))
        return Patterns(*entries, None, multiplicity, width, raters, _places(keys, length, found))
    owner, _, category = _entries_of(first(), codes, sparse)
    raw = Patterns(
        owner, category, np.ones(len(owner)), owner, multiplicity, width, raters, _places(keys, length, found)
    )
    return raw.counted


def row_patterns(codes: Codes | None, sparse: Triples | None, width: int, raters: int) -> Patterns:
    """Patterns by row: which rater chose which category."""
    base = width + 1
    exact = raters * np.log2(base) < 53
    if exact:
        digits = _digits(base, raters)
        table = digits[:, None] * np.append(np.arange(1, width + 1), 0)
    else:
        table = np.append(
            _random(raters * width).reshape(raters, width), np.zeros((raters, 1), np.uint64), axis=1
        )
    keys, length = _keys(codes, sparse, table)
    space = base**raters if exact and base**raters <= COUNTABLE else None
    found, multiplicity, first = _distinct(keys, length, space)
    if exact:
        chosen = (found[:, None] // digits) % base
        owner, rater = np.nonzero(chosen)
        category = chosen[owner, rater] - 1
    else:
        owner, rater, category = _entries_of(first(), codes, sparse)
    ones = np.ones(len(owner))
    return Patterns(owner, category, ones, rater, multiplicity, width, raters, _places(keys, length, found))


def _digits(base: int, places: int) -> NDArray[np.int64]:
    return np.array([base**place for place in range(places)], dtype=np.int64)


def _random(count: int) -> NDArray[np.uint64]:
    """Fixed, so that the same ratings give the same patterns in the same order on every machine."""
    return np.random.default_rng(20_111_979).integers(1, 2**64, size=count, dtype=np.uint64)


def _blocks(length: int) -> Iterator[slice]:
    for start in range(0, length, BLOCK):
        yield slice(start, min(start + BLOCK, length))


def _keys(codes: Codes | None, sparse: Triples | None, table: NDArray[Any]) -> tuple[Keys, int]:
    """The number of each item, as a function of a slice of items, and how many items there are."""
    if codes is not None:
        dense = codes

        def block_of(part: slice) -> NDArray[Any]:
            total = np.zeros(part.stop - part.start, dtype=table.dtype)
            for rater in range(dense.shape[0]):
                total += table[rater].take(dense[rater, part], mode="wrap")
            return total

        return block_of, codes.shape[1]
    assert sparse is not None
    item, rater, code = sparse
    if not len(item):
        return (lambda part: np.zeros(part.stop - part.start, dtype=table.dtype)), 0
    row = rater if table.strides[0] else np.zeros(1, dtype=np.int64)
    starts = np.flatnonzero(np.diff(item, prepend=-1))
    totals = np.zeros(int(item[-1]) + 1, dtype=table.dtype)
    totals[item[starts]] = np.add.reduceat(table[row, code], starts)
    return (lambda part: totals[part]), len(totals)


def _distinct(
    keys: Keys, length: int, space: int | None
) -> tuple[NDArray[Any], NDArray[np.int64], Callable[[], NDArray[np.int64]]]:
    """The distinct numbers but 0 (no rating), how many items have each, and one item of each."""
    if space is not None:
        tally = np.zeros(space, dtype=np.int64)
        for part in _blocks(length):
            tally += np.bincount(keys(part), minlength=space)
        tally[0] = 0
        found = np.flatnonzero(tally)
        return found, tally[found], lambda: np.empty(0, np.int64)
    parts = [keys(part) for part in _blocks(length)]
    every = np.concatenate(parts) if parts else np.empty(0, np.int64)
    found, first, multiplicity = np.unique(every, return_index=True, return_counts=True)
    kept = found != 0
    return found[kept], multiplicity[kept].astype(np.int64), lambda: first[kept]


def _places(keys: Keys, length: int, found: NDArray[Any]) -> Callable[[], NDArray[np.int64]]:
    def places() -> NDArray[np.int64]:
        parts = []
        for part in _blocks(length):
            key = keys(part)
            parts.append(np.where(key == 0, -1, np.searchsorted(found, key)))
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    return places


def _entries_of(
    items: NDArray[np.int64], codes: Codes | None, sparse: Triples | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Owner (position among these items), rater and category of every rating of these items."""
    if codes is not None:
        block = codes[:, items].T
        owner, rater = np.nonzero(block >= 0)
        return owner, rater, block[owner, rater].astype(np.int64)
    assert sparse is not None
    item, rater, code = sparse
    position = np.full(int(item[-1]) + 1 if len(item) else 0, -1, dtype=np.int64)
    position[items] = np.arange(len(items))
    owner = position[item]
    kept = owner >= 0
    order = np.argsort(owner[kept], kind="stable")
    return owner[kept][order], rater[kept][order], code[kept][order].astype(np.int64)
