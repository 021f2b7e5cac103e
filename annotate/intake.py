"""Taking single tasks in: one, a list or a stream, that comes in whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from annotate.bulk import lanes_for, write_tasks, write_texts
from annotate.models import Task
from annotate.sources.checking import check_task
from annotate.sources.judging import BATCH, Judged, judge, repeats_within
from annotate.sources.limits import MIB, Limits, SourceRefused
from annotate.sources.rows import RowError, TaskRow, digest
from annotate.sources.streams import Readable
from annotate.writing import known_in_project, texts_of
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.refusals import Conflict, Invalid

MOST_AT_ONCE = 1000
# A stream is written in one transaction, so it stays short; what is larger is a source.
STREAM = Limits(max_file_bytes=64 * MIB, max_decompressed_bytes=64 * MIB, max_rows=20_000)
ERRORS_TOLD = 100


def add_tasks(
    standing: Standing, sent: Sequence[Any], *, now: datetime, reserved_for: Sequence[int] = ()
) -> list[Task]:
    """Add tasks as they came from outside: all of them, or none.

    Parameters: `sent`, objects with the fields of a task, which may name ids of members in `reserved_for`;
    `reserved_for`, ids of the members who alone may take those that name none. Returns the tasks in the order they
    were sent. Raises `Invalid`, its errors naming the index and the field.
    """
    standing.require("task.create")
    if not sent or len(sent) > MOST_AT_ONCE:
        raise Invalid(
            f"Send from 1 to {MOST_AT_ONCE:,} tasks at once; these are {len(sent):,}.",
            errors={"tasks": [f"Send at most {MOST_AT_ONCE:,}, or import a file as a source."]},
        )
    plain, reserved = _without_reservations(sent, reserved_for)
    rows = checked_rows(plain)
    _check_reserved(standing.project, reserved)
    return store_rows(standing.project, rows, by=standing.user, now=now, reserved=reserved)


def add_stream(standing: Standing, stream: Readable, *, now: datetime) -> int:
    """Add the tasks of a stream of JSON lines, in constant memory: all of them, or none. Returns how many.

    Raises `Invalid`, its errors naming the line and the field.
    """
    standing.require("task.create")
    with tempfile.TemporaryFile(dir=_spool_folder()) as spool:
        try:
            judged = judge(stream, "jsonl", spool=spool, limits=STREAM)
        except SourceRefused as refused:
            raise Invalid("These tasks cannot be taken.", errors={"body": [refused.message]}) from refused
        spool.flush()
        _refuse_faults(judged)
        _refuse_duplicates(standing.project, judged)
        try:
            with transaction.atomic():
                _write_stream(standing.project, judged, now=now)
                after = {"tasks": judged.rows}
                record("task.added", None, by=standing.user, project=standing.project, after=after)
        except IntegrityError as error:
            raise _raced(error) from error
    return judged.rows


def checked_rows(sent: Sequence[Any]) -> list[TaskRow]:
    """Every task judged; `Invalid` with all that is wrong, by index and field."""
    rows: list[TaskRow] = []
    errors: dict[str, list[str]] = {}
    for index, values in enumerate(sent):
        if not isinstance(values, dict):
            errors[str(index)] = ["Send each task as an object."]
            continue
        judged = check_task(values, line=index)
        if isinstance(judged, TaskRow):
            rows.append(judged)
        else:
            for error in judged:
                errors.setdefault(_place(error), []).append(error.message)
    if errors:
        raise Invalid("Some tasks cannot be taken; none was added.", errors=errors)
    return rows


def store_rows(
    project: Project,
    rows: Sequence[TaskRow],
    *,
    by: User | None,
    now: datetime,
    reserved: Sequence[Sequence[int]] = (),
) -> list[Task]:
    """Write checked rows; `Invalid` naming each exact duplicate, of another row or of a task of the project.

    Parameters: `reserved`, for each row the members who alone may take it, or nothing at all.
    """
    digests = [digest(row) for row in rows]
    _refuse_repeats(digests)
    try:
        with transaction.atomic():
            _refuse_known(project, digests)
            identifiers = write_tasks(
                project, rows, source_id=None, now=now, digests=digests, reserved=reserved
            )
            record("task.added", None, by=by, project=project, after={"tasks": len(identifiers)})
    except IntegrityError as error:
        raise _raced(error) from error
    found = Task.objects.in_bulk(identifiers)
    return [found[identifier] for identifier in identifiers]


def _raced(error: IntegrityError) -> Exception:
    if "task_once_per_project" not in str(error):
        return error
    return Conflict("One of these tasks was added by somebody else at this moment; send them again.")


def _place(error: RowError) -> str:
    return f"{error.line}.{error.field}" if error.field else str(error.line)


# --- Lists -------------------------------------------------------------------------------------------------------


def _without_reservations(
    sent: Sequence[Any], otherwise: Sequence[int]
) -> tuple[list[Any], list[tuple[int, ...]]]:
    """The tasks without their `reserved_for`, and that of each; one that is no list of ids stays, and is refused."""
    plain: list[Any] = []
    reserved: list[tuple[int, ...]] = []
    for values in sent:
        members: tuple[int, ...] | None = tuple(otherwise)
        if isinstance(values, Mapping) and "reserved_for" in values:
            members = _members(values["reserved_for"])
        if members is None:
            raise Invalid(
                "Some tasks cannot be taken; none was added.",
                errors={f"{len(plain)}.reserved_for": ["Give a list of ids of members, or leave it out."]},
            )
        without = (
            {name: value for name, value in values.items() if name != "reserved_for"}
            if isinstance(values, Mapping)
            else values
        )
        plain.append(without)
        reserved.append(members)
    return plain, reserved


def _members(value: Any) -> tuple[int, ...] | None:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > 20:
        return None
    texts = [str(one) for one in value if isinstance(one, (int, str)) and not isinstance(one, bool)]
    if len(texts) < len(value) or not all(
        text.isascii() and text.isdigit() and len(text) < 19 for text in texts
    ):
        return None
    return tuple(int(text) for text in texts)


def _check_reserved(project: Project, reserved: Sequence[Sequence[int]]) -> None:
    wanted = {member for members in reserved for member in members}
    if not wanted:
        return
    known = set(
        Member.objects.filter(project=project, pk__in=wanted, active=True).values_list("pk", flat=True)
    )
    words = ["Give ids of members of this project."]
    errors = {
        f"{index}.reserved_for": words
        for index, members in enumerate(reserved)
        if not known.issuperset(members)
    }
    if errors:
        raise Invalid("Unknown member.", errors=errors)


def _refuse_repeats(digests: Sequence[bytes]) -> None:
    first: dict[bytes, int] = {}
    errors = {}
    for index, mark in enumerate(digests):
        if mark in first:
            errors[str(index)] = [
                f"This is an exact duplicate of task {first[mark]} of this list; leave one out."
            ]
        first.setdefault(mark, index)
    if errors:
        raise Invalid("Some tasks stand twice in this list; none was added.", errors=errors)


def _refuse_known(project: Project, digests: Sequence[bytes]) -> None:
    marks = {UUID(bytes=mark): index for index, mark in enumerate(digests)}
    known = Task.objects.filter(project=project, digest__in=list(marks)).values_list("digest", "pk")
    errors = {
        str(marks[mark]): [f"This project has exactly this task already (task {key})."] for mark, key in known
    }
    if errors:
        raise Invalid("Some tasks are in the project already; none was added.", errors=errors)


# --- Streams -----------------------------------------------------------------------------------------------------


def _spool_folder() -> str:
    folder = settings.DATA / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    return os.fspath(folder)


def _refuse_faults(judged: Judged) -> None:
    errors: dict[str, list[str]] = {}
    for error in judged.errors[:ERRORS_TOLD]:
        errors.setdefault(_place(error), []).append(error.message)
    unknown = judged.notes.as_dict().get("unused_columns", {})
    if unknown:
        names = ", ".join(unknown["names"])
        errors.setdefault(str(unknown["lines"][0]), []).append(f"A task has no such fields: {names}.")
    if errors:
        count = judged.fault_count or unknown["count"]
        raise Invalid(f"{count:,} errors; no task was added. They are named by line.", errors=errors)


def _refuse_duplicates(project: Project, judged: Judged) -> None:
    known = known_in_project(project.pk, judged, places=range(judged.rows), but_source=None)
    repeats = repeats_within(judged.marks)
    errors = {
        str(judged.lines[place]): ["This line is an exact duplicate of an earlier one; leave one out."]
        for place in repeats[:ERRORS_TOLD]
    } | {
        str(judged.lines[place]): ["This project has exactly this task already."]
        for place in known[:ERRORS_TOLD]
    }
    if errors:
        count = len({*known, *repeats})
        raise Invalid(f"{count:,} of these tasks are duplicates; none was added.", errors=errors)


def _write_stream(project: Project, judged: Judged, *, now: datetime) -> None:
    lanes = lanes_for(project, set(judged.sorts), source_id=None)
    for batch in range(judged.batches):
        sorts = judged.sort_of[batch * BATCH : (batch + 1) * BATCH]
        here = [lanes[judged.sorts[sort]] for sort in sorts]
        write_texts(project, texts_of(judged, batch), here, source_id=None, now=now)
