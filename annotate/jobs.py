"""Celery tasks of this floor. Each takes one id, opens its job row and calls an act."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from annotate import claiming


@shared_task(name="annotate.jobs.sweep_expired_leases", ignore_result=True)
def sweep_expired_leases() -> None:
    claiming.sweep(now=timezone.now())
