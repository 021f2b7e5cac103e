"""The settings page of a project, and its stop buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace import pausable, projects, queries
from workspace.access import Standing, found
from workspace.forms import PauseForm, ProjectForm
from workspace.models import Pause, Project
from workspace.refusals import Conflict, Invalid
from workspace.views.door import project_page


@project_page("project.change", methods=("GET", "HEAD", "POST"))
def settings(request: HttpRequest) -> HttpResponse:
    """Title, description, overlap, reviews, leases, blindness; and what is paused."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = ProjectForm(request.POST or None, initial=_shown(standing.project))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        values["writing_lease"] = timedelta(minutes=values.pop("writing_minutes"))
        values["review_lease"] = timedelta(minutes=values.pop("review_minutes"))
        try:
            projects.change_project(standing, now=timezone.now(), **values)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("settings", slug=standing.project.slug)
    return _page(request, form=form, status=422 if form.is_bound else 200)


@project_page("project.pause", methods=("POST",))
def pause(request: HttpRequest) -> HttpResponse:
    """Stop new claims of the project, a category, a source or a member."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = PauseForm(_choices(standing.project), request.POST)
    if form.is_valid():
        kind, _colon, target = form.cleaned_data["what"].partition(":")
        reason = form.cleaned_data["reason"]
        try:
            projects.pause(standing, kind=kind, target=target, reason=reason, now=timezone.now())
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Paused: nobody gets new work there. Work in hand may finish."))
            return redirect("settings", slug=standing.project.slug)
    return _page(request, pause_form=form, status=422)


@project_page("project.pause", methods=("POST",))
def resume(request: HttpRequest, key: str) -> HttpResponse:
    """Lift a pause."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    paused = found(Pause.objects.filter(project=standing.project), key, noun="pause")
    projects.resume(standing, paused, now=timezone.now())
    messages.success(request, _("Resumed: new work is given out again."))
    return redirect("settings", slug=standing.project.slug)


def _page(
    request: HttpRequest,
    *,
    form: ProjectForm | None = None,
    pause_form: PauseForm | None = None,
    status: int,
) -> HttpResponse:
    project = request.standing.project  # type: ignore[attr-defined]
    choices = _choices(project)
    names = dict(choices)
    pauses = list(queries.pauses_of(project))
    for paused in pauses:
        paused.name = names.get(f"{paused.kind}:{paused.target}", paused.target)  # type: ignore[attr-defined]
    context = {
        "form": form or ProjectForm(initial=_shown(project)),
        "pause_form": pause_form or PauseForm(choices),
        "pauses": pauses,
    }
    return render(request, "workspace/settings.html", context, status=status)


def _shown(project: Project) -> dict[str, Any]:
    names = ("title", "description", "overlap", "overlap_share", "reviews", "blind")
    return {
        **{name: getattr(project, name) for name in names},
        "writing_minutes": int(project.writing_lease.total_seconds() // 60),
        "review_minutes": int(project.review_lease.total_seconds() // 60),
    }


def _choices(project: Project) -> list[tuple[str, str]]:
    """What can be paused, with the words for each; a choice is "kind:target"."""
    words = {
        "project": _("The whole project"),
        "category": _("Category: %(name)s"),
        "source": _("Source: %(name)s"),
        "member": _("Member: %(name)s"),
    }
    return [
        (f"{kind}:{target}", words[kind] % {"name": name})
        for kind, targets in pausable.targets_of(project).items()
        for target, name in targets
    ]
