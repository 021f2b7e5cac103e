"""Taking a decision back while somebody builds on it: either all of it is undone, or it stands; never half of it."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from annotate import claiming, drafting
from annotate.models import Assignment, Demonstration, Slot
from review import adjudicating, deciding, undoing
from review.models import Adjudication, Review, ReviewPlace, Score
from tests.concurrency.racing import at_once, only
from tests.factories import (
    TEXT,
    a_member,
    a_project,
    a_review,
    a_submitted_demonstration,
    decided,
    full_scores,
)
from workspace.refusals import Conflict, Empty, Moved

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def undo(review, reviewer):
    return undoing.undo(review, by=reviewer.user, now=timezone.now())


def consistent(written):
    """What an undo must never leave: a review without its place, scores of nothing, a state that no review gave."""
    for review in Review.objects.filter(demonstration=written):
        place = ReviewPlace.objects.get(pk=review.place_id)
        expected = {"active": ("held", 0), "decided": ("filled", len(full_scores(review)))}[review.state]
        assert (place.state, Score.objects.filter(review=review).count()) == expected
        assert place.holder_id == review.reviewer_id


@pytest.fixture
def one_review():
    project = a_project(reviews=1)
    return a_member(project, "annotator"), a_member(project, "annotator"), a_member(project, "reviewer")


@pytest.fixture
def two_reviews():
    project = a_project(reviews=2)
    return (
        a_member(project, "annotator"),
        a_member(project, "reviewer"),
        a_member(project, "reviewer"),
        a_member(project, "adjudicator"),
    )


def finish():
    """Nothing of this round is left for the next one."""
    ReviewPlace.objects.exclude(state="closed").update(state="closed", holder=None, lease_until=None)
    Slot.objects.exclude(state="closed").update(state="closed", holder=None, lease_until=None)
    Review.objects.filter(state="active").update(state="released")
    Assignment.objects.filter(state="active").update(state="skipped")


def test_a_rejection_undone_while_another_writer_claims_the_task(one_review):
    writer, other, reviewer = one_review
    for _ in range(ROUNDS):
        written = a_submitted_demonstration(writer)
        review = decided(reviewer, "reject")
        undone, claimed = at_once(
            partial(undo, review, reviewer), partial(claiming.claim, other, now=timezone.now())
        )
        only((Conflict, Empty), [undone, claimed])
        written.refresh_from_db()
        slot = Slot.objects.get(pk=written.slot_id)
        if isinstance(undone, Conflict):
            assert (written.state, slot.state, slot.holder_id) == ("rejected", "held", other.member.pk)
        else:
            assert isinstance(claimed, Empty)
            assert (written.state, slot.state, slot.holder_id) == ("submitted", "filled", writer.member.pk)
        consistent(written)
        finish()


def test_a_return_undone_while_its_writer_saves(one_review):
    writer, _, reviewer = one_review
    for _ in range(ROUNDS):
        written = a_submitted_demonstration(writer)
        review = decided(reviewer, "request_changes")
        work = Assignment.objects.get(pk=written.assignment_id)
        text = [{"role": "assistant", "content": TEXT + " More."}]
        save = partial(
            drafting.save_draft, work, messages=text, version=1, by=writer.user, now=timezone.now()
        )
        undone, saved = at_once(partial(undo, review, reviewer), save)
        only((Conflict, Moved), [undone, saved])
        written.refresh_from_db()
        work.refresh_from_db()
        if isinstance(undone, Conflict):
            assert not isinstance(saved, Exception)
            assert (written.state, work.state, work.round) == ("changes_requested", "active", 2)
        else:
            assert isinstance(saved, Moved)
            assert (written.state, work.state, work.round) == ("submitted", "submitted", 1)
        consistent(written)
        finish()


@pytest.mark.parametrize("second", ["approve", "reject"])
def test_the_first_decision_undone_while_the_last_comes_in(two_reviews, second):
    writer, one, other, _ = two_reviews
    for _ in range(ROUNDS):
        written = a_submitted_demonstration(writer)
        last = a_review(other)
        first = decided(one)
        judgement = deciding.Judgement(second, full_scores(last), comment="As it stands.")
        decide = partial(deciding.decide, last, judgement, by=other.user, now=timezone.now())
        undone, came = at_once(partial(undo, first, one), decide)
        only(Conflict, [undone, came])
        assert not isinstance(came, Exception)
        written.refresh_from_db()
        settled = {"approve": "approved", "reject": "disputed"}[second]
        assert written.state == (settled if isinstance(undone, Conflict) else "submitted")
        consistent(written)
        finish()


def test_a_dispute_undone_while_it_is_settled(two_reviews):
    writer, one, other, judge = two_reviews
    for _ in range(ROUNDS):
        written = a_submitted_demonstration(writer)
        decided(one)
        review = decided(other, "reject")
        dispute = Adjudication.objects.get(demonstration=written, state="open")
        resolve = partial(
            adjudicating.resolve, judge, dispute, decision="approve", reason="It holds.", now=timezone.now()
        )
        undone, resolved = at_once(partial(undo, review, other), resolve)
        only(Conflict, [undone, resolved])
        assert isinstance(undone, Conflict) is not isinstance(resolved, Conflict)
        written.refresh_from_db()
        dispute.refresh_from_db()
        expected = ("approved", "resolved") if isinstance(undone, Conflict) else ("submitted", "closed")
        assert (written.state, dispute.state) == expected
        consistent(written)
        finish()


def test_an_undo_sent_twice_at_once_happens_once(one_review):
    writer, _, reviewer = one_review
    for _ in range(ROUNDS):
        written = a_submitted_demonstration(writer)
        review = decided(reviewer)
        ended = at_once(partial(undo, review, reviewer), partial(undo, review, reviewer))
        only(Conflict, ended)
        assert sum(isinstance(one, Conflict) for one in ended) == 1
        assert Demonstration.objects.get(pk=written.pk).state == "submitted"
        consistent(written)
        finish()
