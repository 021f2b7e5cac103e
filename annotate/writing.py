"""The second pass of an import: checked rows from the spool into the queue, in short batches, each whole.

In: a source with what its first pass found. Out: tasks. Called by `annotate.importing`. Which batches are in stands in
the source's row, changed in the batch's own transaction: a worker killed at any moment is resumed exactly, and a
stalled one cannot write a batch a second time. Two connections write at once, since the server is what takes the time.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from annotate.bulk import lanes_for, may_check_keys_at_once, write_texts
from annotate.models import Source, Task
from annotate.sources.judging import BATCH, Judged
from workspace.models import Job
from workspace.running import Run, Superseded

# Rows added by others between the look for duplicates and the write are looked for again so often.
MOST_LOOKS = 5

# Only the worker whose attempt it is, and only once for each batch.
_MARK_WRITTEN = """
UPDATE annotate_source s SET
    tasks = s.tasks + %(count)s,
    summary = jsonb_set(s.summary, '{written}',
                        to_jsonb(overlay(s.summary->>'written' placing '1' from %(place)s::int for 1)))
FROM workspace_job j
WHERE s.id = %(source)s AND s.state = 'importing' AND substr(s.summary->>'written', %(place)s::int, 1) = '0'
  AND j.id = s.job_id AND j.id = %(job)s AND j.attempt = %(attempt)s AND j.state = 'running'
"""


class _NotMarked(Exception):
    """The batch was marked by another attempt, or this attempt is no longer the job's."""


@dataclass
class Plan:
    """What is to be written: `skip`, places of duplicates; `late`, those found while writing."""

    source: Source
    judged: Judged
    run: Run
    skip: set[int]
    now: datetime
    lanes: list[int] = field(default_factory=list)
    keys_at_once: bool = False
    late: list[int] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def known_in_project(
    source_project: int, judged: Judged, *, places: range, but_source: int | None
) -> list[int]:
    """Those of the good rows at `places` that are exact duplicates of a task of the project, in order.

    Parameters: `but_source`, the source whose own tasks do not count.
    """
    others = Task.objects.filter(project=source_project).exclude(source=but_source)
    if but_source is None:
        others = Task.objects.filter(project=source_project)
    if not others.exists():
        return []
    found: list[int] = []
    for start in range(places.start, places.stop, BATCH):
        # A file may hold the same row twice: each of its places is one.
        here: defaultdict[UUID, list[int]] = defaultdict(list)
        for place in range(start, min(start + BATCH, places.stop)):
            here[UUID(bytes=judged.mark(place))].append(place)
        known = others.filter(digest__in=list(here)).values_list("digest", flat=True)
        found += (place for mark in known for place in here[mark])
    return sorted(found)


def write_all(plan: Plan) -> None:
    """Write every batch that is not in yet, in this thread and in a helper's.

    Raises `Superseded` and `Cancelled` as `Run.progress` does, and whatever the database raises.
    """
    with transaction.atomic():
        known = lanes_for(plan.source.project, set(plan.judged.sorts), source_id=plan.source.pk)
    plan.keys_at_once = may_check_keys_at_once()
    plan.lanes = [known[sort] for sort in plan.judged.sorts]
    plan.source.refresh_from_db(fields=["summary"])
    written = plan.source.summary["written"]
    waiting = iter([number for number in range(plan.judged.batches) if written[number] == "0"])
    # Inside somebody's transaction another connection would not see what this one has done.
    if connection.in_atomic_block:
        _write(plan, _each(waiting, plan.lock), _report(plan, written))
    else:
        _write_in_two(plan, waiting, _report(plan, written))


def _write_in_two(plan: Plan, waiting: Iterator[int], report: Callable[[int], None]) -> None:
    faults: list[BaseException] = []
    batches = _each(waiting, plan.lock)

    def help_write() -> None:
        try:
            _write(plan, batches, lambda rows: None)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    def report_or_stop(batch: int) -> None:
        _raise_first(faults)
        report(batch)

    helper = threading.Thread(target=help_write, name="import-helper", daemon=True)
    helper.start()
    try:
        _write(plan, batches, report_or_stop)
    finally:
        # Where this thread stops early the helper must not go on: it finds no further batch.
        _exhaust(waiting, plan.lock)
        helper.join()
    _raise_first(faults)


