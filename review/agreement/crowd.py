"""The likely true label of each item, from raters of unequal care.

In: labels, as a matrix or `long(items, raters, values)`, where a rater may label an item more than once.
Out: `Crowd` (Dawid and Skene) or `Vote` (majority). Called by adjudication reports and by users. Both work
on distinct sets of labels, so their cost after one pass does not grow with the items where raters are few.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from review.agreement.ratings import Ratings, encode
from review.agreement.statistic import Floats

Scale = Sequence[Hashable] | None


@dataclass(frozen=True, eq=False)
class Crowd:
    """What Dawid and Skene's model says.

    categories: in the order of all arrays. items, raters: the ids of rows, in their order.
    prevalence: (categories,) share of each true label.
    posterior: (items, categories) chance of each label to be the item's true one.
    consensus: per item the likeliest label, None for an item without labels; exact ties are drawn by the
    seed. confusion: (raters, true, given) how each rater labels items of each true label. log_likelihood,
    iterations, converged: where the fit ended, and whether by itself.
    """

    categories: tuple[Hashable, ...]
    items: Sequence[Hashable]
    raters: Sequence[Hashable]
    prevalence: Floats
    posterior: Floats
    consensus: list[Hashable]
    confusion: Floats
    log_likelihood: float
    iterations: int
    converged: bool


@dataclass(frozen=True, eq=False)
class Vote:
    """Majority vote. posterior: (items, categories); tied: items whose lead is shared; rest as `Crowd`."""

    categories: tuple[Hashable, ...]
    items: Sequence[Hashable]
    posterior: Floats
    consensus: list[Hashable]
    tied: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Labels:
    """Distinct sets of labels: a sparse table (patterns, raters * categories) with the items of each."""

    table: csr_array
    multiplicity: Floats
    places: NDArray[np.int64]
    raters: int
    width: int


def dawid_skene(
    labels: Any,
    seed: int = 0,
    *,
    categories: Scale = None,
    prior: float = 0.0,
    diagonal_prior: float = 0.0,
    tolerance: float = 1e-10,
    max_iterations: int = 2000,
    restarts: int = 0,
) -> Crowd:
    """Dawid and Skene's model by expectation-maximisation.

    An item's true label k comes with chance p_k; rater j then gives label l with chance c_jkl, independently.
    E: T_ik is proportional to p_k prod_j prod_l c_jkl^n_ijl. M: p_k is the mean of T_ik, and c_jkl the
    share of l in what j gave to items weighted by T_ik. Begins at the vote shares. Source: Dawid and Skene
    (1979), Applied Statistics 28:20-28, equations 2.3 to 2.5.

    Parameters: prior, counts added to every cell of confusion and prevalence (a Dirichlet prior);
    diagonal_prior, more of them where given equals true; tolerance, the relative gain of the objective at
    which to stop; restarts, further starts from votes mixed with chance, of which the best fit is kept;
    seed, of restarts and of ties.
    Raises: ValueError for a negative prior.

    >>> crowd = dawid_skene([["a", "a", "b"], ["b", "b", "b"], ["a", "a", "b"], ["b", "b", "b"]])
    >>> crowd.consensus, crowd.converged
    (['a', 'b', 'a', 'b'], True)
    """
    if prior < 0 or diagonal_prior < 0:
        raise ValueError("prior and diagonal_prior are counts to add, and cannot be negative.")
    ratings = encode(labels, categories, repeats=True)
    rng = np.random.default_rng(seed)
    sets = _distinct_labels(ratings)
    if sets.width == 0 or not len(sets.multiplicity):
        return _nothing(ratings)
    add = np.full((sets.width, sets.width), prior) + np.eye(sets.width) * diagonal_prior
    votes = _votes(sets)
    shares = votes / votes.sum(axis=1, keepdims=True)
    noise = [rng.dirichlet(np.ones(sets.width), size=len(votes)) for _ in range(restarts)]
    starts = [shares, *((shares + random) / 2 for random in noise)]  # half the votes, lest labels swap names
    fits = [_fit(sets, start, add, prior, tolerance, max_iterations) for start in starts]
    best = max(fits, key=lambda fit: fit[3])
    posterior, prevalence, confusion, _, likelihood, iterations, converged = best
    spread = np.vstack([posterior, prevalence])[sets.places]  # an item without labels has place -1
    consensus, _ = _leaders(spread, sets.places >= 0, ratings, rng)
    shape = (sets.raters, sets.width, sets.width)
    return Crowd(
        ratings.categories,
        ratings.item_ids,
        ratings.rater_ids,
        prevalence,
        spread,
        consensus,
        confusion.reshape(shape).transpose(0, 2, 1),
        likelihood,
        iterations,
        converged,
    )


def majority_vote(labels: Any, seed: int = 0, *, categories: Scale = None, prior: float = 0.0) -> Vote:
    """The most frequent label of each item, with the shares of all.

    Parameters: prior, votes added to each category before the shares are taken (1 is Laplace's rule, which
    keeps an item with one vote from certainty); seed, draws the winner of a tie.

    >>> majority_vote([["a", "a", "b"], ["b", "b", None]]).consensus
    ['a', 'b']
    """
    if prior < 0:
        raise ValueError("prior is a number of votes to add, and cannot be negative.")
    ratings = encode(labels, categories, repeats=True)
    sets = _distinct_labels(ratings)
    width = len(ratings.categories)
    votes = np.vstack([_votes(sets), np.zeros(width)])[sets.places] + prior
    total = votes.sum(axis=1, keepdims=True)
    shares = np.divide(votes, total, out=np.full(votes.shape, 1 / max(1, width)), where=total > 0)
    consensus, tied = _leaders(shares, sets.places >= 0, ratings, np.random.default_rng(seed))
    return Vote(ratings.categories, ratings.item_ids, shares, consensus, tied)


def _distinct_labels(ratings: Ratings) -> _Labels:
    width, raters = len(ratings.categories), len(ratings.rater_ids)
    if not ratings.repeated:
        rows = ratings.by_row
        assert rows.rater is not None
        shape = (len(rows.multiplicity), raters * width)
        table = csr_array((rows.count, (rows.owner, rows.rater * width + rows.category)), shape=shape)
        return _Labels(table, rows.multiplicity.astype(float), rows.places(), raters, width)
    item, rater, code = ratings.triples
    shape = (len(ratings.item_ids), raters * width)
    table = csr_array((np.ones(len(item)), (item, rater * width + code)), shape=shape)
    places = np.full(shape[0], -1, dtype=np.int64)
    places[item] = item
    return _Labels(table, (places >= 0).astype(float), places, raters, width)


def _votes(sets: _Labels) -> Floats:
    """Labels of each category in each pattern."""
    category = np.tile(np.eye(sets.width), (sets.raters, 1))
    return np.asarray(sets.table @ category)


def _fit(
    sets: _Labels, start: Floats, add: Floats, prior: float, tolerance: float, limit: int
) -> tuple[Floats, Floats, Floats, float, float, int, bool]:
    """One run. Confusion has shape (raters * given, true); the objective is likelihood and priors."""
    posterior, objective, likelihood = start, -np.inf, -np.inf
    by_label = sets.table.T.tocsr()
    weight = sets.multiplicity[:, None]
    prevalence, confusion = np.empty(0), np.empty(0)
    for iteration in range(1, limit + 1):
        known = weight * posterior
        prevalence = known.sum(axis=0) + prior
        prevalence = prevalence / prevalence.sum()
        confusion = _shares(np.asarray(by_label @ known), sets, add)
        logs = np.log(np.maximum(confusion, 1e-300))
        joint = sets.table @ logs + np.log(np.maximum(prevalence, 1e-300))
        peak = joint.max(axis=1, keepdims=True)
        chances = np.exp(joint - peak)
        total = chances.sum(axis=1, keepdims=True)
        posterior = chances / total
        likelihood = float(sets.multiplicity @ (peak + np.log(total))[:, 0])
        tiled = np.tile(add.T, (sets.raters, 1))
        penalty = float((tiled * logs).sum() + prior * np.log(np.maximum(prevalence, 1e-300)).sum())
        gain, objective = likelihood + penalty - objective, likelihood + penalty
        if gain <= tolerance * abs(objective):
            return posterior, prevalence, confusion, objective, likelihood, iteration, True
    return posterior, prevalence, confusion, objective, likelihood, limit, False


def _shares(counts: Floats, sets: _Labels, add: Floats) -> Floats:
    """Shares of given labels (raters * given, true); uniform for a true label that a rater never met."""
    cube = counts.reshape(sets.raters, sets.width, sets.width) + add.T
    total = cube.sum(axis=1, keepdims=True)
    even = np.full(cube.shape, 1 / sets.width)
    return np.asarray(np.divide(cube, total, out=even, where=total > 0).reshape(-1, sets.width))


def _leaders(
    shares: Floats, labelled: NDArray[np.bool_], ratings: Ratings, rng: np.random.Generator
) -> tuple[list[Hashable], NDArray[np.bool_]]:
    """The likeliest label of each row, and which rows share the lead."""
    if not shares.size:
        return [None] * len(shares), np.zeros(len(shares), dtype=bool)
    leading = shares >= shares.max(axis=1, keepdims=True) * (1 - 1e-12)
    tied = (leading.sum(axis=1) > 1) & labelled
    chosen = shares.argmax(axis=1)
    rows = np.flatnonzero(tied)
    draw = np.where(leading[rows], rng.random((len(rows), shares.shape[1])), -1)
    chosen[rows] = draw.argmax(axis=1)
    names = np.array([*ratings.categories, None], dtype=object)
    return list(names[np.where(labelled, chosen, -1)]), tied


def _nothing(ratings: Ratings) -> Crowd:
    """No label at all: an honest answer for an empty queue."""
    items, width, raters = len(ratings.item_ids), len(ratings.categories), len(ratings.rater_ids)
    even = 1 / max(1, width)
    return Crowd(
        ratings.categories,
        ratings.item_ids,
        ratings.rater_ids,
        np.full(width, even),
        np.full((items, width), even),
        [None] * items,
        np.full((raters, width, width), even),
        0.0,
        0,
        True,
    )
