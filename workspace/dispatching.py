"""The only door to Celery: enqueue by name, after the commit.

A broker that is away loses nothing: the job's row stays `queued`, and the scheduler sends it again
(`workspace.running.take_up_abandoned`).
"""

from __future__ import annotations

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

from config.celery import app

logger = structlog.get_logger(__name__)


def enqueue_on_commit(task_name: str, *arguments: object) -> None:
    """Send the Celery task `task_name` once the running transaction has committed; at once outside of one."""
    transaction.on_commit(lambda: _send(task_name, arguments))


def _send(task_name: str, arguments: tuple[object, ...]) -> None:
    try:
        app.send_task(task_name, args=arguments, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("broker away, the job waits in its row", task=task_name, error=str(error))
