"""The writer's desk: what waits, taking the next task, and the desk with a task on it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from annotate import claiming, queries_desk
from annotate.access import assignment_for
from annotate.forms import Typed
from annotate.gate import open_gate
from annotate.models import Assignment
from annotate.views import desk_page
from workspace.access import Standing
from workspace.refusals import Empty, Refusal, Unread
from workspace.views.door import project_page


@project_page("assignment.work")
def write(request: HttpRequest) -> HttpResponse:
    """What the member holds, returned work first; without any, what waits for them."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    held = queries_desk.in_hand(standing.require_member()).first()
    if held is None:
        return _waiting(request)
    return desk_page.show(request, assignment_for(standing, held.pk))


@project_page("queue.claim", methods=("POST",))
def claim(request: HttpRequest) -> HttpResponse:
    """Take the next task, or say why there is none."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    try:
        given = claiming.claim(standing, now=timezone.now())
    except Unread:
        return _waiting(request, status=409)
    except Empty as nothing:
        return _waiting(request, nothing=nothing)
    return redirect("desk", slug=standing.project.slug, key=given.assignment_id)


@project_page("assignment.work")
def desk(request: HttpRequest, key: str) -> HttpResponse:
    """One task: at the desk while it is in hand; as text to keep where its place is gone."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    assignment = assignment_for(standing, key)
    if assignment.state == "active":
        return desk_page.show(request, assignment)
    if assignment.state == "submitted":
        written = queries_desk.demonstration_of(assignment)
        if written is not None:
            return redirect("my-demonstration", slug=standing.project.slug, key=written.pk)
    return left(request, assignment)


@project_page("assignment.work")
def back(request: HttpRequest) -> HttpResponse:
    """Where a log-in in another tab ends: the desk in the first tab goes on by itself."""
    return render(request, "annotate/desk/back.html")


def left(
    request: HttpRequest,
    assignment: Assignment,
    *,
    typed: Typed | None = None,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """Work whose place is gone: its text, to copy, and the way to take it back."""
    draft = queries_desk.draft_of(assignment)
    written = typed.messages if typed else desk_page.written_in(assignment, draft)
    context = {
        "assignment": assignment,
        "task": assignment.task,
        "turns": desk_page.turns_of(assignment, written),
        "refusal": refusal,
        "draft": draft,
    }
    return render(request, "annotate/desk/left.html", context, status=status)


def _waiting(request: HttpRequest, *, nothing: Empty | None = None, status: int = 200) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    member = standing.require_member()
    gate = open_gate(member)
    context = {
        "screen": "write",
        "gate": gate,
        "nothing": nothing,
        "hands": queries_desk.in_hand(member),
        "day": queries_desk.today(member, since=timezone.localtime().replace(hour=0, minute=0, second=0)),
    }
    return render(request, "annotate/desk/waiting.html", context, status=status)