def _raise_first(faults: list[BaseException]) -> None:
    if faults:
        raise faults[0]


def _each(waiting: Iterator[int], lock: threading.Lock) -> Callable[[], int | None]:
    def following() -> int | None:
        with lock:
            return next(waiting, None)

    return following


def _exhaust(waiting: Iterator[int], lock: threading.Lock) -> None:
    with lock:
        for _ in waiting:
            pass


def _report(plan: Plan, written: str) -> Callable[[int], None]:
    total = plan.judged.rows

    def report(batch: int) -> None:
        # Batches are begun in order, two at a time at most.
        done = min(total, (batch + 1) * BATCH)
        plan.run.progress(done, total, "Putting tasks into the queue")

    return report


def _write(plan: Plan, following: Callable[[], int | None], report: Callable[[int], None]) -> None:
    while (batch := following()) is not None:
        write_batch(plan, batch)
        report(batch)


def write_batch(plan: Plan, batch: int) -> None:
    """Write one batch in one transaction, without the exact duplicates that the project has meanwhile.

    Raises `Superseded` where another worker has taken over.
    """
    judged = plan.judged
    places = range(batch * BATCH, min((batch + 1) * BATCH, judged.rows))
    texts = texts_of(judged, batch)
    late: set[int] = set()
    for look in range(MOST_LOOKS):
        chosen = [place for place in places if place not in plan.skip and place not in late]
        try:
            with transaction.atomic():
                _write_chosen(plan, batch, [texts[place - places.start] for place in chosen], chosen)
        except IntegrityError as fault:
            if "task_once_per_project" not in str(fault) or look + 1 == MOST_LOOKS:
                raise
            if _is_written(plan, batch):
                return _check_mine(plan)
            late.update(
                known_in_project(plan.source.project_id, judged, places=places, but_source=plan.source.pk)
            )
        except _NotMarked:
            return _check_mine(plan)
        else:
            break
    with plan.lock:
        plan.late += sorted(late - plan.skip)


def _write_chosen(plan: Plan, batch: int, texts: list[bytes], chosen: list[int]) -> None:
    with connection.cursor() as cursor:
        # A crash of the server loses the newest batches together with the marks that say they are in.
        cursor.execute("SET LOCAL synchronous_commit TO off")
        if texts:
            lanes = [plan.lanes[plan.judged.sort_of[place]] for place in chosen]
            write_texts(
                plan.source.project,
                texts,
                lanes,
                source_id=plan.source.pk,
                now=plan.now,
                keys_at_once=plan.keys_at_once,
            )
        cursor.execute(
            _MARK_WRITTEN,
            {
                "count": len(texts),
                "place": batch + 1,
                "source": plan.source.pk,
                "job": plan.run.job.pk,
                "attempt": plan.run.attempt,
            },
        )
        if cursor.rowcount != 1:
            raise _NotMarked


def _check_mine(plan: Plan) -> None:
    """Go on where an earlier attempt wrote the batch at its last gasp; `Superseded` where this is the earlier one."""
    if not Job.objects.filter(pk=plan.run.job.pk, attempt=plan.run.attempt, state="running").exists():
        raise Superseded


def _is_written(plan: Plan, batch: int) -> bool:
    summary = Source.objects.values_list("summary", flat=True).get(pk=plan.source.pk)
    return bool(summary["written"][batch] == "1")


def texts_of(judged: Judged, batch: int) -> list[bytes]:
    """The rows of one batch out of the spool, as `copy_text` has them."""
    assert judged.spool is not None
    start, end = judged.starts[batch], judged.starts[batch + 1]
    # By position: two threads read from the same spool.
    held = os.pread(judged.spool.fileno(), end - start, start)
    while len(held) < end - start:
        more = os.pread(judged.spool.fileno(), end - start - len(held), start + len(held))
        if not more:
            raise OSError("the spool of this import is shorter than what was written to it")
        held += more
    return held.split(b"\n")[:-1]
