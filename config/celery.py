"""The Celery application: `celery -A config worker`. Its tasks are the jobs of each app's `jobs.py`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("scriptorium")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery would replace the log configuration; a connected receiver alone is what stops it."""
