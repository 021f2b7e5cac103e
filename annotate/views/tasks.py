"""The Tasks pages: the list with its filters in the address, adding one by hand, and changing the overlap."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate import intake, overlapping
from annotate.forms_tasks import KIND_WORDS, OverlapForm, TaskForm
from annotate.models import Task
from annotate.queries_tasks import TASK_FILTERS, source_choices, task_line, task_list, writers_of
from annotate.states import TASK_STATES
from workspace.access import Standing
from workspace.paging import page_of
from workspace.refusals import Conflict, Invalid
from workspace.views.door import project_page


@project_page("task.list")
def index(request: HttpRequest) -> HttpResponse:
    """One page of the tasks, newest first."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    filters = {name: request.GET.get(name, "").strip()[:200] for name in TASK_FILTERS}
    errors: dict[str, Any] = {}
    try:
        rows = task_list(standing.project, filters)
    except Invalid as refusal:
        rows, errors = Task.objects.none(), refusal.errors
    page = page_of(request, rows)
    context = {
        "page": page,
        "lines": [(task, task_line(task)) for task in page.rows],
        "filters": filters,
        "filtered": any(filters.values()),
        "errors": errors,
        "states": TASK_STATES,
        "kinds": list(KIND_WORDS),
        "sources": source_choices(standing.project),
        "screen": "lists",
    }
    return render(request, "annotate/tasks/index.html", context, status=422 if errors else 200)


@project_page("task.create", methods=("GET", "HEAD", "POST"))
def add(request: HttpRequest) -> HttpResponse:
    """Add one task by hand."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = TaskForm(writers_of(standing.project), request.POST or None)
    if request.method == "POST" and form.is_valid():
        values, reserved = form.values()
        try:
            intake.add_tasks(standing, [values], now=timezone.now(), reserved_for=reserved)
        except (Invalid, Conflict) as refusal:
            form.refuse(_of_one(refusal) if isinstance(refusal, Invalid) else refusal)
        else:
            messages.success(request, _("The task was added; it waits for a writer."))
            return redirect("tasks", slug=standing.project.slug)
    status = 422 if request.method == "POST" else 200
    return render(request, "annotate/tasks/add.html", {"form": form}, status=status)


@project_page("project.change", methods=("GET", "HEAD", "POST"))
def overlap(request: HttpRequest) -> HttpResponse:
    """How many writers answer a task: what a change would mean, and the change."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    project = standing.project
    asked = request.POST or (request.GET if "overlap" in request.GET else None)
    now_set = {"overlap": project.overlap, "overlap_share": project.overlap_share}
    form = OverlapForm(asked, initial=now_set)
    effect = None
    if asked is not None and form.is_valid():
        try:
            if request.method == "POST":
                job = overlapping.change(standing, now=timezone.now(), **form.cleaned_data)
                return redirect("job", slug=project.slug, key=job.pk)
            effect = overlapping.preview(standing, **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
    context = {"form": form, "effect": effect, "chosen": form.cleaned_data if effect else now_set}
    return render(request, "annotate/tasks/overlap.html", context, status=422 if form.errors else 200)


def _of_one(refusal: Invalid) -> Invalid:
    """The same refusal, its errors under the names of the form's fields."""
    errors = {name.removeprefix("0."): words for name, words in refusal.errors.items()}
    if "0" in errors:
        words = errors.pop("0")
        return Invalid(" ".join(words), errors=errors)
    return Invalid(refusal.detail, errors=errors)
