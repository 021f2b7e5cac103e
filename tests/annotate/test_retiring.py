"""A source retired and restored: what it does to the queue, and to what is being written."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate import claiming, retiring, submitting
from annotate.models import Assignment, Source
from tests.annotate.importing_of import imported, lines, numbered, started
from tests.conftest import Cast
from tests.factories import TEXT
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Empty, NotAllowed

pytestmark = pytest.mark.django_db


def begun(cast: Cast) -> Source:
    """A source of five tasks, of which one is written and one in hand."""
    source = imported(cast.lead, numbered(5))
    claim = claiming.claim(cast.writer, now=timezone.now())
    assignment = Assignment.objects.get(pk=claim.assignment_id)
    answer = [{"role": "assistant", "content": TEXT}]
    submitting.submit(assignment, messages=answer, by=cast.writer.user, now=timezone.now())
    claiming.claim(cast.second_writer, now=timezone.now())
    return source


def test_the_preview_counts_each_task_once(cast: Cast) -> None:
    assert retiring.preview(cast.lead, begun(cast)) == retiring.Effect(untouched=3, in_hand=1, finished=1)


def test_the_preview_is_one_statement(cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    source = begun(cast)
    with django_assert_num_queries(1):
        retiring.preview(cast.lead, source)


def test_a_retired_source_is_given_to_nobody_and_work_in_hand_finishes(cast: Cast) -> None:
    source = begun(cast)
    assert retiring.retire(cast.lead, source, now=timezone.now()).state == "retired"
    with pytest.raises(Empty):
        claiming.claim(cast.writer, now=timezone.now())
    held = Assignment.objects.get(member=cast.second_writer.member, state="active")
    answer = [{"role": "assistant", "content": TEXT}]
    done = submitting.submit(held, messages=answer, by=cast.second_writer.user, now=timezone.now())
    assert done.state == "submitted"


def test_a_restored_source_is_given_out_again_at_once(cast: Cast) -> None:
    source = begun(cast)
    retiring.retire(cast.lead, source, now=timezone.now())
    with pytest.raises(Empty):
        claiming.claim(cast.writer, now=timezone.now())
    assert retiring.restore(cast.lead, source, now=timezone.now()).state == "ready"
    assert claiming.claim(cast.writer, now=timezone.now()).new


def test_other_sources_are_not_touched(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1))
    imported(cast.lead, lines({"prompt": "Another source's."}))
    retiring.retire(cast.lead, source, now=timezone.now())
    claim = claiming.claim(cast.writer, now=timezone.now())
    assert Assignment.objects.get(pk=claim.assignment_id).task.prompt == "Another source's."


def test_twice_is_harmless_and_told_once(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1))
    for act in (retiring.retire, retiring.retire, retiring.restore, retiring.restore):
        act(cast.lead, source, now=timezone.now())
    events = AuditEvent.objects.filter(object_type="source", object_id=source.pk).order_by("pk")
    assert [event.action for event in events][2:] == ["source.retired", "source.restored"]


def test_a_source_that_is_not_in_cannot_be_retired(cast: Cast) -> None:
    source = started(cast.lead, numbered(1))
    with pytest.raises(Conflict, match="still being imported"):
        retiring.retire(cast.lead, source, now=timezone.now())


def test_retiring_needs_the_right(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1))
    for act in (retiring.retire, retiring.restore):
        with pytest.raises(NotAllowed):
            act(cast.reviewer, source, now=timezone.now())
