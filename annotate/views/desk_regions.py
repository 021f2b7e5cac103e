"""Regions of the writer's desk, made of what is typed at this moment: nothing is saved here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from annotate.access import assignment_for
from annotate.drafting import check_category, conversation_for
from annotate.forms import Typed, typed_in
from annotate.models import Assignment
from annotate.views import desk_page
from workspace.access import Standing
from workspace.refusals import Invalid
from workspace.views.door import project_page


@project_page("assignment.work", methods=("POST",))
def checks(request: HttpRequest, key: str) -> HttpResponse:
    """What the checks find."""
    assignment, typed = _typed(request, key)
    category = typed.category or assignment.task.category
    context = desk_page.checks_context(assignment, typed.messages, category)
    return _region(request, assignment, typed, "checks", context)


@project_page("assignment.work", methods=("POST",))
def preview(request: HttpRequest, key: str) -> HttpResponse:
    """The conversation as a reader will see it."""
    try:
        assignment, typed = _typed(request, key)
    except Invalid as invalid:
        if request.htmx:  # type: ignore[attr-defined]
            raise
        standing: Standing = request.standing  # type: ignore[attr-defined]
        mine = typed_in(request.POST)
        return desk_page.show(request, assignment_for(standing, key), typed=mine, refusal=invalid, status=422)
    context = {"preview": [*desk_page.given_of(assignment), *typed.messages]}
    return _region(request, assignment, typed, "preview", context)


@project_page("assignment.work", methods=("POST",))
def changes(request: HttpRequest, key: str) -> HttpResponse:
    """How the response differs from the draft that was given."""
    assignment, typed = _typed(request, key)
    return _region(
        request, assignment, typed, "changes", desk_page.changes_context(assignment, typed.messages)
    )


def _typed(request: HttpRequest, key: str) -> tuple[Assignment, Typed]:
    """What was typed, judged as a save would judge it, so that nothing unbounded is rendered."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    assignment = assignment_for(standing, key)
    typed = typed_in(request.POST)
    conversation_for(assignment.task, [*desk_page.given_of(assignment), *typed.messages])
    check_category(assignment, typed.category)
    return assignment, typed


def _region(
    request: HttpRequest, assignment: Assignment, typed: Typed, name: str, context: dict[str, Any]
) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, f"annotate/desk/_{name}.html", context)
    # Without a script the button leads to the whole desk, with the text as it was typed.
    return desk_page.show(request, assignment, typed=typed, preview=name == "preview")
