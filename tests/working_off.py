"""The worker of tests without a worker: queued jobs done in this process, by the very tasks that Celery would call."""

from __future__ import annotations

from config.celery import app
from workspace.models import Job
from workspace.running import RUNNERS


def work_off_jobs() -> list[Job]:
    """Do every queued job, oldest first; the jobs as they ended."""
    app.loader.import_default_modules()
    keys = list(Job.objects.filter(state="queued").order_by("pk").values_list("pk", "kind"))
    for key, kind in keys:
        app.tasks[RUNNERS[kind]](key)
    return list(Job.objects.filter(pk__in=[key for key, _ in keys]).order_by("pk"))
