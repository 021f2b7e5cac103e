"""Imports that are killed, cancelled or overtaken: nothing is lost, nothing doubled."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from annotate import bulk, claiming, importing, writing
from annotate.choosing import choices
from annotate.models import Slot, Source, Task
from annotate.sources.judging import BATCH
from tests.annotate.importing_of import numbered, started, work_off
from tests.conftest import Cast
from workspace import running
from workspace.models import Job
from workspace.refusals import Empty

ROOT = Path(__file__).resolve().parents[2]
ROWS = 3 * BATCH + 7


class Killed(BaseException):
    """What a killed process does: nothing at all is written after it."""


def whole(source: Source, rows: int) -> bool:
    """Whether every row is in once, with one open slot each."""
    prompts = Counter(Task.objects.filter(source=source).values_list("prompt", flat=True))
    slots = Slot.objects.filter(task__source=source, state="open").count()
    return prompts == Counter(f"Question {number}?" for number in range(rows)) and slots == rows


def work_elsewhere(source: Source) -> str:
    """Take the job over and work it off, on a connection of this thread's own; the job's state."""
    try:
        assert source.job is not None
        # Not by an old heartbeat: the first worker's other thread may be awake and renew it.
        Job.objects.filter(pk=source.job.pk).update(state="queued")
        return work_off(Source.objects.get(pk=source.pk)).state
    finally:
        connection.close()


def after_batches(monkeypatch: pytest.MonkeyPatch, count: int, fault: BaseException) -> None:
    """Let the writing of the batch after `count` of them end in `fault`."""
    real = writing.write_batch
    done: list[int] = []

    def failing(plan: writing.Plan, batch: int) -> None:
        if len(done) == count:
            raise fault
        done.append(batch)
        real(plan, batch)

    monkeypatch.setattr(writing, "write_batch", failing)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_worker_killed_between_batches_is_resumed_exactly(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    source = started(cast.lead, numbered(ROWS))
    with monkeypatch.context() as patch:
        after_batches(patch, count, Killed())
        with pytest.raises(Killed):
            work_off(source)
    source.refresh_from_db()
    assert (source.state, source.tasks) == ("importing", count * BATCH)
    assert Task.objects.filter(source=source).count() == count * BATCH
    assert source.job is not None
    Job.objects.filter(pk=source.job.pk).update(heartbeat=timezone.now() - 2 * running.HEARTBEAT_LIMIT)
    job = work_off(source)
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert (source.state, source.tasks) == ("ready", ROWS) and whole(source, ROWS)
    assert source.summary["duplicates"]["count"] == 0


@pytest.mark.django_db
def test_a_batch_is_in_whole_or_not_at_all(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the rows were copied, before they were marked as written."""
    source = started(cast.lead, numbered(ROWS))
    with monkeypatch.context() as patch:
        real = bulk.write_texts

        def failing(*arguments: Any, **named: Any) -> list[int]:
            real(*arguments, **named)
            raise Killed

        patch.setattr(writing, "write_texts", failing)
        with pytest.raises(Killed):
            work_off(source)
    assert not Task.objects.filter(source=source).exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_restarts_is_a_passing_fault(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    source = started(cast.lead, numbered(ROWS))
    with monkeypatch.context() as patch:
        after_batches(patch, 2, OperationalError("terminating connection due to administrator command"))
        job = work_off(source)
    assert job.state == "queued" and source.state == "importing"
    assert work_off(source).state == "succeeded" and whole(source, ROWS)


@pytest.mark.django_db(transaction=True)
def test_a_stalled_worker_cannot_write_over_its_successor(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first worker wakes in the middle of a batch after the second has done everything."""
    source = started(cast.lead, numbered(ROWS))
    real = bulk.write_texts
    slept: list[bool] = []
    ended: list[str] = []

    def stalling(*arguments: Any, **named: Any) -> list[int]:
        if not slept:
            slept.append(True)
            successor = threading.Thread(target=lambda: ended.append(work_elsewhere(source)))
            successor.start()
            successor.join()
        return real(*arguments, **named)

    monkeypatch.setattr(writing, "write_texts", stalling)
    job = work_off(source)
    assert ended == ["succeeded"]
    assert (job.state, job.attempt) == ("succeeded", 2)
    assert (source.state, source.tasks) == ("ready", ROWS) and whole(source, ROWS)


@pytest.mark.django_db
def test_cancelled_before_writing_leaves_nothing(cast: Cast) -> None:
    source = started(cast.lead, numbered(2 * BATCH))
    key = source.file
    assert source.job is not None
    Job.objects.filter(pk=source.job.pk).update(cancel_requested=True)
    job = work_off(source)
    assert (job.state, source.state, source.tasks) == ("cancelled", "failed", 0)
    assert "cancelled" in source.summary["error"] and not default_storage.exists(key)


@pytest.mark.django_db
def test_an_import_cancelled_while_it_waited_is_closed_before_the_next(cast: Cast) -> None:
    source = started(cast.lead, numbered(1))
    key = source.file
    assert source.job is not None
    running.cancel(source.job, by=cast.lead.user, now=timezone.now())
    assert work_off(started(cast.lead, numbered(1))).state == "succeeded"
    source.refresh_from_db()
    assert source.state == "failed" and "Cancelled" in source.summary["error"]
    assert not default_storage.exists(key)


@pytest.mark.django_db
def test_cancelled_while_writing_sets_aside_what_is_in(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    source = started(cast.lead, numbered(ROWS))
    after_batches(monkeypatch, 2, running.Cancelled())
    job = work_off(source)
    assert (job.state, source.state, source.tasks) == ("cancelled", "retired", 2 * BATCH)
    assert f"{2 * BATCH:,} tasks" in source.summary["error"]
    with pytest.raises(Empty):
        claiming.claim(cast.writer, now=timezone.now())


@pytest.mark.django_db
def test_an_unexpected_fault_ends_the_import_with_a_sentence(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = started(cast.lead, numbered(3))
    after_batches(monkeypatch, 0, ZeroDivisionError())
    job = work_off(source)
    assert (job.state, source.state) == ("failed", "failed")
    assert "unexpected fault" in source.summary["error"]


@pytest.mark.django_db(transaction=True)
def test_two_connections_write_every_batch_once(cast: Cast) -> None:
    source = started(cast.lead, numbered(8 * BATCH + 1))
    assert work_off(source).state == "succeeded"
    assert whole(source, 8 * BATCH + 1) and source.tasks == 8 * BATCH + 1


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_helper_ends_the_import(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    source = started(cast.lead, numbered(6 * BATCH))
    after_batches(monkeypatch, 2, OperationalError("the connection is closed"))
    assert work_off(source).state == "queued"
    monkeypatch.undo()
    assert work_off(source).state == "succeeded" and whole(source, 6 * BATCH)


_WORKER = """
import os, sys, django
django.setup()
from django.db import connection
from annotate import passes, writing
from workspace import running
from workspace.models import Job
real = writing.write_batch
def slow(plan, batch):
    real(plan, batch)
    print("batch", batch, flush=True)
writing.write_batch = slow
running.run(int(sys.argv[1]), passes.import_source)
print("ended", Job.objects.get(pk=int(sys.argv[1])).state, flush=True)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_is_resumed_exactly(cast: Cast) -> None:
    """A real SIGKILL, again and again, until one process comes to the end."""
    rows = 12 * BATCH + 1
    chosen = choices(name="rows", format="jsonl", licence="MIT")
    source = importing.begin_import(
        cast.project, io.BytesIO(numbered(rows)), chosen, by=None, now=timezone.now(), enqueue=False
    )
    assert source.job is not None
    kills = 0
    for wait_for in (2, 4, None):
        Job.objects.filter(pk=source.job.pk).update(heartbeat=timezone.now() - 2 * running.HEARTBEAT_LIMIT)
        kills += _run_and_kill(source.job.pk, after_batches=wait_for)
    source.refresh_from_db()
    job = Job.objects.get(pk=source.job.pk)
    assert kills >= 1 and (job.state, job.attempt) == ("succeeded", 3)
    assert (source.state, source.tasks) == ("ready", rows) and whole(source, rows)


def _run_and_kill(job: int, *, after_batches: int | None) -> int:
    """Run the job in a process that sees the test's database; whether it was killed before it ended."""
    database = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.annotate.settings_of_the_test",
        "TEST_DATABASE": str(database["NAME"]),
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(job)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    seen = 0
    for line in worker.stdout:
        seen += line.startswith("batch")
        if seen == after_batches:
            worker.send_signal(signal.SIGKILL)
            break
    worker.stdout.close()
    return int(worker.wait(timeout=60) == -signal.SIGKILL)
