"""Recall: a submission can be taken back until somebody begins to review it, and never behind a reviewer's back."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate import claiming, returning, submitting
from annotate.models import Assignment, Demonstration, Slot
from review.models import Review, ReviewPlace
from tests.conftest import api_client
from tests.factories import TEXT, a_review, a_submitted_demonstration, a_task, an_assignment, decided
from workspace.models import AuditEvent
from workspace.refusals import Conflict, NotAllowed


def recall(who, demonstration):
    return returning.recall(who, demonstration, now=timezone.now())


def test_a_submission_is_a_draft_again_in_its_writers_hands(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    assert recall(cast.writer, demonstration).state == "draft"
    assignment = Assignment.objects.select_related("slot").get()
    assert (assignment.state, assignment.round, assignment.closed) == ("active", 1, None)
    assert (assignment.slot.state, assignment.slot.holder_id) == ("held", cast.writer.member.pk)
    assert assignment.slot.lease_until == assignment.lease_until > timezone.now()
    assert set(ReviewPlace.objects.values_list("state", flat=True)) == {"closed"}
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"demonstration.draft", "assignment.recalled"} <= actions


def test_recalled_work_is_what_the_next_claim_answers_and_can_be_submitted_again(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    recall(cast.writer, demonstration)
    a_task(cast.project)
    given = claiming.claim(cast.writer, now=timezone.now())
    assert given == claiming.Claim(demonstration.assignment_id, new=False)
    assignment = Assignment.objects.get(pk=given.assignment_id)
    said = [{"role": "assistant", "content": TEXT + " That is all."}]
    again = submitting.submit(assignment, messages=said, by=cast.writer.user, now=timezone.now())
    assert (again.pk, again.state, again.revision) == (demonstration.pk, "submitted", 2)
    assert ReviewPlace.objects.filter(state="open", revision__number=2).count() == cast.project.reviews
    assert Slot.objects.get(pk=again.slot_id).state == "filled"


def test_recall_twice_is_harmless(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    assert recall(cast.writer, demonstration).state == recall(cast.writer, demonstration).state == "draft"
    assert AuditEvent.objects.filter(action="demonstration.draft").count() == 2  # begun, recalled once


@pytest.mark.parametrize("begin", [a_review, decided], ids=["claimed", "decided"])
def test_once_a_reviewer_has_it_it_stays(cast, begin):
    demonstration = a_submitted_demonstration(cast.writer)
    begin(cast.reviewer)
    with pytest.raises(Conflict, match="A reviewer has this now"):
        recall(cast.writer, demonstration)
    demonstration.refresh_from_db()
    assert demonstration.state == "submitted"
    assert Review.objects.get().state in ("active", "decided")
    assert Assignment.objects.get().state == "submitted"


def test_a_review_of_an_earlier_round_does_not_count(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "request_changes")
    decided(cast.second_reviewer, "request_changes")
    assignment = Assignment.objects.get()
    assert assignment.round == 2
    said = [{"role": "assistant", "content": TEXT + " Now it is right."}]
    submitting.submit(assignment, messages=said, by=cast.writer.user, now=timezone.now())
    assert recall(cast.writer, demonstration).state == "draft"
    assignment.refresh_from_db()
    # Returned work has no lease and never passes on: its place stays filled.
    assert (assignment.state, assignment.round, assignment.slot.state) == ("active", 2, "filled")


def test_who_holds_another_new_task_ends_that_first(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    a_task(cast.project)
    an_assignment(cast.writer)
    with pytest.raises(Conflict, match="You hold another task"):
        recall(cast.writer, demonstration)
    demonstration.refresh_from_db()
    assert demonstration.state == "submitted"
    assert not ReviewPlace.objects.exclude(state="open").exists()


def test_only_its_writer_may(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    for who in (cast.second_writer, cast.lead, cast.reviewer):
        with pytest.raises(NotAllowed):
            recall(who, demonstration)


def test_the_api_recalls(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    url = f"/api/v1/demonstrations/{demonstration.pk}/recall/"
    assert api_client(cast.stranger).post(url).status_code == 404
    assert api_client(cast.second_writer).post(url).status_code == 403
    answer = api_client(cast.writer).post(url)
    assert answer.status_code == 200 and answer.json()["state"] == "draft"
    assert answer.json()["messages"][-1]["content"] == TEXT
    a_submitted_demonstration(cast.second_writer)
    other = Demonstration.objects.get(author=cast.second_writer.member)
    a_review(cast.reviewer)
    late = api_client(cast.second_writer).post(f"/api/v1/demonstrations/{other.pk}/recall/")
    assert late.status_code == 409 and "reviewer" not in late.json().get("by", "")
