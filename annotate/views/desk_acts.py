"""What is done at the writer's desk: save, submit, skip, take back. Each is a plain form; a refusal comes back with
everything that was typed. The script of the desk saves through `draft`, with the same form and answers in JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate import claiming, drafting, queries_desk, submitting
from annotate.access import assignment_for
from annotate.drafting import Saved
from annotate.forms import SkipForm, Typed, rearranged, typed_in
from annotate.models import Assignment
from annotate.views import desk_page
from annotate.views.desk import left
from workspace.access import Standing
from workspace.refusals import Conflict, Invalid, Moved, Stale
from workspace.views.door import project_page


@project_page("assignment.work", methods=("POST",))
def draft(request: HttpRequest, key: str) -> HttpResponse:
    """Save what is typed, for the script of the desk: the new version, or why not, with the text saved elsewhere."""
    assignment = _assignment(request, key, whole=False)
    typed = typed_in(request.POST)
    try:
        saved = _save(request, assignment, typed)
    except Stale as stale:
        other = stale.extra["draft"]
        begin = len(desk_page.given_of(assignment))
        other = {**other, "messages": other["messages"][begin:]}
        return JsonResponse({"reason": "stale", "detail": stale.detail, "draft": other}, status=409)
    except Moved as moved:
        return JsonResponse({"reason": "moved", "detail": moved.detail}, status=409)
    except Invalid as invalid:
        sentences = [sentence for several in invalid.errors.values() for sentence in several]
        return JsonResponse(
            {"reason": "invalid", "detail": " ".join([invalid.detail, *sentences])}, status=422
        )
    return JsonResponse({"version": saved.version, "lease_until": assignment.lease_until.isoformat()})


@project_page("assignment.work", methods=("POST",))
def renew(request: HttpRequest, key: str) -> HttpResponse:
    """Lengthen the lease because the writer asks for it."""
    assignment = _assignment(request, key)
    try:
        claiming.renew(assignment, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except Moved as moved:
        return left(request, assignment, refusal=moved, status=409)
    if request.htmx:  # type: ignore[attr-defined]
        return JsonResponse({"lease_until": assignment.lease_until.isoformat()})
    return redirect("desk", slug=assignment.project.slug, key=key)


@project_page("assignment.work", methods=("POST",))
def save(request: HttpRequest, key: str) -> HttpResponse:
    """Save the draft; a button of a turn (`change`) rearranges it first."""
    assignment = _assignment(request, key)
    typed = typed_in(request.POST)
    change = request.POST.get("change", "")
    if change:
        typed = Typed(rearranged(typed.messages, change), typed.version, typed.category)

    def act() -> HttpResponse:
        _save(request, assignment, typed)
        if not change:
            messages.success(request, _("Draft saved."))
        return redirect("desk", slug=assignment.project.slug, key=key)

    return _kept(request, assignment, typed, act)


@project_page("assignment.work", methods=("POST",))
def submit(request: HttpRequest, key: str) -> HttpResponse:
    """Submit what is typed for review, and offer the next task."""
    assignment = _assignment(request, key)
    typed = typed_in(request.POST)

    def act() -> HttpResponse:
        submitting.submit(
            assignment,
            messages=_whole(assignment, typed) if typed.messages else None,
            version=typed.version if typed.messages else None,
            category=typed.category,
            by=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
        messages.success(request, _("Submitted for review. You can take it back until a reviewer begins."))
        return redirect("write", slug=assignment.project.slug)

    return _kept(request, assignment, typed, act)


@project_page("assignment.work", methods=("POST",))
def skip(request: HttpRequest, key: str) -> HttpResponse:
    """Give the task back for good, with a reason. What was typed is kept with it."""
    assignment = _assignment(request, key)
    typed = typed_in(request.POST)
    form = SkipForm(request.POST)
    if not form.is_valid():
        return desk_page.show(request, assignment, typed=typed, skip_form=form, status=422)

    def act() -> HttpResponse:
        if assignment.state == "active" and any(message["content"].strip() for message in typed.messages):
            _save(request, assignment, typed)
        try:
            claiming.skip(assignment, by=request.user, now=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Invalid as invalid:
            form.refuse(invalid)
            return desk_page.show(request, assignment, typed=typed, skip_form=form, status=422)
        messages.success(request, _("Skipped. This task will not be offered to you again."))
        return redirect("write", slug=assignment.project.slug)

    return _kept(request, assignment, typed, act)


@project_page("assignment.work", methods=("POST",))
def take_back(request: HttpRequest, key: str) -> HttpResponse:
    """Take up again what was given back or ran out, while its place is free."""
    assignment = _assignment(request, key)
    try:
        drafting.take_back(assignment, by=request.user, now=timezone.now())  # type: ignore[arg-type]
    except Conflict as refusal:
        return left(request, assignment, refusal=refusal, status=409)
    messages.success(request, _("The task is yours again."))
    return redirect("desk", slug=assignment.project.slug, key=key)


def _assignment(request: HttpRequest, key: str, *, whole: bool = True) -> Assignment:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    return assignment_for(standing, key, whole=whole)


def _whole(assignment: Assignment, typed: Typed) -> list[dict[str, str]]:
    return [*desk_page.given_of(assignment), *typed.messages]


def _save(request: HttpRequest, assignment: Assignment, typed: Typed) -> Saved:
    values: dict[str, Any] = {"version": typed.version, "category": typed.category}
    text = _whole(assignment, typed)
    return drafting.save_draft(assignment, messages=text, by=request.user, now=timezone.now(), **values)  # type: ignore[arg-type]


def _kept(
    request: HttpRequest, assignment: Assignment, typed: Typed, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """The answer of `act`; where it refuses, the desk again with everything that was typed."""
    try:
        return act()
    except Stale as stale:
        return desk_page.show(
            request, assignment, typed=typed, other=stale.extra["draft"], refusal=stale, status=409
        )
    except Moved as moved:
        return left(request, assignment, typed=typed, refusal=moved, status=409)
    except (Invalid, Conflict) as refusal:
        # What blocks a submission is saved all the same: the next save is over that version.
        return desk_page.show(
            request, assignment, typed=_over_saved(assignment, typed), refusal=refusal, status=refusal.status
        )


def _over_saved(assignment: Assignment, typed: Typed) -> Typed:
    saved = queries_desk.draft_of(assignment)
    same = saved is not None and saved.messages == _whole(assignment, typed)
    return Typed(typed.messages, saved.version, typed.category) if saved is not None and same else typed
