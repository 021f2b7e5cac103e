"""The read side of releases and agreement reports, for pages and calls."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet

from annotate.models import GuidelineVersion, Lane
from review.models import AgreementReport, Release, ReleaseFile
from workspace.access import Standing
from workspace.models import Job, Project
from workspace.refusals import Missing


def releases_of(standing: Standing) -> QuerySet[Release]:
    """The releases of a project with their files; a page of them is two statements."""
    files = Prefetch("files", ReleaseFile.objects.order_by("path"))
    # What is frozen can be large and no list shows it.
    return Release.objects.filter(project=standing.project).prefetch_related(files).defer("frozen")


def release_of(standing: Standing, number: int) -> Release:
    """Release `number` with its project, job and files, or `Missing`: two statements."""
    files = Prefetch("files", ReleaseFile.objects.order_by("path"))
    found = (
        Release.objects.filter(project=standing.project, number=number)
        .select_related("project", "job")
        .prefetch_related(files)
        .first()
    )
    if found is None:
        raise Missing(f"There is no release {number} in this project.")
    return found


def release_alone(standing: Standing, number: int) -> Release:
    """Release `number` as a download needs it, or `Missing`: one statement."""
    found = Release.objects.filter(project=standing.project, number=number).defer("frozen").first()
    if found is None:
        raise Missing(f"There is no release {number} in this project.")
    found.project = standing.project
    return found


def reports_of(standing: Standing) -> QuerySet[AgreementReport]:
    """The agreement reports of a project with their results; a page of them is two statements."""
    return AgreementReport.objects.filter(project=standing.project).prefetch_related("results")


def newest_report(standing: Standing) -> AgreementReport | None:
    """The report that pages show, with its results."""
    return reports_of(standing).order_by("-pk").first()


def newest_measuring(standing: Standing) -> Job | None:
    """The newest job that computes agreement, whatever became of it."""
    job = Job.objects.filter(project=standing.project, kind="compute_agreement").order_by("-pk").first()
    if job is not None:
        job.project = standing.project
    return job


def release_choices(standing: Standing) -> dict[str, list[tuple[Any, str]]]:
    """What the form of a new release offers: the newest version's categories, the languages of the queue, the versions.

    Two statements; lanes are as few as the kinds of work, so no row of work is counted.
    """
    versions = list(
        GuidelineVersion.objects.filter(project=standing.project, number__isnull=False)
        .order_by("-number")
        .only("number", "title", "categories")
    )
    lanes = Lane.objects.filter(project=standing.project, queue="review").values_list("language", flat=True)
    languages = sorted(set(lanes) - {""})
    return {
        "categories": list(versions[0].category_names.items()) if versions else [],
        "languages": [(language, language) for language in languages],
        "guideline_versions": [(each.number, f"{each.number}: {each.title}") for each in versions],
    }


def criterion_names(project: Project) -> dict[str, str]:
    """The names of the newest rubric's criteria by key. One statement."""
    rubrics = GuidelineVersion.objects.filter(project=project, number__isnull=False).order_by("-number")
    rubric = rubrics.values_list("rubric", flat=True).first() or []
    return {criterion["key"]: criterion["name"] for criterion in rubric}
