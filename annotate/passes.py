"""The work of an import: judge the whole file, then put its rows into the queue; or only judge it.

In: a job's `Run`. Out: the summary, which is the job's result and stays with the source. Called by
`annotate.jobs.import_source` and by the command `import_source`. Safe to run again at any point.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from annotate.choosing import Choices
from annotate.importing import close, limits
from annotate.models import Source
from annotate.sources.judging import BATCH, Judged, judge, repeats_within
from annotate.sources.limits import SourceRefused
from annotate.sources.notes import Notes
from annotate.writing import Plan, known_in_project, write_all
from workspace.auditing import record
from workspace.models import Job, Project
from workspace.refusals import Conflict, Invalid, Refusal
from workspace.running import Cancelled, Passing, Run, Superseded

Tick = Callable[[Notes], None]

# After these the import goes on where it stopped, here or in another worker.
GOES_ON = (OperationalError, InterfaceError, Passing, Superseded)


def import_source(run: Run) -> dict[str, Any]:
    """Do the job: an import, or the trial of one. Returns the summary.

    Raises `Invalid` with the summary in its `extra` where the file is bad: nothing is in the queue then.
    """
    if "trial" in run.job.arguments:
        return _try_kept(run)
    source = Source.objects.select_related("project", "created_by").get(pk=run.job.arguments["source"])
    if source.state == "ready":
        return dict(source.summary)
    if source.state != "importing":
        raise Conflict(source.summary.get("error") or "This import has ended.", extra=source.summary)
    try:
        summary = _take_in(source, run)
    except GOES_ON:
        raise
    except Exception as fault:
        _abandon(source, run, fault, now=timezone.now())
        raise
    default_storage.delete(source.file)
    return summary


def trial(project: Project, file: IO[bytes], chosen: Choices, *, tick: Tick | None = None) -> dict[str, Any]:
    """Judge `file` as an import into `project` would; nothing is kept. Returns the summary."""
    summary = {"source": None, "name": chosen.name, "format": chosen.format, "dry_run": True}
    try:
        judged = judge(file, chosen.format, tick=tick, limits=limits(), **chosen.reading())
    except SourceRefused as refused:
        raise Invalid(refused.message, extra=summary | _nothing(refused.message)) from refused
    repeats = _repeats(project.pk, judged, but_source=None)
    return {**summary, **judged.summary(repeats), "imported": 0, "would_import": judged.rows - len(repeats)}


def _try_kept(run: Run) -> dict[str, Any]:
    arguments = dict(run.job.arguments["trial"])
    key, total = arguments.pop("file"), arguments.pop("bytes")
    del arguments["sha256"]
    assert run.job.project is not None
    try:
        with _opened(key) as file:
            summary = trial(run.job.project, file, Choices(**arguments), tick=_ticker(run, total))
    except GOES_ON:
        raise
    except Exception:
        default_storage.delete(key)
        raise
    default_storage.delete(key)
    return summary


def _take_in(source: Source, run: Run) -> dict[str, Any]:
    head = {"source": str(source.pk), "name": source.name, "format": source.format, "dry_run": False}
    skip_bad = bool(source.options.get("skip_bad"))
    with _opened(source.file) as file, _spool() as spool:
        try:
            judged = judge(
                file,
                source.format,
                spool=spool,
                tick=_ticker(run, source.bytes),
                kind=source.kind,
                language=source.language,
                category=source.category,
                mapping=source.mapping,
                limit=source.options.get("limit"),
                limits=limits(),
            )
        except SourceRefused as refused:
            raise Invalid(refused.message, extra=head | _nothing(refused.message)) from refused
        spool.flush()
        repeats = _repeats(source.project_id, judged, but_source=source.pk)
        if judged.fault_count and (not skip_bad or not judged.rows):
            raise _bad(judged, head | judged.summary(repeats) | {"imported": 0})
        now = timezone.now()
        _prepare(source, judged)
        plan = Plan(source=source, judged=judged, run=run, skip=set(repeats), now=now)
        write_all(plan)
        summary = head | judged.summary(sorted({*repeats, *plan.late}))
    return _end(source, judged, summary, now=now)


def _prepare(source: Source, judged: Judged) -> None:
    """Note how the rows are cut into batches, once; a later attempt must find the same rows."""
    begun = {"good_rows": judged.rows, "batch": BATCH, "written": "0" * judged.batches}
    Source.objects.filter(pk=source.pk, state="importing").exclude(summary__has_key="written").update(
        summary=begun
    )
    source.refresh_from_db(fields=["summary"])
    if source.summary.get("good_rows") != judged.rows or source.summary["batch"] != BATCH:
        raise Conflict(
            "This import was begun by another version of the program, which read the file otherwise. "
            "Import the file once more."
        )


def _end(source: Source, judged: Judged, summary: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        if locked.state != "importing":
            raise Superseded
        # What is not in although it was good is a duplicate, also one that an earlier attempt met.
        summary["duplicates"]["count"] = judged.rows - locked.tasks
        summary["imported"] = locked.tasks
        locked.state, locked.summary, locked.file = "ready", summary, ""
        locked.save(update_fields=["state", "summary", "file"])
        after = {"state": "ready", "tasks": locked.tasks}
        record("source.imported", locked, by=source.created_by, before={"state": "importing"}, after=after)
    return summary


def _abandon(source: Source, run: Run, fault: Exception, *, now: datetime) -> None:
    """End an import that will not go on: failed with nothing in the queue, or what is in set aside (retired)."""
    words = fault.detail if isinstance(fault, Refusal) else ""
    if isinstance(fault, Cancelled):
        words = "The import was cancelled."
    with transaction.atomic():
        locked = Source.objects.select_for_update().get(pk=source.pk)
        mine = Job.objects.filter(pk=run.job.pk, attempt=run.attempt, state="running").exists()
        if locked.state != "importing" or not mine:
            return
        told = dict(fault.extra) if isinstance(fault, Refusal) else {}
        key = locked.file
        error = words or "An unexpected fault stopped the import; the operator's log says more."
        close(locked, error, told=told, now=now)
    if key:
        default_storage.delete(key)


def _bad(judged: Judged, summary: dict[str, Any]) -> Invalid:
    rows, first = judged.notes.errors, judged.errors[0]
    what = "1 row" if rows == 1 else f"{rows:,} rows"
    words = f"{what} of this file cannot be taken, so nothing was imported. Line {first.line}"
    words += f", row {first.row}" if first.row > first.line else ""
    words += f", {first.field}: {first.message}" if first.field else f": {first.message}"
    return Invalid(words, slug="bad-rows", extra=summary)


def _nothing(sentence: str) -> dict[str, Any]:
    return {
        "rows": 0,
        "imported": 0,
        "duplicates": {"count": 0, "lines": []},
        "errors": [{"line": 0, "field": "", "message": sentence}],
        "error_count": 1,
        "bad_rows": 0,
        "notes": {},
    }


def _repeats(project_id: int, judged: Judged, *, but_source: int | None) -> list[int]:
    known = known_in_project(project_id, judged, places=range(judged.rows), but_source=but_source)
    return sorted({*repeats_within(judged.marks), *known})


def _ticker(run: Run, total: int) -> Tick:
    def tick(notes: Notes) -> None:
        run.progress(min(notes.bytes_read, total), total, f"Checking rows: {notes.rows + notes.errors:,}")

    return tick


@contextmanager
def _opened(key: str) -> Iterator[IO[bytes]]:
    try:
        file = default_storage.open(key, "rb")
    except FileNotFoundError:
        raise Conflict("The file of this import is no longer there. Upload it again.") from None
    with file:
        yield file


@contextmanager
def _spool() -> Iterator[IO[bytes]]:
    """A file without a name in the data folder: the kernel removes it however this process ends."""
    folder = settings.DATA / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder) as spool:
            yield spool
    except OSError as fault:
        if fault.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Conflict(
            "The disk is full, so the import stopped. Make room, then import the file again."
        ) from fault
