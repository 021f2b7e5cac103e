"""`reviews/…`: the next review, and one in its reviewer's hands. Others of the project get 403, strangers 404."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from review import claiming, deciding, queries, undoing
from review.access import any_review, require_own
from review.api import schemas
from review.models import Review
from workspace.access import Standing, standing_of
from workspace.api.calls import Call, body_of
from workspace.api.documents import IDEMPOTENCY_KEY, answers
from workspace.api.fields import number, required, text, wrong

MOST_COMMENTS = 200
MOST_REASONS = 20


class ClaimReview(Call):
    actions = {"POST": "review.claim"}

    @extend_schema(
        operation_id="claim_review",
        summary="Take the next review",
        description="The review already held (200), else a new one (201). 204 with the header `Scriptorium-Reason` "
        "where nothing is left, 409 while the newest guideline version is unread.",
        request=None,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(schemas.Review, also={201: schemas.Review, 204: None}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        body_of(request, allowed=())
        return self.once(request, self._claim)

    def _claim(self) -> Response:
        given = claiming.claim(self.standing, now=timezone.now())
        return Response(queries.review_payload(given.review_id), status=201 if given.new else 200)


class OwnReview(Call):
    """A call on one review: its own reviewer's alone."""

    noun = "review"
    thing: Review

    def find(self, key: str) -> Review:
        return any_review(key)

    def standing_with(self, request: Request) -> Standing:
        # The review came with its reviewer and project, so that its own reviewer costs no further statement.
        member = self.thing.reviewer
        if member.user_id == request.user.pk and member.active and not request.user.is_superuser:
            return standing_of(member, request.user)
        return super().standing_with(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_own(self.standing, self.thing)

    def answer(self) -> Response:
        return Response(queries.review_payload(self.thing.pk))


class ShowReview(OwnReview):
    actions = {"GET": "review.work"}

    @extend_schema(
        operation_id="show_review", summary="The review in hand", responses=answers(schemas.Review)
    )
    def get(self, request: Request, key: str) -> Response:
        return self.answer()


class RenewReview(OwnReview):
    actions = {"POST": "review.work"}

    @extend_schema(
        operation_id="renew_review",
        summary="Lengthen the lease",
        request=None,
        responses=answers(schemas.Review, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        claiming.renew(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


class SkipReview(OwnReview):
    actions = {"POST": "review.work"}

    @extend_schema(
        operation_id="skip_review",
        summary="Give the review back for good",
        request=None,
        responses=answers(schemas.Review, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        claiming.skip(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


class ReleaseReview(OwnReview):
    actions = {"POST": "review.work"}

    @extend_schema(
        operation_id="release_review",
        summary="Give the review back; it may be offered to you again",
        request=None,
        responses=answers(schemas.Review, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        claiming.release(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


class Decide(OwnReview):
    actions = {"POST": "review.work"}

    @extend_schema(
        operation_id="decide_review",
        summary="Approve, request changes or reject",
        description="The same decision sent twice gives the same answer. When the last planned review is in, the "
        "demonstration settles, or goes to adjudication where reviews disagree.",
        request=schemas.Decision,
        responses=answers(schemas.Review, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        judgement = judgement_of(request)
        deciding.decide(self.thing, judgement, by=self.standing.user, now=timezone.now())
        return self.answer()


class UndoReview(OwnReview):
    actions = {"POST": "review.work"}

    @extend_schema(
        operation_id="undo_review",
        summary="Take your decision back, within ten seconds",
        description="409 where the time has passed, or where another review, an adjudicator, a release or the writer "
        "has built on it. The review that you hold meanwhile goes back to the queue.",
        request=None,
        responses=answers(schemas.Review, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        undoing.undo(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


def judgement_of(request: Request) -> deciding.Judgement:
    """What the body of `decide` says, its shapes checked; `Invalid` by field."""
    values = body_of(request, allowed=("decision", "scores", "reasons", "fault", "comment", "comments"))
    required(values, "decision", "scores")
    return deciding.Judgement(
        decision=text(values, "decision", most=40),
        scores=scores_of(values["scores"]),
        comment=text(values, "comment").strip(),
        reasons=_reasons(values.get("reasons")),
        fault=text(values, "fault", most=40),
        comments=_comments(values.get("comments")),
    )


def scores_of(value: Any) -> dict[str, int]:
    """Levels by the key of their criterion, of the right shape; which keys and levels there are is the act's matter."""
    if not isinstance(value, Mapping):
        raise wrong("scores", "Send an object with a level for each criterion's key.")
    for key, level in value.items():
        if isinstance(level, bool) or not isinstance(level, int):
            raise wrong(f"scores.{key}", "Send the level as a whole number.")
    return dict(value)


def _reasons(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_REASONS:
        raise wrong("reasons", f"Send a list of at most {MOST_REASONS} keys.")
    if any(not isinstance(reason, str) or not 0 < len(reason) <= 60 for reason in value):
        raise wrong("reasons", "Each reason is a key of at most 60 characters.")
    return tuple(value)


def _comments(value: Any) -> tuple[deciding.SpanComment, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_COMMENTS:
        raise wrong("comments", f"Send a list of at most {MOST_COMMENTS} comments.")
    return tuple(_comment(place, given) for place, given in enumerate(value))


def _comment(place: int, given: Any) -> deciding.SpanComment:
    parts = ("revision_message", "start", "end", "text")
    if not isinstance(given, dict) or set(given) != set(parts):
        raise wrong(f"comments.{place}", f"Send an object with {', '.join(parts)}.")
    message, start, end = (number(given, name) for name in parts[:3])
    if message is None or start is None or end is None:
        raise wrong(f"comments.{place}", "Send whole numbers for revision_message, start and end.")
    return deciding.SpanComment(message=message, start=start, end=end, text=text(given, "text"))
