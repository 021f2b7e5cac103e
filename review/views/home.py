"""`/`: what waits for the reader in all their projects; and the form that makes a new project."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from review import queries_overview
from review.forms_projects import NewProjectForm
from workspace import projects
from workspace.models import User
from workspace.refusals import Invalid
from workspace.views.door import page


@page("home.view")
def home(request: HttpRequest) -> HttpResponse:
    """My work across projects."""
    user: User = request.user  # type: ignore[assignment]
    context = {
        "waiting": queries_overview.waiting_everywhere(user),
        "others": queries_overview.other_projects(user),
    }
    return render(request, "review/home.html", context)


@page("project.create", methods=("GET", "HEAD", "POST"))
def new_project(request: HttpRequest) -> HttpResponse:
    """Make a project with the default guideline; its maker becomes its admin."""
    user: User = request.user  # type: ignore[assignment]
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = projects.create_project(by=user, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            return redirect(f"/p/{project.slug}/")
    return render(request, "review/new_project.html", {"form": form}, status=422 if form.is_bound else 200)
