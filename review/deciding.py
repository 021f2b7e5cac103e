"""A reviewer's decision, and what follows when the last planned review of a revision is in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from annotate import returning
from annotate.advancing import advance
from annotate.models import Demonstration, GuidelineVersion
from review.claiming import moved_on
from review.models import Adjudication, Comment, Review, ReviewPlace, Score
from review.rating import quality_rating
from review.reasons import REASONS, unknown_reasons
from review.states import DECISIONS, FAULTS, STATE_AFTER
from workspace.auditing import gathered, record
from workspace.models import User
from workspace.refusals import Invalid


@dataclass(frozen=True)
class SpanComment:
    """A remark on code points `start` to `end` (end excluded) of one message of the revision."""

    message: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Judgement:
    """What a reviewer decided: see the contract's `decide` call."""

    decision: str
    scores: Mapping[str, int]
    comment: str = ""
    reasons: Sequence[str] = ()
    fault: str = ""
    comments: Sequence[SpanComment] = field(default_factory=tuple)


def decide(review: Review, judgement: Judgement, *, by: User, now: datetime) -> Review:
    """Record a decision. The same decision sent twice gives the same answer.

    When the last planned review of the revision is in, the demonstration settles: unanimous reviews move it, others
    open an adjudication. Until then nothing moves and the writer hears nothing.
    Raises `Invalid` by field, `Moved` where the review is no longer in this reviewer's hands.
    """
    with transaction.atomic(), gathered():
        # The demonstration's lock makes "am I the last?" one answer for reviewers who decide at the same moment.
        demonstration = Demonstration.objects.select_for_update(no_key=True).get(pk=review.demonstration_id)
        _lock(review)
        if review.state == "decided" and _same(review, judgement):
            return review
        if review.state not in ("active", "expired") or not _holds_place(review):
            raise moved_on(review)
        _check(judgement, review)
        _write(review, judgement, by=by, now=now)
        settle_if_complete(demonstration, review, by=by, now=now)
    return review


def settle_if_complete(demonstration: Demonstration, review: Review, *, by: User, now: datetime) -> None:
    """Move the demonstration once every planned review of the revision is in."""
    places = ReviewPlace.objects.filter(revision_id=review.revision_id).exclude(state="closed")
    if places.exclude(state="filled").exists() or demonstration.state not in ("submitted", "needs_review"):
        return
    # Not those whose places a material change has closed: they judged by an earlier version.
    decided = Review.objects.filter(place__in=places, state="decided").order_by("id")
    reviews = list(decided.prefetch_related("scores"))
    decisions = {found.decision for found in reviews}
    if len(decisions) > 1:
        _dispute(demonstration, review, by=by, now=now)
        return
    scores = [{score.criterion: score.level for score in found.scores.all()} for found in reviews]
    settle(demonstration, decisions.pop(), scores, review.guideline_version, by=by, now=now)


def settle(
    demonstration: Demonstration,
    decision: str,
    scores: Sequence[Mapping[str, int]],
    version: GuidelineVersion,
    *,
    by: User,
    now: datetime,
) -> None:
    """Move a demonstration to what `decision` makes of it, with the rating that `scores` give."""
    rating = {"quality_rating": quality_rating(version.rubric, scores), "rating_reviews": len(scores)}
    if STATE_AFTER[decision] == "approved":
        returning.approve(demonstration, by=by, now=now, **rating)
    elif STATE_AFTER[decision] == "rejected":
        returning.reject(demonstration, by=by, now=now, **rating)
    else:
        returning.return_for_changes(demonstration, by=by, now=now, **rating)


