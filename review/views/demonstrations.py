"""The demonstrations of a project: the list with its filters in the address, and the whole life of one row."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate import returning
from annotate.access import demonstration_for, demonstrations, may_know_annotator
from annotate.models import Demonstration
from annotate.queries import FILTERS, LONGEST_SEARCH, SEARCHED, demonstration_list
from annotate.states import DEMONSTRATION_STATES
from review.exporting import csv_lines
from review.queries_life import life
from review.queries_list import choices
from workspace.access import Standing
from workspace.paging import PAGE_SIZE, Page, linked, position
from workspace.permissions import ADMIN
from workspace.refusals import Invalid
from workspace.views.door import project_page

# What a row of the list does not show, and would weigh more than all that it does.
NOT_LISTED = (
    *(
        f"guideline_version__{part}"
        for part in ("body", "examples", "rubric", "categories", "bounds", "summary")
    ),
    *(f"task__{part}" for part in ("context", "draft_response", "reference", "metadata")),
)


@project_page("demonstration.list")
def index(request: HttpRequest) -> HttpResponse:
    """One page of the demonstrations that the reader may see, newest first."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    filters = {name: request.GET.get(name, "").strip()[:200] for name in FILTERS}
    errors: dict[str, Any] = {}
    try:
        rows = demonstration_list(standing, filters)
    except Invalid as refusal:
        rows, errors = Demonstration.objects.none(), refusal.errors
    context = {
        "page": _page(request, rows),
        "filters": filters,
        "filtered": any(filters.values()),
        "errors": errors,
        "states": DEMONSTRATION_STATES,
        "choices": choices(standing),
        "names": ADMIN in standing.roles or not standing.project.blind,
        "query": urlencode({name: value for name, value in filters.items() if value}),
        "searched": SEARCHED,
        "longest": LONGEST_SEARCH,
        "screen": "lists",
    }
    return render(request, "review/demonstrations/index.html", context, status=422 if errors else 200)


@project_page("demonstration.list")
def export(request: HttpRequest) -> StreamingHttpResponse:
    """The filtered list as CSV, streamed."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    rows = demonstration_list(standing, {name: request.GET.get(name, "").strip() for name in FILTERS})
    response = StreamingHttpResponse(csv_lines(standing, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{standing.project.slug}-demonstrations.csv"'
    return response


@project_page("demonstration.view")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One demonstration with everything that happened to it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    demonstration = demonstration_for(standing, key)
    own = standing.member is not None and demonstration.author_id == standing.member.pk
    context = {
        "life": life(standing, demonstration),
        "demonstration": demonstration,
        "task": demonstration.task,
        "own": own,
        "named": may_know_annotator(standing, demonstration),
        "may_withdraw": (own or ADMIN in standing.roles)
        and bool(standing.may("demonstration.withdraw"))
        and demonstration.state != "withdrawn",
    }
    return render(request, "review/demonstrations/one.html", context)


@project_page("demonstration.withdraw", methods=("POST",))
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a demonstration out for good."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    demonstration = demonstration_for(standing, key)
    returning.withdraw(standing, demonstration, now=timezone.now())
    messages.success(request, _("Withdrawn. Its place in the task is open for another writer."))
    return redirect("demonstration", slug=standing.project.slug, key=demonstration.pk)


def _page(request: HttpRequest, rows: QuerySet[Demonstration]) -> Page:
    """The page that the address asks for. First its keys alone: filters then run over nothing but what they need."""
    after = position(request)
    keys = list(
        (rows.filter(pk__lt=after) if after else rows)
        .order_by("-pk")
        .values_list("pk", flat=True)[: PAGE_SIZE + 1]
    )
    following = keys[PAGE_SIZE - 1] if len(keys) > PAGE_SIZE else None
    found = demonstrations().filter(pk__in=keys[:PAGE_SIZE]).defer(*NOT_LISTED).order_by("-pk")
    return linked(request, list(found), following)
