"""Long work as job rows: started by one function, run by one, taken up again when a worker dies.

`start()` is called by acts; `run()` by the Celery tasks of each app's `jobs.py`; `take_up_abandoned()` by the
scheduler. The broker's own redelivery is never relied on.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models import F, Q
from django.utils import timezone

from workspace.auditing import record
from workspace.dispatching import enqueue_on_commit
from workspace.models import Job, Project, User
from workspace.refusals import Conflict, Refusal

logger = structlog.get_logger(__name__)

# A running job whose heart has not beaten for so long is taken to be dead.
HEARTBEAT_LIMIT = timedelta(seconds=settings.JOB_HEARTBEAT_LIMIT)
BEAT_SECONDS = settings.JOB_HEARTBEAT_LIMIT / 6
# A queued job that no worker began for so long was lost on its way: it is sent again.
QUEUED_LIMIT = HEARTBEAT_LIMIT / 6
MOST_ATTEMPTS = 10
# What the database raises when it goes away under us, or picks us to end a deadlock. Its other faults are ours.
DATABASE_FAULTS = (OperationalError, InterfaceError)

# Which Celery task runs a kind of job. Each app's `jobs.py` names its kinds by the same words.
RUNNERS = {
    "import_source": "annotate.jobs.import_source",
    "change_overlap": "annotate.jobs.change_overlap",
    "compute_agreement": "review.jobs.compute_agreement",
    "build_release": "review.jobs.build_release",
    "review_again": "review.jobs.review_again",
}


class Superseded(Exception):
    """Another worker has taken this job up; what this one does no longer counts."""


class Cancelled(Exception):
    """Somebody asked for this job to end."""


class Passing(Exception):
    """A fault that is expected to pass (the database restarting): the job is tried again."""


def start(
    kind: str,
    *,
    project: Project | None,
    by: User | None,
    arguments: dict[str, Any],
    exclusive: str = "",
    total: int | None = None,
    enqueue: bool = True,
) -> Job:
    """Create the job's row and enqueue it on commit.

    Parameters: `enqueue`, False for a command that runs the job in its own process at once.
    Raises `Conflict` where `exclusive` names a job that is still queued or running.
    """
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                project=project,
                created_by=by,
                arguments=arguments,
                exclusive=exclusive,
                total=total,
            )
            record("job.started", job, by=by, project=project, after={"kind": kind})
    except IntegrityError as error:
        if "job_exclusive_once" not in str(error):
            raise
        raise Conflict("This is already running; wait until it has ended, or cancel it first.") from error
    if enqueue:
        enqueue_on_commit(RUNNERS[kind], job.pk)
    return job


class Run:
    """One attempt at a job: how its work reports progress. Every write checks the attempt number."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.attempt = job.attempt
        self._written = 0.0
        self._since = time.monotonic()

    def progress(self, done: int, total: int | None = None, message: str = "") -> None:
        """Note how far the work is, at most once a second.

        Raises `Cancelled` where somebody asked for the end, `Superseded` where another worker has taken over.
        """
        now = time.monotonic()
        if now - self._written < 1.0 and done != total:
            return
        self._written = now
        values: dict[str, Any] = {"done": done, "message": message, "heartbeat": timezone.now()}
        if total is not None:
            values["total"] = total
        self._write(**values)

    def beat(self) -> None:
        """Say that this attempt is alive."""
        self._write(heartbeat=timezone.now())

    def check(self) -> None:
        """Raise if this attempt should not go on."""
        self._write(heartbeat=timezone.now())

    def _write(self, **values: Any) -> None:
        mine = Job.objects.filter(pk=self.job.pk, attempt=self.attempt, state="running")
        if not mine.update(**values):
            raise Superseded
        if mine.filter(cancel_requested=True).exists():
            raise Cancelled


