"""The overlap changed after intake: only tasks nobody has begun, by the same draw, never against a claim."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection
from django.db.models import Count, F
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from annotate import claiming, overlapping
from annotate.drawing import bound, is_drawn
from annotate.models import Assignment, Slot, Task
from tests.annotate.importing_of import imported, numbered
from tests.conftest import Cast
from workspace import running
from workspace.models import Job
from workspace.refusals import Conflict, Empty, Invalid, NotAllowed


def changed(cast: Cast, overlap: int, share: float) -> Job:
    job = overlapping.change(cast.lead, overlap=overlap, overlap_share=share, now=timezone.now())
    running.run(job.pk, overlapping.redraw)
    cast.lead.project.refresh_from_db()
    return Job.objects.get(pk=job.pk)


def consistent(cast: Cast) -> bool:
    """Whether every task has as many slots as it says, numbered from 1."""
    tasks = Task.objects.filter(project=cast.project).annotate(count=Count("slots"))
    wrong = tasks.exclude(count=F("overlap")).exists()
    return (
        not wrong
        and not Slot.objects.filter(task__project=cast.project, number__gt=F("task__overlap")).exists()
    )


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**63), st.floats(0, 1, exclude_max=True))
def test_the_bound_is_the_draw(key: bytes, number: int, share: float) -> None:
    from hashlib import sha256

    below = bound(share)
    assert below is not None
    assert (sha256(key + str(number).encode()).digest()[:8] < below) == is_drawn(key, number, share)


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0.3, 1.0, 0.0])
def test_the_draw_in_sql_is_that_of_intake(cast: Cast, share: float) -> None:
    imported(cast.lead, numbered(300))
    assert changed(cast, 3, share).state == "succeeded"
    key = bytes(cast.project.draw_key)
    for task in Task.objects.filter(project=cast.project):
        assert task.overlap_drawn == is_drawn(key, task.pk, share)
        assert task.overlap == (3 if task.overlap_drawn else 1)
        assert task.overlap_probability == share
    assert consistent(cast)


@pytest.mark.django_db
def test_the_preview_says_what_the_change_does(cast: Cast) -> None:
    imported(cast.lead, numbered(200))
    claiming.claim(cast.writer, now=timezone.now())
    effect = overlapping.preview(cast.lead, overlap=4, overlap_share=0.5)
    assert (effect.losing, effect.begun) == (0, 1) and 60 < effect.gaining < 140
    assert effect.places_added == 3 * effect.gaining
    told = changed(cast, 4, 0.5).result
    assert told == {"tasks": 199, "places_added": effect.places_added, "places_removed": 0}
    back = overlapping.preview(cast.lead, overlap=1, overlap_share=1.0)
    assert (back.losing, back.places_removed) == (effect.gaining, effect.places_added)
    undone = changed(cast, 1, 1.0).result or {}
    assert undone["places_removed"] == effect.places_added
    assert consistent(cast) and set(Task.objects.values_list("overlap", flat=True)) == {1}


@pytest.mark.django_db
def test_a_task_somebody_has_begun_keeps_its_places(cast: Cast) -> None:
    imported(cast.lead, numbered(2))
    claim = claiming.claim(cast.writer, now=timezone.now())
    assignment = Assignment.objects.get(pk=claim.assignment_id)
    claiming.skip(assignment, by=cast.writer.user, reason="unclear", now=timezone.now())
    changed(cast, 5, 1.0)
    assert set(Task.objects.filter(project=cast.project).values_list("overlap", flat=True)) == {1, 5}
    assert assignment.task.overlap == 1


@pytest.mark.django_db
def test_a_larger_share_adds_to_the_tasks_drawn_before(cast: Cast) -> None:
    imported(cast.lead, numbered(300))
    changed(cast, 2, 0.2)
    before = set(Task.objects.filter(overlap=2).values_list("pk", flat=True))
    changed(cast, 2, 0.6)
    after = set(Task.objects.filter(overlap=2).values_list("pk", flat=True))
    assert before < after


@pytest.mark.django_db
def test_done_again_it_changes_nothing(cast: Cast) -> None:
    imported(cast.lead, numbered(50))
    changed(cast, 2, 0.5)
    assert changed(cast, 2, 0.5).result == {"tasks": 0, "places_added": 0, "places_removed": 0}


@pytest.mark.django_db
def test_the_new_places_can_be_claimed(cast: Cast) -> None:
    imported(cast.lead, numbered(1))
    changed(cast, 2, 1.0)
    first, second = (claiming.claim(who, now=timezone.now()) for who in (cast.writer, cast.second_writer))
    assert first.new and second.new


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("overlap", "share", "field"), [(0, 1, "overlap"), (21, 1, "overlap"), (2, 1.5, "overlap_share")]
)
def test_a_wrong_overlap_is_refused(cast: Cast, overlap: int, share: float, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        overlapping.change(cast.lead, overlap=overlap, overlap_share=share, now=timezone.now())
    assert list(refused.value.errors) == [field]


@pytest.mark.django_db
def test_the_overlap_needs_the_right_and_waits_for_an_import(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        overlapping.preview(cast.writer, overlap=2, overlap_share=1)
    overlapping.change(cast.lead, overlap=2, overlap_share=1, now=timezone.now())
    with pytest.raises(Conflict):
        overlapping.change(cast.lead, overlap=3, overlap_share=1, now=timezone.now())
    cast.project.refresh_from_db()
    assert cast.project.overlap == 2


def claim_and_skip(cast: Cast) -> None:
    try:
        claim = claiming.claim(cast.writer, now=timezone.now())
    except Empty:
        time.sleep(0.01)  # every place was locked at this moment, or the writer has had them all
        return
    taken = Assignment.objects.get(pk=claim.assignment_id)
    claiming.skip(taken, by=cast.writer.user, reason="unclear", now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_claim_at_the_same_moment_wins_or_gets_a_place_that_stays(cast: Cast) -> None:
    imported(cast.lead, numbered(400))
    changed(cast, 3, 1.0)
    stop = threading.Event()

    def claim_all() -> None:
        try:
            while not stop.is_set():
                claim_and_skip(cast)
        finally:
            connection.close()

    writer = threading.Thread(target=claim_all)
    writer.start()
    for overlap in (1, 3, 2):
        changed(cast, overlap, 1.0)
    stop.set()
    writer.join()
    assert consistent(cast)
    assert Assignment.objects.filter(task__project=cast.project).exists()
