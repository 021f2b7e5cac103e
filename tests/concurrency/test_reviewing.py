"""Reviews under many hands at once: every place taken once, and a demonstration settled exactly once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from annotate import returning
from annotate.models import Demonstration
from review import claiming, deciding
from review.models import Adjudication, Review, ReviewPlace
from tests.concurrency.racing import at_once, only
from tests.factories import a_member, a_project, a_review, a_submitted_demonstration, a_task, full_scores
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Empty, Moved

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk():
    project = a_project(reviews=2)
    return (
        a_member(project, "annotator"),
        a_member(project, "reviewer"),
        a_member(project, "reviewer"),
        a_member(project, "reviewer"),
    )


def decide(review, reviewer, decision="approve"):
    judgement = deciding.Judgement(decision, full_scores(review), comment="As it stands.")
    return deciding.decide(review, judgement, by=reviewer.user, now=timezone.now())


@pytest.mark.parametrize(("second", "state"), [("approve", "approved"), ("reject", "disputed")])
def test_two_reviewers_who_decide_at_once_settle_once(desk, second, state):
    writer, one, other, _ = desk
    for _ in range(8):
        written = a_submitted_demonstration(writer)
        first, last = a_review(one), a_review(other)
        ended = at_once(partial(decide, first, one), partial(decide, last, other, second))
        only((), ended)
        written.refresh_from_db()
        assert written.state == state
        moved = AuditEvent.objects.filter(
            object_type="demonstration", object_id=written.pk, action=f"demonstration.{state}"
        )
        assert moved.count() == 1
        assert Adjudication.objects.filter(demonstration=written).count() == (state == "disputed")


def test_the_same_decision_sent_twice_at_once_is_written_once(desk):
    writer, one, *_ = desk
    for _ in range(6):
        a_submitted_demonstration(writer)
        review = a_review(one)
        copies = [Review.objects.get(pk=review.pk) for _ in range(3)]
        ended = at_once(*(partial(decide, found, one) for found in copies))
        only((), ended)
        assert review.scores.count() == len(full_scores(review))
        assert AuditEvent.objects.filter(action="review.decided", object_id=review.pk).count() == 1


def test_every_place_is_taken_once_and_never_by_the_same_reviewer_twice(desk):
    writer, *reviewers = desk
    for _ in range(20):
        a_submitted_demonstration(writer)

    def review_until_empty(reviewer):
        done: list[int] = []
        while True:
            try:
                given = claiming.claim(reviewer, now=timezone.now())
            except Empty:
                return done
            review = Review.objects.select_related("guideline_version", "revision").get(pk=given.review_id)
            decide(review, reviewer)
            done.append(review.pk)

    ended = at_once(*(partial(review_until_empty, reviewer) for reviewer in reviewers))
    only((), ended)
    done = [key for keys in ended for key in keys]
    assert len(done) == len(set(done)) == 40
    assert not ReviewPlace.objects.exclude(state="filled").exists()
    assert set(Demonstration.objects.values_list("state", flat=True)) == {"approved"}


def test_the_end_of_a_lease_and_a_late_decision_leave_one_holder(desk):
    writer, one, other, _ = desk
    for _ in range(12):
        written = a_submitted_demonstration(writer)
        review = a_review(one)
        spare = ReviewPlace.objects.filter(demonstration=written, state="open")
        spare.update(state="closed")
        past = timezone.now() - timedelta(minutes=1)
        Review.objects.filter(pk=review.pk).update(lease_until=past)
        ReviewPlace.objects.filter(pk=review.place_id).update(lease_until=past)
        mine, theirs = at_once(
            partial(decide, review, one), partial(claiming.claim, other, now=timezone.now())
        )
        only((Moved, Empty), [mine, theirs])
        assert isinstance(mine, Exception) != isinstance(theirs, Exception)
        place = ReviewPlace.objects.get(pk=review.place_id)
        winner = other if isinstance(mine, Exception) else one
        assert place.holder_id == winner.member.pk
        if winner is other:
            decide(Review.objects.get(pk=theirs.review_id), other)


def test_a_withdrawal_and_the_desk_never_wait_for_each_other_for_ever(desk):
    writer, one, other, _ = desk
    for _ in range(10):
        # The place that a withdrawal opens is for other writers.
        a_task(writer.project)
        written = a_submitted_demonstration(writer)
        review = a_review(one)
        ended = at_once(
            partial(returning.withdraw, writer, written, now=timezone.now()),
            partial(claiming.release, review, by=one.user, now=timezone.now()),
            partial(claiming.claim, other, now=timezone.now()),
        )
        only((Moved, Empty, Conflict), ended)
        written.refresh_from_db()
        assert written.state == "withdrawn"
        assert not ReviewPlace.objects.filter(demonstration=written).exclude(state="closed").exists()
        assert not Review.objects.filter(demonstration=written, state="active").exists()
