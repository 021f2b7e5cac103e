"""The adjudicator's desk: what reviews disagree on, side by side, and the final decision with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from review import adjudicating, queries, queries_adjudication
from review.access import adjudication_for
from review.forms import LONGEST_COMMENT, criteria, typed_scores
from review.models import Adjudication
from review.states import ADJUDICATION_STATES, DECISIONS
from workspace.access import Standing
from workspace.paging import page_of
from workspace.refusals import Invalid
from workspace.views.door import project_page


@project_page("adjudication.list")
def index(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, or was settled, but for what the reader wrote or reviewed."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    asked = request.GET.get("state", "")
    state = asked if asked in ADJUDICATION_STATES else "open"
    context = {
        "page": page_of(request, queries.adjudication_list(standing, state=state)),
        "state": state,
        "states": ADJUDICATION_STATES,
        "own": queries_adjudication.own_open(standing),
        "screen": "lists",
    }
    return render(request, "review/adjudicate/index.html", context)


@never_cache
@project_page("adjudication.resolve", methods=("GET", "HEAD", "POST"))
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One dispute: the reviews side by side; a POST settles it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    adjudication = adjudication_for(standing, key)
    if request.method != "POST":
        return _shown(request, adjudication)
    scores = typed_scores(request.POST, "own-")
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "").replace("\0", "")
    try:
        if len(reason) > LONGEST_COMMENT:
            words = f"A reason has at most {LONGEST_COMMENT:,} characters."
            raise Invalid("This cannot be settled like this yet.", errors={"reason": [words]})
        adjudicating.resolve(
            standing,
            adjudication,
            decision=decision,
            reason=reason,
            scores=scores or None,
            now=timezone.now(),
        )
    except Invalid as refusal:
        typed = {"decision": decision, "reason": reason, "scores": scores}
        return _shown(request, adjudication, typed=typed, errors=refusal.errors, status=422)
    messages.success(request, _("Settled. The reviewers and the writer can read your reason."))
    return redirect("adjudicate", slug=standing.project.slug)


def _shown(
    request: HttpRequest,
    adjudication: Adjudication,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    found = queries.verdicts([adjudication.demonstration], standing)[adjudication.demonstration_id]
    number = adjudication.revision.number
    here = [one for one in found if one.revision == number and one.kind == "review" and not one.superseded]
    if standing.project.blind:
        # Whoever judges between reviewers does not know them, even an admin who could look them up elsewhere.
        here = [replace(one, by=None) for one in here]
    version = adjudication.judged_by
    scores = (typed or {}).get("scores", {})
    context = {
        "adjudication": adjudication,
        "demonstration": adjudication.demonstration,
        "task": adjudication.demonstration.task,
        "revision": adjudication.revision,
        "verdicts": here,
        "compared": queries_adjudication.compared(version.rubric, here),
        "version": version,
        "rubric": version.rubric,
        "category_name": version.category_names.get(adjudication.revision.category, ""),
        "decisions": DECISIONS,
        "typed": typed or {},
        "rows": criteria(version.rubric, scores, errors or {}),
        "errors": errors or {},
        "screen": "adjudicate",
    }
    return render(request, "review/adjudicate/one.html", context, status=status)
