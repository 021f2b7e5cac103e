"""The ratings that agreement is measured over, streamed from the database into flat arrays.

What enters: decided reviews of first submitted revisions, independent of each other. Later rounds never enter (their
reviewers have seen the first), nor do adjudications (they follow the reviews). Called by `review.measuring`.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import connection

from annotate.models import GuidelineVersion
from review.states import DECISIONS
from workspace.models import Project

# Reviews per statement: keyset pages, so that no transaction is held over a long read.
PAGE = 20_000

_PAGE_SQL = """
    SELECT v.id, v.revision_id, v.reviewer_id, v.decision, v.guideline_version_id, s.criterion, s.level
    FROM (
        SELECT r.id, r.revision_id, r.reviewer_id, r.decision, r.guideline_version_id
        FROM review_review r JOIN annotate_revision n ON n.id = r.revision_id AND n.number = 1
        WHERE r.project_id = %s AND r.state = 'decided' AND r.id > %s
          AND (%s::bigint IS NULL OR r.guideline_version_id = %s)
        ORDER BY r.id LIMIT %s
    ) v LEFT JOIN review_score s ON s.review_id = v.id
    ORDER BY v.id
"""


@dataclass
class Measure:
    """One thing people rated: `decision`, or a criterion by its key; and its ratings in long form."""

    key: str
    scale: Literal["nominal", "ordinal", "interval"]
    categories: list[Any]
    # The categories' words, where `values` are only their codes.
    names: tuple[str, ...] = ()
    items: array[int] = field(default_factory=lambda: array("q"))
    raters: array[int] = field(default_factory=lambda: array("q"))
    values: array[int] = field(default_factory=lambda: array("h"))

    def add(self, item: int, rater: int, value: int) -> None:
        self.items.append(item)
        self.raters.append(rater)
        self.values.append(value)


@dataclass
class Collected:
    """Every measure with its ratings, and the guideline versions whose criteria mean the same and were put together."""

    measures: dict[str, Measure]
    reviews: int
    versions: dict[str, list[int]]


def collect(project: Project, *, version: int | None = None, pause: Any = None) -> Collected:
    """Read the ratings of a project, of one guideline version (by id) or of all.

    Parameters: `pause`, called with the number of reviews read after each page; it may raise to end the work.
    A criterion is read from those versions alone whose question, scale and levels are the newest's: scores under
    another meaning are never mixed.
    """
    rubrics = _rubrics(project, version)
    newest_id = max(rubrics) if rubrics else 0
    measures = {"decision": Measure("decision", "nominal", list(range(len(DECISIONS))), DECISIONS)}
    same: dict[str, frozenset[int]] = {}
    for criterion in rubrics.get(newest_id, {}).values():
        key = criterion["key"]
        measures[key] = Measure(
            key, criterion["scale"], sorted(level["value"] for level in criterion["levels"])
        )
        same[key] = frozenset(
            found for found, rubric in rubrics.items() if _meaning(rubric.get(key)) == _meaning(criterion)
        )
    reviews = 0
    codes = {decision: code for code, decision in enumerate(DECISIONS)}
    for page in _pages(project, version):
        seen = 0
        for review, revision, reviewer, decision, version_id, criterion, level in page:
            if review != seen:
                seen, reviews = review, reviews + 1
                measures["decision"].add(revision, reviewer, codes[decision])
            if criterion in same and version_id in same[criterion]:
                measures[criterion].add(revision, reviewer, level)
        if pause is not None:
            pause(reviews)
    numbers = {
        found.pk: found.number or 0
        for found in GuidelineVersion.objects.filter(pk__in=rubrics).only("number")
    }
    return Collected(
        measures, reviews, {key: sorted(numbers[one] for one in ids) for key, ids in same.items()}
    )


def _pages(project: Project, version: int | None) -> Iterator[Sequence[tuple[Any, ...]]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PAGE_SQL, [project.pk, last, version, version, PAGE])
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _rubrics(project: Project, version: int | None) -> dict[int, dict[str, Mapping[str, Any]]]:
    """By the version's id, its criteria by key; ids rise with numbers."""
    versions = GuidelineVersion.objects.filter(project=project, number__isnull=False)
    if version is not None:
        versions = versions.filter(pk=version)
    return {found.pk: {one["key"]: one for one in found.rubric} for found in versions.only("rubric")}


def _meaning(criterion: Mapping[str, Any] | None) -> object:
    if criterion is None:
        return None
    return criterion["question"], criterion["scale"], tuple(level["value"] for level in criterion["levels"])
