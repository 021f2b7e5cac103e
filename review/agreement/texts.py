"""How alike independent answers to the same task are, against answers to different tasks.

In: responses in long form, and the category of each task. Out: `TextAgreement`. Called by the agreement
page for tasks with overlap. Two good answers share words because the category does, so a likeness means
something only beside the likeness of random pairs from different tasks of the same category.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np

from review.agreement.likeness import MEASURES, Likeness
from review.agreement.quantiles import t_quantile
from review.agreement.ratings import Long

Answer = tuple[Hashable, str]
Tasks = dict[Hashable, list[Answer]]


@dataclass(frozen=True, slots=True)
class Alike:
    """likeness: the mean over tasks of the mean over pairs of answers; baseline: the same for random pairs.

    above: (likeness - baseline) / (1 - baseline), 0 as alike as answers to different tasks, 1 the same
    answer. low and high: of the likeness, over tasks. Figures are None, with the reason, where nothing can
    be compared.
    """

    likeness: float | None
    low: float | None
    high: float | None
    baseline: float | None
    above: float | None
    tasks: int
    pairs: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TextAgreement:
    """One measure over a set of tasks: over all, by task, by category, and by pair of writers."""

    measure: str
    overall: Alike
    by_category: dict[Hashable, Alike]
    by_pair: dict[tuple[Hashable, Hashable], Alike]
    by_task: dict[Hashable, float] = field(repr=False)


def text_agreement(
    responses: Long,
    categories: Mapping[Any, Hashable] | None = None,
    measure: str | Likeness = "rouge_l",
    *,
    baseline_pairs: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> TextAgreement:
    """How alike independent answers to the same tasks are.

    Parameters: responses, long(tasks, writers, texts); categories, of tasks (one for all where None);
    measure, a name of `likeness.MEASURES` or any function of two texts from 0 to 1, for instance chrF;
    baseline_pairs, how many random pairs from different tasks each category's baseline is made of; seed, of
    that draw. Returns: `TextAgreement`; the baseline of a set is that of its tasks' categories, weighted by
    their tasks. Raises: ValueError for an unknown measure or a task without a category.

    >>> from review.agreement import long
    >>> answers = long("aabb", [1, 2, 1, 2], ["a red cat", "the red cat", "two dogs ran", "two dogs sat"])
    >>> found = text_agreement(answers).overall
    >>> round(found.likeness, 3), found.baseline, found.tasks
    (0.667, 0.0, 2)
    """
    if isinstance(measure, str) and measure not in MEASURES:
        raise ValueError(f"measure={measure!r} is unknown; use a function, or one of {', '.join(MEASURES)}.")
    compare = MEASURES[measure] if isinstance(measure, str) else measure
    tasks = _by_task(responses)
    kind = {task: _category(task, categories) for task in tasks}
    rng = np.random.default_rng(seed)
    baselines = {
        category: _baseline(
            {task: tasks[task] for task in tasks if kind[task] == category}, compare, baseline_pairs, rng
        )
        for category in dict.fromkeys(kind.values())
    }
    by_pair: dict[tuple[Hashable, Hashable], dict[Hashable, float]] = defaultdict(dict)
    by_task: dict[Hashable, float] = {}
    pairs: dict[Hashable, int] = {}
    for task, answers in tasks.items():
        scores = []
        for (one, text), (two, other) in combinations(answers, 2):
            scores.append(compare(text, other))
            by_pair[one, two][task] = scores[-1]
        if scores:
            by_task[task], pairs[task] = float(np.mean(scores)), len(scores)

    def alike(scores: Mapping[Hashable, float], counted: int) -> Alike:
        return _alike(scores, [baselines[kind[task]] for task in scores], counted, confidence)

    return TextAgreement(
        measure if isinstance(measure, str) else getattr(measure, "__name__", "measure"),
        alike(by_task, sum(pairs.values())),
        {
            category: alike(chosen, sum(pairs[task] for task in chosen))
            for category in baselines
            for chosen in [{task: by_task[task] for task in by_task if kind[task] == category}]
        },
        {pair: alike(scores, len(scores)) for pair, scores in by_pair.items()},
        by_task,
    )


def _by_task(responses: Long) -> Tasks:
    """Answers of each task, in the order of writers, so that a pair of writers has one name."""
    tasks: Tasks = defaultdict(list)
    rows = zip(responses.items.tolist(), responses.raters.tolist(), responses.values.tolist(), strict=True)
    for task, writer, text in sorted(rows, key=_by_writer):
        if isinstance(text, str):
            tasks[task].append((writer, text))
    return dict(tasks)


def _by_writer(row: tuple[Any, Any, Any]) -> tuple[str, str]:
    return type(row[1]).__name__, f"{row[1]:>20}" if isinstance(row[1], int) else str(row[1])


def _category(task: Hashable, categories: Mapping[Any, Hashable] | None) -> Hashable:
    if categories is None:
        return None
    if task not in categories:
        raise ValueError(f"Task {task!r} has no category; categories must name one for every task.")
    return categories[task]


def _baseline(tasks: Tasks, compare: Likeness, pairs: int, rng: np.random.Generator) -> float | None:
    """The mean likeness of answers to different tasks, each task drawn with the same chance."""
    lists = list(tasks.values())
    if len(lists) < 2:
        return None
    scores = []
    for _ in range(pairs):
        first, second = rng.choice(len(lists), size=2, replace=False)
        (_, one), (_, two) = (lists[place][rng.integers(len(lists[place]))] for place in (first, second))
        scores.append(compare(one, two))
    return float(np.mean(scores))


def _alike(
    scores: Mapping[Hashable, float], baselines: Iterable[float | None], pairs: int, confidence: float
) -> Alike:
    if not scores:
        return Alike(
            None, None, None, None, None, 0, 0, "No task has two answers, so there is nothing to compare."
        )
    values, known = np.array(list(scores.values())), [each for each in baselines if each is not None]
    mean, low, high = float(values.mean()), None, None
    if len(values) > 1:
        reach = (
            float(values.std(ddof=1))
            / math.sqrt(len(values))
            * t_quantile((1 + confidence) / 2, len(values) - 1)
        )
        low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    if len(known) < len(values):
        reason = "A category with one task has no answers to other tasks, so there is no baseline."
        return Alike(mean, low, high, None, None, len(values), pairs, reason)
    baseline = float(np.mean(known))
    above = (mean - baseline) / (1 - baseline) if baseline < 1 else None
    reason = (
        "" if above is not None else "Answers to different tasks are all the same, so nothing stands out."
    )
    return Alike(mean, low, high, baseline, above, len(values), pairs, reason)
