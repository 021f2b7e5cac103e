"""A material change of the guideline: what was approved under earlier versions is reviewed again, in a job.

Each demonstration gets new places on its newest revision, which name the version to judge by; the places before them
are closed, so that their reviews keep their scores and count no more. Whoever reviewed that revision before does not
get it again: the queue's own rule. Called by `review.jobs`, and started by the publication of a version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from annotate.advancing import advance
from annotate.lanes import wake
from annotate.models import Demonstration, GuidelineVersion, Revision
from review.models import ReviewPlace
from review.opening import open_round
from workspace import running
from workspace.announcements import subscribe
from workspace.auditing import gathered
from workspace.models import User

KIND = "review_again"
BATCH = 100


def listen() -> None:
    """Subscribe to what the lower floor announces; called once at start."""
    subscribe("guideline_published", begin_after_publication)


def begin_after_publication(*, version: GuidelineVersion, by: User | None, now: datetime) -> None:
    """Start the job that a material change asks for, in the transaction of its publication."""
    if version.material:
        running.start(
            KIND,
            project=version.project,
            by=by,
            arguments={"version": version.pk},
            exclusive=f"{KIND}:{version.pk}",
            total=concerned(version).count(),
        )


def concerned(version: GuidelineVersion) -> QuerySet[Demonstration]:
    """What was approved under versions before `version`, in the categories it names, and not reopened for it yet."""
    reopened = ReviewPlace.objects.filter(demonstration=OuterRef("pk"), guideline_version=version)
    rows = Demonstration.objects.filter(
        ~Exists(reopened),
        project=version.project_id,
        state="approved",
        guideline_version__number__lt=version.number,
    )
    return rows.filter(category__in=version.material_categories) if version.material_categories else rows


def review_again(run: running.Run) -> dict[str, Any]:
    """The work of the job: batch by batch, each in a transaction of its own. Run twice it changes nothing more."""
    version = GuidelineVersion.objects.select_related("project").get(pk=run.job.arguments["version"])
    total, reopened, after = run.job.total or 0, 0, 0
    while True:
        found = concerned(version).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
        batch = list(found)
        if not batch:
            return {"version": version.number, "reopened": reopened}
        after = batch[-1]
        reopened += reopen(version, batch, by=run.job.created_by)
        run.progress(min(reopened, total), message="Opening places for another review")


def reopen(version: GuidelineVersion, batch: list[int], *, by: User | None) -> int:
    """Send demonstrations to review again. Returns how many; what has moved on meanwhile is left alone."""
    with transaction.atomic(), gathered():
        # In the order of their ids, as every batch does. What was withdrawn since is no longer approved.
        locked = list(
            concerned(version)
            .filter(pk__in=batch)
            .order_by("pk")
            .select_for_update(no_key=True, of=("self",))
        )
        revisions = Revision.objects.filter(
            demonstration__in=[one.pk for one in locked], number=F("demonstration__revision")
        ).select_related("demonstration__task", "demonstration__project")
        by_demonstration = {revision.demonstration_id: revision for revision in revisions}
        lanes = set()
        for demonstration in locked:
            advance(demonstration, "needs_review", by=by, now=version.published or version.created)
            lanes.add(open_round(by_demonstration[demonstration.pk], version))
        wake(lanes)
    return len(locked)


def state_in_review(revision: int) -> str:
    """What a demonstration is while this revision (by id) is in review: for the first time, or again."""
    again = ReviewPlace.objects.filter(revision=revision, guideline_version__isnull=False)
    return "needs_review" if again.exists() else "submitted"
