"""`/p/SLUG/`: the project at a glance, and what waits for the reader in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from review import queries_overview
from workspace.access import Standing
from workspace.permissions import ADJUDICATOR, ADMIN
from workspace.views.door import project_page


@project_page("project.view")
def overview(request: HttpRequest) -> HttpResponse:
    """The pipeline, what waits for the reader, the guideline, the last release, and what is running."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    stages = queries_overview.pipeline(standing)
    context = {
        "stages": stages,
        "sees_all": bool(standing.roles & {ADMIN, ADJUDICATOR}),
        "filled": sum(stage.count for stage in stages),
        "wait": queries_overview.waiting_here(standing.member) if standing.member else None,
        "stops": queries_overview.stops(standing),
        "guideline": queries_overview.newest_guideline(standing.project),
        "release": queries_overview.latest_release(standing.project)
        if standing.may("release.list")
        else None,
        "jobs": queries_overview.running_jobs(standing.project) if standing.may("job.cancel") else [],
    }
    return render(request, "review/overview/overview.html", context)
