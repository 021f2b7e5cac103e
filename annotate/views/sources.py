"""The Sources pages: what was imported, importing a file, and one source with its summary; retire and restore."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from annotate import importing, retiring
from annotate.forms_tasks import SourceForm
from annotate.models import Source
from annotate.queries_tasks import sources_of, trial_of
from workspace.access import Standing, found
from workspace.models import Job
from workspace.paging import page_of
from workspace.refusals import Conflict, Invalid
from workspace.views.door import project_page


@project_page("source.list")
def index(request: HttpRequest) -> HttpResponse:
    """The list, and the form that imports a file; the list alone for a request that refreshes it."""
    if request.htmx:  # type: ignore[attr-defined]
        standing: Standing = request.standing  # type: ignore[attr-defined]
        page = page_of(request, sources_of(standing.project))
        return render(request, "annotate/sources/_list.html", {"page": page})
    return _index(request)


@project_page("source.import", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """Keep a file and start its import, or the check of it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = SourceForm(request.POST, request.FILES)
    if not form.is_valid():
        return _index(request, form=form, status=422)
    said = dict(form.cleaned_data)
    file, dry_run = said.pop("file"), said.pop("dry_run")
    said["name"] = said["name"] or file.name
    try:
        if dry_run:
            job = importing.start_trial(standing, file, now=timezone.now(), **said)
            return redirect("source-trial", slug=standing.project.slug, key=job.pk)
        source = importing.start_import(standing, file, now=timezone.now(), **said)
    except (Invalid, Conflict) as refusal:
        form.refuse(refusal)
        return _index(request, form=form, status=422)
    return redirect("source", slug=standing.project.slug, key=source.pk)


@project_page("source.list")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One source: how far its import is, or how it ended; what retiring it would mean."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.htmx:  # type: ignore[attr-defined]
        return _as_a_whole(request)
    source = _source(standing, key)
    context: dict[str, Any] = {
        "source": source,
        "summary": source.summary,
        "notes": _notes(source.summary),
        "job": source.job,
    }
    if source.state == "ready":
        context["effect"] = retiring.preview(standing, source)
    return render(request, "annotate/sources/one.html", context)


@project_page("source.import")
def trial(request: HttpRequest, key: str) -> HttpResponse:
    """The check of a file: how far it is, and what it found."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.htmx:  # type: ignore[attr-defined]
        return _as_a_whole(request)
    job: Job = found(trial_of(standing.project), key, noun="check of a file")
    summary = job.result or {}
    context = {"job": job, "summary": summary, "notes": _notes(summary)}
    return render(request, "annotate/sources/trial.html", context)


@project_page("source.retire", methods=("POST",))
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Give no more of its tasks to anybody."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    source = retiring.retire(standing, _source(standing, key), now=timezone.now())
    messages.success(request, _("Retired. Nobody gets its tasks any more; work in hand may finish."))
    return redirect("source", slug=standing.project.slug, key=source.pk)


@project_page("source.retire", methods=("POST",))
def restore(request: HttpRequest, key: str) -> HttpResponse:
    """Give its tasks out again."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    source = retiring.restore(standing, _source(standing, key), now=timezone.now())
    messages.success(request, _("Restored. Its tasks are given out again."))
    return redirect("source", slug=standing.project.slug, key=source.pk)


def _source(standing: Standing, key: str) -> Source:
    sources = Source.objects.filter(project=standing.project).select_related("job", "project", "created_by")
    source = found(sources, key, noun="source")
    if source.job is not None:
        source.job.project = standing.project  # the progress bar names the project in its addresses
    return source


def _as_a_whole(request: HttpRequest) -> HttpResponse:
    """When the job has ended most of the page is another: the browser is sent to it as a whole."""
    return HttpResponse(headers={"HX-Redirect": request.path})


NOTE_WORDS = {
    "empty_answer": _l("Rows whose answer is empty"),
    "no_input_marker": _l("Rows whose input only says that there is none"),
    "unused_columns": _l("Rows with columns that feed no field"),
}


def _notes(summary: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    """What was noted, in words; a format may note what has none here."""
    return [
        (NOTE_WORDS.get(name, name.replace("_", " ").capitalize()), note)
        for name, note in summary.get("notes", {}).items()
    ]


def _index(request: HttpRequest, *, form: SourceForm | None = None, status: int = 200) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    context = {
        "page": page_of(request, sources_of(standing.project)),
        "form": form or SourceForm(),
        "screen": "lists",
    }
    return render(request, "annotate/sources/index.html", context, status=status)
