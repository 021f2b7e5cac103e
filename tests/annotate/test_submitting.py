"""Drafting and handing in: what is kept, what is stamped, what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from annotate import claiming, drafting, returning, submitting
from annotate.models import Assignment, Demonstration, Draft, Revision, Slot
from review.models import Review, ReviewPlace
from tests.factories import TEXT, a_review, a_submitted_demonstration, a_task, an_assignment, decided
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Invalid, Moved, NotAllowed


def said(text=TEXT):
    return [{"role": "assistant", "content": text}]


def save(assignment, text=TEXT, version=0, **more):
    by, now = assignment.member.user, more.pop("now", timezone.now())
    return drafting.save_draft(assignment, messages=said(text), version=version, by=by, now=now, **more)


def submit(assignment, **more):
    return submitting.submit(assignment, by=assignment.member.user, now=timezone.now(), **more)


@pytest.fixture
def held(cast):
    a_task(cast.project)
    return an_assignment(cast.writer)


def test_the_first_save_begins_the_demonstration(held):
    saved = save(held)
    assert (saved.version, saved.category) == (1, "open_qa")
    written = Demonstration.objects.get()
    assert (written.state, written.revision, written.author) == ("draft", 0, held.member)
    assert AuditEvent.objects.filter(action="demonstration.draft").count() == 1


def test_saving_lengthens_the_lease_once_enough_of_it_is_gone(held):
    before = held.lease_until
    save(held)
    held.refresh_from_db()
    assert held.lease_until == before
    save(held, "More.", 1, now=timezone.now() + timedelta(minutes=6))
    held.refresh_from_db()
    held.slot.refresh_from_db()
    assert held.lease_until == held.slot.lease_until > before


def test_a_late_save_takes_a_free_place_back(cast, held):
    claiming.release(held, by=cast.writer.user, now=timezone.now())
    assert save(held).version == 1
    held.refresh_from_db()
    assert held.state == "active" and held.slot.state == "held"
    assert Demonstration.objects.get().assignment == held


def test_a_late_save_never_takes_a_second_task(cast, held):
    claiming.release(held, by=cast.writer.user, now=timezone.now())
    a_task(cast.project)
    other = an_assignment(cast.writer)
    if other.pk == held.pk:
        claiming.skip(other, by=cast.writer.user, reason="unclear", now=timezone.now())
        pytest.skip("the claim gave the released task again")
    with pytest.raises(Moved):
        save(held)
    assert Draft.objects.get(assignment=held).messages[-1]["content"] == TEXT


def test_an_unknown_category_is_refused(held):
    with pytest.raises(Invalid) as refused:
        save(held, category="gossip")
    assert "category" in refused.value.errors
    assert save(held, category="reasoning").category == "reasoning"


def test_a_submission_is_stamped_and_opens_the_planned_reviews(cast, held):
    written = submit(held, messages=said())
    revision = written.revisions.get()
    assert (revision.number, revision.guideline_version, revision.author) == (
        1,
        held.guideline_version,
        held.member,
    )
    assert revision.messages[-1]["content"] == TEXT
    assert written.state == "submitted" and written.submitted
    assert Slot.objects.get().state == "filled" and Assignment.objects.get().state == "submitted"
    places = ReviewPlace.objects.filter(revision=revision)
    assert places.count() == cast.project.reviews and set(places.values_list("state", flat=True)) == {"open"}


def test_a_submission_writes_its_events_in_order(held):
    submit(held, messages=said())
    actions = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert actions[-3:] == ["demonstration.draft", "assignment.submitted", "demonstration.submitted"]
    assert TEXT not in str(list(AuditEvent.objects.values_list("before", "after")))


def test_a_revision_never_changes_and_is_never_deleted(held):
    revision = submit(held, messages=said()).newest[0]
    for change in (
        lambda: Revision.objects.update(messages=[]),
        lambda: Revision.objects.all()._raw_delete("default"),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()
    revision.refresh_from_db()
    assert revision.messages[-1]["content"] == TEXT


def test_a_blocked_submission_saves_the_text_and_hands_nothing_in(held):
    with pytest.raises(Invalid) as refused:
        submit(held, messages=said("Too short."))
    assert refused.value.slug == "findings" and "at least 10" in refused.value.errors["messages"][0]
    assert Draft.objects.get().messages[-1]["content"] == "Too short."
    assert not Revision.objects.exists() and Demonstration.objects.get().state == "draft"


def test_returned_work_is_handed_in_as_the_next_revision(cast, held):
    written = submit(held, messages=said())
    for reviewer in (cast.reviewer, cast.second_reviewer):
        decided(reviewer, "request_changes")
    held = Assignment.objects.get(pk=held.pk)
    assert (held.state, held.round) == ("active", 2)
    again = submit(held, messages=said(TEXT + " So it boils sooner."))
    assert again.pk == written.pk and again.revision == 2 and again.quality_rating is None
    assert written.revisions.count() == 2
    assert a_review(cast.reviewer).revision.number == 2


def test_other_text_for_what_was_handed_in_is_refused(held):
    submit(held, messages=said())
    with pytest.raises(Moved):
        submit(held, messages=said("Other words, which come too late to be part of what was handed in."))
    assert Revision.objects.count() == 1


def test_what_the_task_gave_cannot_be_changed(held):
    with pytest.raises(Invalid):
        submit(held, messages=[{"role": "user", "content": "Another prompt?"}, *said()])


def test_a_withdrawal_opens_the_place_and_ends_the_reviews(cast):
    written = a_submitted_demonstration(cast.writer)
    a_review(cast.reviewer)
    returning.withdraw(cast.writer, written, now=timezone.now())
    written.refresh_from_db()
    assert written.state == "withdrawn" and written.slot.state == "open"
    assert Review.objects.get().state == "released"
    assert not ReviewPlace.objects.exclude(state="closed").exists()
    assert an_assignment(cast.second_writer).task == written.task
    with pytest.raises(Conflict):
        returning.withdraw(cast.writer, written, now=timezone.now())


def test_a_withdrawal_is_for_the_writer_and_admins(cast):
    written = a_submitted_demonstration(cast.writer)
    with pytest.raises(NotAllowed):
        returning.withdraw(cast.second_writer, written, now=timezone.now())
    with pytest.raises(NotAllowed):
        returning.withdraw(cast.reviewer, written, now=timezone.now())
    returning.withdraw(cast.lead, written, now=timezone.now())
