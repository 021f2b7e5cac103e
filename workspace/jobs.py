"""Celery tasks of the ground floor. Each calls one act."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from workspace import idempotency, running


@shared_task(name="workspace.jobs.take_up_abandoned", ignore_result=True)
def take_up_abandoned() -> None:
    running.take_up_abandoned(now=timezone.now())


@shared_task(name="workspace.jobs.forget_old_keys", ignore_result=True)
def forget_old_keys() -> None:
    idempotency.forget_old_keys(now=timezone.now())
