"""Acts that measure agreement: compute a report now, or start a job that does.

Page, API, command and job call the same functions. A report is computed whole each time and never changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from annotate.models import GuidelineVersion
from review.models import AgreementReport, AgreementResult
from review.ratings import Collected, Measure, collect
from workspace import running
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Job, Project, User
from workspace.refusals import Missing

# The contract's shape: what stands in a report's `set`, so that a figure can be computed again.
WHAT_ENTERS = "decided, independent reviews of first submitted revisions"


def start_report(standing: Standing, *, now: datetime, guideline_version: int | None = None) -> Job:
    """Start the job that computes a report; one at a time per project.

    Raises `Conflict` while one is queued or running, `Missing` for an unknown version number.
    """
    standing.require("agreement.compute")
    _version_id(standing.project, guideline_version)
    return running.start(
        "compute_agreement",
        project=standing.project,
        by=standing.user,
        arguments={"guideline_version": guideline_version},
        exclusive=f"agreement:{standing.project.pk}",
    )


def compute_report(
    project: Project,
    *,
    by: User | None,
    now: datetime,
    guideline_version: int | None = None,
    job: Job | None = None,
    pause: Any = None,
) -> AgreementReport:
    """Compute every applicable coefficient for the decision and each criterion, and keep them as rows.

    Parameters: `guideline_version`, a number, to measure one version alone; `pause`, called with the number of
    reviews read, may raise to end the work. Computed again for the same job, it gives the first one's report.
    """
    version_id = _version_id(project, guideline_version)
    if job is not None and (kept := AgreementReport.objects.filter(job=job).first()) is not None:
        return kept
    collected = collect(project, version=version_id, pause=pause)
    results = [result for measure in collected.measures.values() for result in _results(measure)]
    with transaction.atomic():
        report = AgreementReport.objects.create(
            project=project, job=job, created=now, ratings_set=_described(collected, guideline_version)
        )
        for result in results:
            result.report = report
        AgreementResult.objects.bulk_create(results)
        record("agreement.computed", report, by=by, after={"reviews": collected.reviews})
    return report


def _results(measure: Measure) -> Iterator[AgreementResult]:
    """One row a coefficient. The whole scale goes in, so that a level nobody used still counts."""
    # Loaded here: numpy and scipy stay out of the web processes, which only read results.
    from review.agreement import applicable, encode, long

    ratings = encode(long(measure.items, measure.raters, measure.values), measure.categories)
    # Counted by code, told by name: a reason that names a rating must say "approve", not 0.
    named = replace(ratings, categories=tuple(measure.names or measure.categories))
    for name, estimate in applicable(named, measure.scale).items():
        yield AgreementResult(
            measure=measure.key,
            scale=measure.scale,
            coefficient="krippendorff_alpha" if name.startswith("krippendorff_alpha") else name,
            value=estimate.value,
            low=estimate.low,
            high=estimate.high,
            standard_error=estimate.standard_error,
            items=estimate.items,
            raters=estimate.raters,
            ratings=estimate.ratings,
            reason=estimate.reason,
        )


def _described(collected: Collected, guideline_version: int | None) -> dict[str, Any]:
    return {
        "ratings": WHAT_ENTERS,
        "guideline_version": guideline_version,
        "reviews": collected.reviews,
        "criterion_versions": collected.versions,
    }


def _version_id(project: Project, number: int | None) -> int | None:
    if number is None:
        return None
    found = (
        GuidelineVersion.objects.filter(project=project, number=number).values_list("pk", flat=True).first()
    )
    if found is None:
        raise Missing(f"There is no version {number} of this guideline.")
    return int(found)