def run(job_id: int, work: Callable[[Run], dict[str, Any]]) -> None:
    """Take up job `job_id` and do `work`, unless it runs elsewhere or has ended.

    `work` gets the `Run` and returns the job's result; it must be safe to run twice.
    """
    job = _take_up(job_id)
    if job is None:
        return
    structlog.contextvars.bind_contextvars(job_id=f"job-{job.pk}", job_kind=job.kind)
    attempt = Run(job)
    stop = threading.Event()
    heart = threading.Thread(target=_keep_beating, args=(attempt, stop), daemon=True)
    heart.start()
    try:
        _end(attempt, "succeeded", result=work(attempt))
    except Superseded:
        logger.warning("another worker has taken this job up", attempt=attempt.attempt)
    except Cancelled:
        _end(attempt, "cancelled", message="Cancelled.")
    except Refusal as refusal:
        _end(attempt, "failed", error=refusal.detail, result=refusal.extra or None)
    except (Passing, *DATABASE_FAULTS) as fault:
        _again_later(attempt, fault)
    except Exception:
        logger.exception("job failed")
        _end(attempt, "failed", error=f"An unexpected fault stopped this: {traceback.format_exc(limit=1)}")
    finally:
        stop.set()
        heart.join(timeout=5)
        structlog.contextvars.unbind_contextvars("job_id", "job_kind")


def take_up_abandoned(*, now: datetime) -> int:
    """Send again every job left queued, or running with a heartbeat that stopped. Returns how many."""
    waiting = Q(state="queued", created__lt=now - QUEUED_LIMIT)
    dead = Q(state="running", heartbeat__lt=now - HEARTBEAT_LIMIT)
    abandoned = list(Job.objects.filter(waiting | dead).order_by("pk").values_list("pk", "kind")[:500])
    for key, kind in abandoned:
        enqueue_on_commit(RUNNERS[kind], key)
    return len(abandoned)


def cancel(job: Job, *, by: User, now: datetime) -> Job:
    """Ask a job to end: at once where it is queued, at its next step where it runs.

    Raises `Conflict` where it has ended already.
    """
    with transaction.atomic():
        queued = Job.objects.filter(pk=job.pk, state="queued").update(
            state="cancelled", finished=now, message="Cancelled before it began."
        )
        running = Job.objects.filter(pk=job.pk, state="running").update(cancel_requested=True)
        if not queued and not running:
            raise Conflict("This job has ended already; there is nothing to cancel.")
        record("job.cancelled", job, by=by)
    job.refresh_from_db()
    return job


def _take_up(job_id: int) -> Job | None:
    """The job as this worker's, or None where it ended or another worker's heart still beats on it."""
    now = timezone.now()
    free = Q(state="queued") | Q(state="running", heartbeat__lt=now - HEARTBEAT_LIMIT)
    taken = Job.objects.filter(free, pk=job_id).update(
        state="running", attempt=F("attempt") + 1, heartbeat=now, started=now
    )
    if not taken:
        return None
    job = Job.objects.select_related("project", "created_by").get(pk=job_id)
    if job.attempt > MOST_ATTEMPTS:
        _end(
            Run(job),
            "failed",
            error=f"Given up after {MOST_ATTEMPTS} attempts that each ended without a word.",
        )
        return None
    return job


def _keep_beating(attempt: Run, stop: threading.Event) -> None:
    """Beat beside the work, so that one long statement does not look like a dead worker."""
    try:
        while not stop.wait(BEAT_SECONDS):
            try:
                attempt.beat()
            except (Superseded, Cancelled):
                return
            except DATABASE_FAULTS:
                close_old_connections()
    finally:
        connection.close()


def _end(attempt: Run, state: str, **values: Any) -> None:
    ended = Job.objects.filter(pk=attempt.job.pk, attempt=attempt.attempt, state="running").update(
        state=state, finished=timezone.now(), **values
    )
    if ended and state == "succeeded":
        Job.objects.filter(pk=attempt.job.pk, total__isnull=False).update(done=F("total"))


def _again_later(attempt: Run, fault: Exception) -> None:
    """Put the job back in the queue; the scheduler sends it when the fault may have passed."""
    logger.warning("passing fault, the job will be tried again", error=str(fault))
    for pause in (0, 1, 2, 4, 8, 16):
        time.sleep(pause)
        close_old_connections()
        try:
            Job.objects.filter(pk=attempt.job.pk, attempt=attempt.attempt, state="running").update(
                state="queued", message="Waiting to be tried again after a passing fault."
            )
        except DATABASE_FAULTS:
            connection.close()
        else:
            return
