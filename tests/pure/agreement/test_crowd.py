"""The likely true label of each item: Dawid and Skene, and majority vote."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml

import review.agreement as agreement
from tests.pure.agreement.published import ABSENT, FOLDER, vectors

BLUEBIRDS = [vector for vector in vectors() if vector.name == "dawid_skene_bluebirds"]


def _bluebirds() -> tuple[Any, dict[Any, Any]]:
    labels = yaml.safe_load((FOLDER / "crowd" / "bluebirds_labels.yaml").read_text())
    truth = yaml.safe_load((FOLDER / "crowd" / "bluebirds_gt.yaml").read_text())
    rows = [(image, worker, label) for worker, given in labels.items() for image, label in given.items()]
    return agreement.long(*zip(*rows, strict=True)), truth


def _accuracy(found: Any, truth: dict[Any, Any]) -> float:
    return float(
        np.mean([truth[item] == label for item, label in zip(found.items, found.consensus, strict=True)])
    )


@pytest.mark.skipif(not BLUEBIRDS, reason=ABSENT)
def test_the_published_bluebirds_are_met() -> None:
    expected, tolerance = BLUEBIRDS[0].content["expected"], BLUEBIRDS[0].content["tolerance"]
    labels, truth = _bluebirds()
    found, vote = agreement.dawid_skene(labels), agreement.majority_vote(labels)
    assert found.converged
    assert _accuracy(found, truth) == pytest.approx(expected["accuracy_dawid_skene"], abs=tolerance)
    assert _accuracy(vote, truth) == pytest.approx(expected["accuracy_majority_vote"], abs=tolerance)
    assert found.log_likelihood == pytest.approx(expected["log_likelihood"], abs=tolerance)
    for label, share in zip(found.categories, found.prevalence, strict=True):
        assert share == pytest.approx(expected["class_prevalence"][str(label).lower()], abs=tolerance)


# Dawid and Skene (1979), Table 1: 45 patients; observer 1 three times, then observers 2 to 5 once each.
ANAESTHETISTS = """
1111111 3334334 1122122 2223121 2223222 2223322 1222111 3333433 2222223
2322223 4444444 2223343 1111111 2223212 1211111 1112111 1111111 1111111
2222221 2221322 2222222 2222221 2223222 2212222 1111111 1111111 2322222
1111111 1111111 1121121 1111111 3333233 1111111 2222222 2223232 4334343
2212232 2323233 3333432 1111111 1111111 1212111 2322222 1211111 2222222
"""


def test_the_anaesthetists_of_the_first_paper_are_met() -> None:
    """Dawid and Skene (1979), section 4: class marginals .40, .42, .11, .07, from repeated ratings of one observer."""
    rows = [
        (patient, observer, int(grade))
        for patient, grades in enumerate(ANAESTHETISTS.split())
        for observer, grade in zip((1, 1, 1, 2, 3, 4, 5), grades, strict=True)
    ]
    found = agreement.dawid_skene(agreement.long(*zip(*rows, strict=True)))
    assert found.converged
    np.testing.assert_allclose(found.prevalence, [0.40, 0.42, 0.11, 0.07], atol=0.005)
    first = [[0.89, 0.11, 0, 0], [0.07, 0.88, 0.05, 0], [0, 0.34, 0.66, 0], [0, 0, 0.56, 0.44]]
    np.testing.assert_allclose(found.confusion[0], first, atol=0.005)


def _plain_dawid_skene(
    labels: list[tuple[int, int, int]], items: int, raters: int, width: int, rounds: int
) -> Any:
    """The published equations, one loop a sum."""
    posterior = np.zeros((items, width))
    for item, _, label in labels:
        posterior[item, label] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(rounds):
        prevalence = posterior.mean(axis=0)
        confusion = np.zeros((raters, width, width))
        for item, rater, label in labels:
            confusion[rater, :, label] += posterior[item]
        confusion /= confusion.sum(axis=2, keepdims=True)
        joint = np.tile(prevalence, (items, 1))
        for item, rater, label in labels:
            joint[item] *= confusion[rater, :, label]
        posterior = joint / joint.sum(axis=1, keepdims=True)
    return posterior, prevalence, confusion, float(np.log(joint.sum(axis=1)).sum())


@pytest.mark.parametrize("repeats", [False, True])
def test_the_fit_follows_the_published_equations(repeats: bool) -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 3, 60)
    labels = [
        (item, rater, int(truth[item]) if rng.random() < 0.7 else int(rng.integers(0, 3)))
        for item in range(60)
        for rater in range(4)
        for _ in range(1 + (repeats and rng.random() < 0.3))
    ]
    posterior, prevalence, confusion, likelihood = _plain_dawid_skene(labels, 60, 4, 3, 7)
    found = agreement.dawid_skene(agreement.long(*zip(*labels, strict=True)), max_iterations=7, tolerance=0)
    assert found.iterations == 7
    np.testing.assert_allclose(found.posterior, posterior, atol=1e-9)
    np.testing.assert_allclose(found.prevalence, prevalence, atol=1e-9)
    np.testing.assert_allclose(found.confusion, confusion, atol=1e-9)
    assert found.log_likelihood == pytest.approx(likelihood, abs=1e-8)


def test_the_objective_never_falls_and_priors_pull_to_the_diagonal() -> None:
    rng = np.random.default_rng(7)
    table = rng.integers(0, 3, (50, 4))
    runs = [agreement.dawid_skene(table, max_iterations=rounds, tolerance=0) for rounds in range(1, 12)]
    steps = np.diff([run.log_likelihood for run in runs])
    assert (steps > -1e-9).all()
    pulled = agreement.dawid_skene(table, prior=1, diagonal_prior=100).confusion
    assert (np.diagonal(pulled, axis1=1, axis2=2) > 0.75).all()


def test_the_seed_decides_ties_and_restarts() -> None:
    table = [["a", "b"], ["b", "a"]] * 20
    one, same = agreement.majority_vote(table, seed=1), agreement.majority_vote(table, seed=1)
    assert one.consensus == same.consensus
    assert one.tied.all()
    assert set(one.consensus) == {"a", "b"}
    noisy = np.random.default_rng(0).integers(0, 2, (30, 5))
    first, second = (agreement.dawid_skene(noisy, seed=9, restarts=4) for _ in range(2))
    assert first.log_likelihood == second.log_likelihood >= agreement.dawid_skene(noisy).log_likelihood - 1e-6


def test_items_without_labels_and_empty_sets_are_answered() -> None:
    found = agreement.dawid_skene([["a", "a"], [None, None], ["b", "b"]])
    assert found.consensus == ["a", None, "b"]
    np.testing.assert_allclose(found.posterior[1], found.prevalence)
    assert agreement.dawid_skene([]).consensus == []
    assert agreement.dawid_skene([[None, None]]).consensus == [None]
    assert agreement.majority_vote([["a", "a"], [None, None]]).consensus == ["a", None]


def test_a_vote_with_a_prior_is_laplaces_rule() -> None:
    vote = agreement.majority_vote([["a", "a", "b"], ["b", None, None]], prior=1)
    np.testing.assert_allclose(vote.posterior, [[3 / 5, 2 / 5], [1 / 3, 2 / 3]])
    with pytest.raises(ValueError, match="cannot be negative"):
        agreement.majority_vote([["a"]], prior=-1)
    with pytest.raises(ValueError, match="cannot be negative"):
        agreement.dawid_skene([["a"]], prior=-1)
