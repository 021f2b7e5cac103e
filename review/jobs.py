"""Celery tasks of this floor. Each takes one id, opens its job row and calls an act."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from review import claiming


@shared_task(name="review.jobs.sweep_expired_reviews", ignore_result=True)
def sweep_expired_reviews() -> None:
    claiming.sweep(now=timezone.now())
