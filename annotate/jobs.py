"""Celery tasks of this floor. Each takes one id, opens its job row and calls an act."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from annotate import claiming, overlapping, passes
from workspace import running


@shared_task(name="annotate.jobs.sweep_expired_leases", ignore_result=True)
def sweep_expired_leases() -> None:
    claiming.sweep(now=timezone.now())


@shared_task(name="annotate.jobs.import_source", ignore_result=True)
def import_source(job_id: int) -> None:
    running.run(job_id, passes.import_source)


@shared_task(name="annotate.jobs.change_overlap", ignore_result=True)
def change_overlap(job_id: int) -> None:
    running.run(job_id, overlapping.redraw)
