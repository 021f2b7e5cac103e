"""The reviewer's desk: take a review, decide it, and the next one is there; undo a decision within ten seconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from review import claiming, deciding, queries, queries_desk, undoing
from review.access import review_for
from review.forms import (
    TypedReview,
    comment_rows,
    criteria,
    typed_again,
    typed_review,
    weights,
    whole_messages,
)
from review.models import Review
from review.reasons import FAULT_WORDS, REASONS
from workspace.access import Standing
from workspace.refusals import Empty, Invalid, Unread
from workspace.views.door import project_page

SHOWN_DECIDED = 8


@never_cache
@project_page("review.work")
def desk(request: HttpRequest) -> HttpResponse:
    """The review in hand, or where to begin. After a decision without JavaScript, `decided` names it for the undo."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    passed = claiming.open_gate(standing.require_member())
    decided = request.GET.get("decided", "")
    more: dict[str, Any] = {"decided": decided if decided.isascii() and decided.isdigit() else ""}
    if passed.held is not None:
        return _desk(request, passed.held, **more)
    return _start(
        request, unread=None if passed.has_read else passed.version_number, stop=passed.stop, **more
    )


@project_page("review.claim", methods=("POST",))
def claim(request: HttpRequest) -> HttpResponse:
    """Start the next review."""
    return _take_next(request)


@project_page("review.work", methods=("POST",))
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Approve, request changes or reject; answers with the next review, or with what is missing."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    review = review_for(standing, key)
    typed = typed_review(request.POST)
    try:
        judgement = typed.judgement(review.revision.messages)
        deciding.decide(review, judgement, by=standing.user, now=timezone.now())
    except Invalid as refusal:
        return _desk(request, review.pk, typed=typed, errors=refusal.errors, status=422)
    return _next(request, review, judgement.decision)


@project_page("review.work", methods=("POST",))
def skip(request: HttpRequest, key: str) -> HttpResponse:
    """Give a review back for good, and go on to the next."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    claiming.skip(review_for(standing, key), by=standing.user, now=timezone.now())
    messages.info(request, _("Skipped. It goes to another reviewer and is not offered to you again."))
    return _take_next(request)


@project_page("review.work", methods=("POST",))
def undo(request: HttpRequest, key: str) -> HttpResponse:
    """Take a decision back: the desk shows it again, as it was filled in."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    review = review_for(standing, key)
    undone = undoing.undo(review, by=standing.user, now=timezone.now())
    typed = typed_again(undone.judgement, review.revision.messages)
    return _desk(request, review.pk, typed=typed)


def _take_next(request: HttpRequest) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    try:
        claiming.claim(standing, now=timezone.now())
    except Empty as nothing:
        return _start(request, stop=nothing.detail)
    except Unread:
        pass  # the desk says so, and leads to the guideline
    return redirect("review-desk", slug=standing.project.slug)


def _next(request: HttpRequest, decided: Review, decision: str) -> HttpResponse:
    """The answer to a decision: the next review at once, with a word and the undo; a redirect without JavaScript."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    start: dict[str, Any] = {}
    following = None
    try:
        following = claiming.claim(standing, now=timezone.now()).review_id
    except Empty as nothing:
        start = {"stop": nothing.detail}
    except Unread as unread:
        start = {"unread": unread.extra["guideline_version"]}
    if not request.htmx:  # type: ignore[attr-defined]
        address = reverse("review-desk", args=[standing.project.slug])
        return redirect(f"{address}?decided={decided.pk}")
    done: dict[str, Any] = {"done": str(decided.pk), "decision": decision}
    if following is None:
        return _start(request, **start, **done)
    return _desk(request, following, **done)


def _desk(
    request: HttpRequest,
    review_id: int,
    *,
    typed: TypedReview | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The desk with a review on it; `typed` is what stands in its form."""
    found = queries_desk.desk(request.standing, review_id)  # type: ignore[attr-defined]
    form, errors = typed or TypedReview(), errors or {}
    context = {
        "desk": found,
        "review": found.review,
        "typed": form,
        "from_server": typed is not None,
        "rows": criteria(found.review["rubric"], form.scores, errors),
        "remarks": comment_rows(form, found.messages, errors),
        "whole_messages": whole_messages(found.messages),
        "reasons": REASONS,
        "faults": FAULT_WORDS,
        "weights": orjson.dumps(weights(found.review["rubric"])).decode(),
        "errors": errors,
        **more,
    }
    return _answer(request, context, status=status)


def _start(request: HttpRequest, **context: Any) -> HttpResponse:
    """The desk without a review: where to begin, or why there is nothing."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    mine = queries.my_reviews(standing.require_member())[:SHOWN_DECIDED]
    return _answer(request, {"desk": None, "mine": mine, **context})


def _answer(request: HttpRequest, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    template = "review/desk/_answer.html" if request.htmx else "review/desk/index.html"  # type: ignore[attr-defined]
    return render(request, template, {**context, "screen": "review"}, status=status)
