"""Claiming, deciding and adjudicating: who may, what settles, what is kept."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from annotate.models import Slot
from review import adjudicating, claiming, deciding
from review.deciding import Judgement, SpanComment
from review.models import Adjudication, Comment, Review, ReviewPlace
from tests.factories import (
    a_member,
    a_project,
    a_review,
    a_submitted_demonstration,
    an_assignment,
    decided,
    full_scores,
)
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Empty, Invalid, Moved, NotAllowed, Unread


@pytest.fixture
def written(cast):
    return a_submitted_demonstration(cast.writer)


def decide(review, who, decision="approve", **more):
    judgement = Judgement(decision, more.pop("scores", full_scores(review)), **more)
    return deciding.decide(review, judgement, by=who.user, now=timezone.now())


def run_out(review):
    past = timezone.now() - timedelta(minutes=1)
    Review.objects.filter(pk=review.pk).update(lease_until=past)
    ReviewPlace.objects.filter(pk=review.place_id).update(lease_until=past)


def test_a_claim_holds_a_place_under_the_revision_s_own_version(cast, written):
    review = a_review(cast.reviewer)
    assert review.revision == written.revisions.get() and review.guideline_version.number == 1
    assert review.place.state == "held" and review.place.holder == cast.reviewer.member
    assert review.lease_until > timezone.now() + timedelta(minutes=29)


@pytest.mark.parametrize("who", ["writer", "adjudicator", "lead"])
def test_a_claim_is_refused_by_role(cast, written, who):
    with pytest.raises(NotAllowed):
        claiming.claim(getattr(cast, who), now=timezone.now())


def test_a_claim_never_gives_another_project_s_or_one_s_own_writing(cast, written):
    with pytest.raises(Empty):
        a_review(a_member(a_project(), "reviewer"))
    both = a_member(cast.project, "annotator", "reviewer")
    for reviewer in (cast.reviewer, cast.second_reviewer):
        decided(reviewer)
    a_submitted_demonstration(both)
    with pytest.raises(Empty):
        a_review(both)


def test_an_unread_version_comes_before_reviews_too(cast, written):
    with pytest.raises(Unread):
        a_review(a_member(cast.project, "reviewer", reads=False))


def test_a_reviewer_s_languages_and_categories_limit_what_they_get(cast, written):
    with pytest.raises(Empty, match="other languages"):
        a_review(a_member(cast.project, "reviewer", languages=["de"]))
    with pytest.raises(Empty, match="other categories"):
        a_review(a_member(cast.project, "reviewer", categories=["coding"]))


def test_nothing_moves_before_the_last_planned_review(cast, written):
    decided(cast.reviewer)
    written.refresh_from_db()
    assert written.state == "submitted" and written.quality_rating is None


@pytest.mark.parametrize(
    ("decision", "state"),
    [("approve", "approved"), ("request_changes", "changes_requested"), ("reject", "rejected")],
)
def test_unanimous_reviews_settle(cast, written, decision, state):
    for reviewer in (cast.reviewer, cast.second_reviewer):
        decided(reviewer, decision, level=3)
    written.refresh_from_db()
    assert written.state == state and written.rating_reviews == 2
    # Level 3 of 5 for criteria of weight 8, and 3 of 3, which is 5 of 5, for one of weight 2.
    assert written.quality_rating == Decimal("3.40")
    assert AuditEvent.objects.filter(action=f"demonstration.{state}").count() == 1
    slot = Slot.objects.get()
    assert slot.state == ("open" if state == "rejected" else "filled")
    if state == "rejected":
        assert an_assignment(cast.second_writer).task == written.task


def test_reviews_that_differ_go_to_adjudication(cast, written):
    decided(cast.reviewer)
    decided(cast.second_reviewer, "reject")
    written.refresh_from_db()
    opened = Adjudication.objects.get()
    assert written.state == "disputed" and (opened.why, opened.state) == ("disagreement", "open")


def test_a_late_decision_counts_while_the_place_is_free_and_not_afterwards(cast, written):
    ReviewPlace.objects.filter(number=2).update(state="closed")
    review = Review.objects.get(pk=claiming.claim(cast.reviewer, now=timezone.now()).review_id)
    run_out(review)
    assert claiming.sweep(now=timezone.now()) == 1
    a_review(cast.second_reviewer)
    with pytest.raises(Moved):
        decide(review, cast.reviewer)
    other = Review.objects.get(reviewer=cast.second_reviewer.member)
    run_out(other)
    claiming.sweep(now=timezone.now())
    assert decide(other, cast.second_reviewer).state == "decided"
    written.refresh_from_db()
    assert written.state == "approved"


def test_a_refusal_says_why_and_a_fault_belongs_to_a_refusal(cast, written):
    review = a_review(cast.reviewer)
    with pytest.raises(Invalid) as refused:
        decide(review, cast.reviewer, "reject")
    assert "comment" in refused.value.errors
    assert decide(review, cast.reviewer, "approve", fault="task").fault == ""


def test_a_span_keeps_the_words_it_speaks_of(cast, written):
    review = a_review(cast.reviewer)
    remark = SpanComment(message=1, start=0, end=5, text=" At what height? ")
    decide(review, cast.reviewer, "request_changes", comments=[remark])
    kept = Comment.objects.get()
    assert (kept.quote, kept.text) == ("Water", "At what height?")


def test_every_required_criterion_is_scored_with_one_of_its_levels(cast, written):
    review = a_review(cast.reviewer)
    scores = full_scores(review)
    lacking = dict(list(scores.items())[1:])
    for wrong in (lacking, {**scores, "accuracy": 99}, {**scores, "accuracy": True}, {**scores, "charm": 1}):
        with pytest.raises(Invalid):
            decide(review, cast.reviewer, scores=wrong)
    assert decide(review, cast.reviewer).state == "decided"


def test_a_review_given_back_opens_its_place(cast, written):
    review = a_review(cast.reviewer)
    claiming.skip(review, now=timezone.now(), by=cast.reviewer.user)
    assert review.state == "skipped"
    with pytest.raises(Empty):
        a_review(cast.reviewer)
    with pytest.raises(Moved):
        claiming.renew(review, by=cast.reviewer.user, now=timezone.now())
    assert ReviewPlace.objects.filter(state="open").count() == 2


def test_an_adjudicator_settles_with_a_reason(cast, written):
    decided(cast.reviewer)
    decided(cast.second_reviewer, "reject", level=1)
    dispute = Adjudication.objects.get()
    with pytest.raises(Invalid):
        adjudicating.resolve(cast.adjudicator, dispute, decision="approve", reason=" ", now=timezone.now())
    adjudicating.resolve(cast.adjudicator, dispute, decision="approve", reason="Right.", now=timezone.now())
    written.refresh_from_db()
    assert written.state == "approved" and written.quality_rating == Decimal("3.00")
    assert Review.objects.filter(decision="reject").count() == 1
    with pytest.raises(Conflict):
        adjudicating.resolve(
            cast.adjudicator, dispute, decision="reject", reason="Wrong.", now=timezone.now()
        )


@pytest.mark.parametrize("who", ["writer", "reviewer", "lead"])
def test_adjudication_is_refused_to_others(cast, written, who):
    decided(cast.reviewer)
    decided(cast.second_reviewer, "reject")
    dispute = Adjudication.objects.get()
    standing = getattr(cast, who)
    with pytest.raises(NotAllowed):
        adjudicating.resolve(standing, dispute, decision="approve", reason="Right.", now=timezone.now())
