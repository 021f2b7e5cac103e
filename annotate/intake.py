"""Taking single tasks in: one, or a list that comes in whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from annotate.bulk import write_tasks
from annotate.models import Task
from annotate.sources.checking import check_task
from annotate.sources.rows import TaskRow, digest
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.refusals import Conflict, Invalid

MOST_AT_ONCE = 1000


def add_tasks(
    standing: Standing, sent: Sequence[Any], *, now: datetime, reserved_for: Sequence[int] = ()
) -> list[Task]:
    """Add tasks as they came from outside: all of them, or none.

    Parameters: `sent`, objects with the fields of a task; `reserved_for`, ids of the members who alone may take them.
    Returns the tasks in the order they were sent. Raises `Invalid`, its errors naming the index and the field.
    """
    standing.require("task.create")
    if len(sent) > MOST_AT_ONCE:
        raise Invalid(
            f"Too many tasks at once: {len(sent):,}.",
            errors={"tasks": [f"Send at most {MOST_AT_ONCE:,}, or import a file as a source."]},
        )
    rows = checked_rows(sent)
    _check_reserved(standing.project, reserved_for)
    return store_rows(standing.project, rows, by=standing.user, now=now, reserved_for=reserved_for)


def checked_rows(sent: Sequence[Any]) -> list[TaskRow]:
    """Every task judged; `Invalid` with all that is wrong, by index and field."""
    rows, errors = [], {}
    for index, values in enumerate(sent):
        if not isinstance(values, dict):
            errors[str(index)] = ["Send each task as an object."]
            continue
        judged = check_task(values, line=index)
        if isinstance(judged, TaskRow):
            rows.append(judged)
        else:
            for error in judged:
                errors.setdefault(f"{index}.{error.field}" if error.field else str(index), []).append(
                    error.message
                )
    if errors:
        raise Invalid("Some tasks cannot be taken; none was added.", errors=errors)
    return rows


def store_rows(
    project: Project,
    rows: Sequence[TaskRow],
    *,
    by: User | None,
    now: datetime,
    reserved_for: Sequence[int] = (),
) -> list[Task]:
    """Write checked rows; `Invalid` naming each exact duplicate, of another row or of a task of the project."""
    digests = [digest(row) for row in rows]
    _refuse_repeats(digests)
    try:
        with transaction.atomic():
            _refuse_known(project, digests)
            identifiers = write_tasks(
                project, rows, source_id=None, now=now, digests=digests, reserved_for=reserved_for
            )
            record("task.added", None, by=by, project=project, after={"tasks": len(identifiers)})
    except IntegrityError as error:
        if "task_once_per_project" not in str(error):
            raise
        raise Conflict(
            "One of these tasks was added by somebody else at this moment; send them again."
        ) from error
    found = Task.objects.in_bulk(identifiers)
    return [found[identifier] for identifier in identifiers]


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


def _check_reserved(project: Project, reserved_for: Sequence[int]) -> None:
    found = Member.objects.filter(project=project, pk__in=list(reserved_for), active=True).count()
    if found != len(set(reserved_for)):
        raise Invalid("Unknown member.", errors={"reserved_for": ["Give ids of members of this project."]})
