"""Which demonstrations a release holds: filters, splits, and what cannot be asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from annotate.models import Source
from review import publishing
from review.models import Release, ReleaseItem
from review.selecting import selection_from
from tests.conftest import Cast
from tests.factories import a_submitted_demonstration, a_task, an_assignment, decided
from tests.review.releasing import approved, built, directory_of, rows_of, said
from workspace.refusals import Conflict, Invalid


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"categories": ["open_qa"]}, ["one"]),
        ({"languages": ["de"]}, ["two"]),
        ({"guideline_versions": [1]}, ["one", "two"]),
        ({"min_rating": 4.5}, ["one"]),
        ({"retired_sources": True}, ["one", "two", "retired"]),
    ],
)
def test_filters_choose_and_the_manifest_counts_the_rest(
    cast: Cast, filters: dict[str, Any], expected: list[str]
) -> None:
    source = Source.objects.create(
        project=cast.project, name="Old", format="jsonl", licence="MIT", state="ready"
    )
    approved(cast, "one", category="open_qa")
    a_task(cast.project, category="rewriting", language="de")
    a_submitted_demonstration(cast.writer, said("two"))
    decided(cast.reviewer, level=3)
    decided(cast.second_reviewer, level=3)
    approved(cast, "retired", source=source, category="rewriting", language="fr")
    Source.objects.update(state="retired")
    directory = directory_of(built(cast, filters=filters))
    assert [row["response"] for row in rows_of(directory)] == [said(text) for text in expected]
    counts = json.loads((directory / "manifest.json").read_bytes())["counts"]
    assert counts["rows"] + sum(counts["excluded"].values()) == 3


def test_splits_keep_the_answers_of_a_task_together(cast: Cast) -> None:
    for number in range(12):
        approved(cast, f"Answer {number}.")
    release = built(cast, splits={"validation": 0.3, "test": 0.3})
    items = list(ReleaseItem.objects.filter(release=release))
    assert len({item.split for item in items}) > 1
    directory = directory_of(release)
    assert sum(len(rows_of(directory, split)) for split in ("train", "validation", "test")) == 12
    again = built(cast, splits={"validation": 0.3, "test": 0.3})
    assert {i.demonstration_id: i.split for i in items} == {
        i.demonstration_id: i.split for i in ReleaseItem.objects.filter(release=again)
    }


def test_a_release_without_rows_is_not_begun(cast: Cast) -> None:
    approved(cast)
    with pytest.raises(Conflict, match="no approved demonstration"):
        publishing.start_release(cast.lead, now=timezone.now(), filters={"languages": ["xx"]})
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("filters", "splits", "field"),
    [
        ([], None, "filters"),
        ({"min_rating": "nan"}, None, "filters.min_rating"),
        ({"min_rating": True}, None, "filters.min_rating"),
        ({"categories": "open_qa"}, None, "filters.categories"),
        ({"guideline_versions": [0]}, None, "filters.guideline_versions"),
        ({"guideline_versions": [True]}, None, "filters.guideline_versions"),
        ({"languages": ["\x00"]}, None, "filters.languages"),
        ({"colour": ["red"]}, None, "filters.colour"),
        ({"retired_sources": "yes"}, None, "filters.retired_sources"),
        (None, {"train": 2}, "splits"),
        (None, {"dev": 0.1}, "splits"),
        (None, {"train": "0.9"}, "splits"),
        (None, [1], "splits"),
        (None, {"test": float("nan")}, "splits"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_by_field(filters: Any, splits: Any, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        selection_from(filters, splits)
    assert list(refused.value.errors) == [field]


def test_an_assignment_in_hand_is_no_candidate(cast: Cast) -> None:
    a_task(cast.project)
    an_assignment(cast.writer)
    with pytest.raises(Conflict):
        publishing.start_release(cast.lead, now=timezone.now())
