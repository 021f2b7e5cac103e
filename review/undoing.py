"""Taking back one's own decision within ten seconds: everything it did is undone, or nothing.

A compare-and-set on what the decision produced: once another review, an adjudication, a release or the writer has
built on it, the decision stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from annotate import returning
from annotate.advancing import restore
from annotate.models import Demonstration
from review import claiming
from review.deciding import Judgement, SpanComment
from review.models import Adjudication, Comment, ReleaseItem, Review, ReviewPlace, Score
from review.reopening import state_in_review
from review.states import STATE_AFTER
from workspace.auditing import record
from workspace.models import User
from workspace.refusals import Conflict

UNDO_FOR = timedelta(seconds=10)


@dataclass(frozen=True)
class Undone:
    """The review, in its reviewer's hands again, and what had been decided, so that it can be changed."""

    review: Review
    judgement: Judgement


def undo(review: Review, *, by: User, now: datetime) -> Undone:
    """Take a decision back; the review that the reviewer has begun since goes back to the queue.

    Raises `Conflict` after ten seconds, or where something has built on the decision.
    """
    with transaction.atomic():
        returning.lock_work(review.demonstration_id)
        # The same order of locks as deciding: the demonstration first.
        demonstration = (
            Demonstration.objects.select_for_update(of=("self",), no_key=True)
            .select_related("project")
            .get(pk=review.demonstration_id)
        )
        locked = Review.objects.select_for_update(of=("self",)).select_related("reviewer", "revision")
        mine = locked.get(pk=review.pk)
        _require_fresh(mine, now=now)
        if demonstration.revision != mine.revision.number:
            raise Conflict("Its writer has handed in a newer round; this decision stands.")
        judgement = judgement_of(mine)
        _take_back(demonstration, mine, by=by, now=now)
        for held in Review.objects.filter(reviewer=mine.reviewer_id, state="active"):
            claiming.release(held, by=by, now=now)
        _reopen(mine, lease=now + demonstration.project.review_lease)
        record(
            "review.undone",
            mine,
            by=by,
            before={"state": "decided", "decision": judgement.decision},
            after={"state": "active"},
        )
    return Undone(mine, judgement)


def judgement_of(review: Review) -> Judgement:
    """What was decided, as it was sent."""
    return Judgement(
        decision=review.decision,
        scores={score.criterion: score.level for score in review.scores.all()},
        comment=review.comment,
        reasons=tuple(review.reasons),
        fault=review.fault,
        comments=tuple(
            SpanComment(remark.message, remark.start, remark.end, remark.text)
            for remark in review.comments.order_by("id")
        ),
    )


def _require_fresh(review: Review, *, now: datetime) -> None:
    if review.state != "decided" or review.decided is None:
        raise Conflict("There is no decision to undo: this review is not decided.")
    if now - review.decided > UNDO_FOR:
        raise Conflict("The ten seconds in which a decision can be undone have passed; it stands.")
    later = Review.objects.filter(
        revision=review.revision_id, state="decided", decided__gte=review.decided
    ).exclude(pk=review.pk)
    if later.exists():
        raise Conflict("Another review has come in since; this decision stands.")


def _take_back(demonstration: Demonstration, review: Review, *, by: User, now: datetime) -> None:
    """Undo what the decision did to the demonstration, where it was the last one planned."""
    before = state_in_review(review.revision_id)
    if demonstration.state == before:
        return
    decided = review.decided or now
    if demonstration.state == "disputed":
        opened = Adjudication.objects.filter(
            demonstration=demonstration, revision=review.revision_id, state="open", opened=decided
        )
        if not opened.update(state="closed", resolved=now):
            raise Conflict("An adjudicator has taken this up; your decision stands.")
        restore(demonstration, before, by=by, now=now)
        return
    if demonstration.state != STATE_AFTER[review.decision]:
        raise Conflict("This demonstration has moved on since; your decision stands.")
    if ReleaseItem.objects.filter(revision=review.revision_id).exists():
        raise Conflict("A release holds this demonstration already; your decision stands.")
    returning.unsettle(demonstration, to=before, decided=decided, by=by, now=now)


def _reopen(review: Review, *, lease: datetime) -> None:
    """The review and its place are the reviewer's again; what was scored goes, the caller has it."""
    filled = ReviewPlace.objects.filter(pk=review.place_id, state="filled", holder_id=review.reviewer_id)
    if not filled.update(state="held", lease_until=lease):
        raise Conflict("This demonstration is no longer in review; your decision stands.")
    Score.objects.filter(review=review).delete()
    Comment.objects.filter(review=review).delete()
    review.state, review.decision, review.comment, review.fault = "active", "", "", ""
    review.reasons, review.decided, review.lease_until = [], None, lease
    review.save(update_fields=["state", "decision", "comment", "fault", "reasons", "decided", "lease_until"])