def check_scores(scores: Mapping[str, Any], rubric: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """What is wrong with `scores` by criterion; empty where every required criterion has one of its levels."""
    errors: dict[str, list[str]] = {}
    known = {criterion["key"]: criterion for criterion in rubric}
    for key, level in scores.items():
        if key not in known:
            errors[f"scores.{key}"] = [f"The rubric has no such criterion; use {', '.join(known)}."]
            continue
        values = [found["value"] for found in known[key]["levels"]]
        if isinstance(level, bool) or level not in values:
            errors[f"scores.{key}"] = [f"Choose one of {', '.join(str(value) for value in values)}."]
    for key, criterion in known.items():
        if criterion.get("required") and key not in scores:
            errors[f"scores.{key}"] = [f"“{criterion['name']}” must be scored."]
    return errors


def _lock(review: Review) -> None:
    """Lock the review's row and take over what may have changed since it was loaded.

    Only the row itself is read, so that what the door loaded with it (revision, rubric) is not read again.
    """
    names = ("state", "decision", "comment", "place_id")
    for name, value in Review.objects.select_for_update().values(*names).get(pk=review.pk).items():
        setattr(review, name, value)


def _dispute(demonstration: Demonstration, review: Review, *, by: User, now: datetime) -> None:
    advance(demonstration, "disputed", by=by, now=now)
    opened = Adjudication.objects.create(
        project_id=demonstration.project_id,
        demonstration=demonstration,
        revision_id=review.revision_id,
        guideline_version_id=review.guideline_version_id,
        why="disagreement",
        opened=now,
    )
    record("adjudication.opened", opened, by=by, after={"why": "disagreement"})


def _holds_place(review: Review) -> bool:
    """Whether the place is still this reviewer's: a late decision counts while nobody else has taken it."""
    place = ReviewPlace.objects.select_for_update().get(pk=review.place_id)
    mine = place.state == "held" and place.holder_id == review.reviewer_id
    return mine or (place.state == "open" and review.state == "expired")


def _write(review: Review, judgement: Judgement, *, by: User, now: datetime) -> None:
    before = review.state
    review.state, review.decision, review.decided = "decided", judgement.decision, now
    review.comment, review.reasons = judgement.comment, list(judgement.reasons)
    review.fault = (judgement.fault or FAULTS[0]) if judgement.decision != "approve" else ""
    review.save(update_fields=["state", "decision", "decided", "comment", "reasons", "fault"])
    ReviewPlace.objects.filter(pk=review.place_id).update(
        state="filled", holder=review.reviewer_id, lease_until=None
    )
    Score.objects.bulk_create(
        Score(review=review, criterion=key, level=level) for key, level in judgement.scores.items()
    )
    Comment.objects.bulk_create(_comment(review, remark) for remark in judgement.comments)
    record("review.decided", review, by=by, before={"state": before}, after={"decision": judgement.decision})


def _comment(review: Review, remark: SpanComment) -> Comment:
    text = review.revision.messages[remark.message]["content"]
    return Comment(
        review=review,
        message=remark.message,
        start=remark.start,
        end=remark.end,
        quote=text[remark.start : remark.end],
        text=remark.text.strip(),
    )


def _check(judgement: Judgement, review: Review) -> None:
    errors = check_scores(judgement.scores, review.guideline_version.rubric)
    if judgement.decision not in DECISIONS:
        errors["decision"] = [f"Use one of {', '.join(DECISIONS)}."]
    elif judgement.decision != "approve" and not _says_why(judgement):
        errors["comment"] = ["Say why: choose a reason, write a comment, or comment on a passage."]
    if unknown_reasons(judgement.reasons):
        errors["reasons"] = [f"Use one or more of {', '.join(REASONS)}."]
    if judgement.fault and judgement.fault not in FAULTS:
        errors["fault"] = [f"Use one of {', '.join(FAULTS)}."]
    for number, remark in enumerate(judgement.comments):
        problem = _problem_of(remark, review.revision.messages)
        if problem:
            errors[f"comments.{number}"] = [problem]
    if errors:
        raise Invalid("This decision cannot be taken yet.", errors=errors)


def _says_why(judgement: Judgement) -> bool:
    return bool(judgement.comment.strip() or judgement.reasons or judgement.comments)


def _problem_of(remark: SpanComment, messages: Sequence[Mapping[str, str]]) -> str:
    if not 0 <= remark.message < len(messages):
        return f"There is no message {remark.message}; the revision has {len(messages)}."
    if not 0 <= remark.start < remark.end <= len(messages[remark.message]["content"]):
        return "The passage does not lie within the message; select it again."
    return "" if remark.text.strip() else "Write the comment."


def _same(review: Review, judgement: Judgement) -> bool:
    scores = {score.criterion: score.level for score in review.scores.all()}
    return (
        review.decision == judgement.decision
        and scores == dict(judgement.scores)
        and review.comment == judgement.comment
    )
