"""Celery tasks of this floor. Each takes one id, opens its job row and calls an act."""

from __future__ import annotations

from typing import Any

from celery import shared_task
from django.utils import timezone

from review import building, claiming, measuring, publishing, reopening
from workspace import running


@shared_task(name="review.jobs.sweep_expired_reviews", ignore_result=True)
def sweep_expired_reviews() -> None:
    claiming.sweep(now=timezone.now())
    publishing.close_abandoned(now=timezone.now())


@shared_task(name="review.jobs.compute_agreement", ignore_result=True)
def compute_agreement(job_id: int) -> None:
    running.run(job_id, _compute_agreement)


def _compute_agreement(run: running.Run) -> dict[str, Any]:
    job = run.job
    assert job.project is not None
    report = measuring.compute_report(
        job.project,
        by=job.created_by,
        now=timezone.now(),
        guideline_version=job.arguments.get("guideline_version"),
        job=job,
        pause=lambda reviews: run.progress(reviews, message="Reading reviews"),
    )
    return {"report": str(report.pk)}


@shared_task(name="review.jobs.build_release", ignore_result=True)
def build_release(job_id: int) -> None:
    running.run(job_id, build_of)


def build_of(run: running.Run) -> dict[str, Any]:
    """The work of a build's job."""
    return building.build_for(run, clock=timezone.now)


@shared_task(name="review.jobs.review_again", ignore_result=True)
def review_again(job_id: int) -> None:
    running.run(job_id, reopening.review_again)
