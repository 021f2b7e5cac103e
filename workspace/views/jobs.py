"""A long job as a page and as the region that asks for itself until the job has ended; and its cancelling."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from workspace import access, running
from workspace.models import Job
from workspace.views.door import project_page


@project_page("job.view", methods=("GET", "HEAD", "POST"))
def job(request: HttpRequest, key: str) -> HttpResponse:
    """Show the job; a POST cancels it."""
    standing: access.Standing = request.standing  # type: ignore[attr-defined]
    shown = access.found(standing.project.jobs.all(), key, noun="job")
    shown.project = standing.project
    if request.method == "POST":
        standing.require("job.cancel")
        running.cancel(shown, by=standing.user, now=timezone.now())
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(request.path)
    return _shown(request, shown, may_cancel=bool(standing.may("job.cancel")))


def _shown(request: HttpRequest, shown: Job, *, may_cancel: bool) -> HttpResponse:
    context = {"job": shown, "may_cancel": may_cancel}
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "workspace/job.html", context)
    response = render(request, "components/progress.html", context)
    if shown.finished_in_any_way:
        response["HX-Trigger"] = "job-ended"
    return response
