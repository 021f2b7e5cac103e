"""Tasks and their slots into the database by COPY: one short batch, whole or not at all.

In: rows as text ready for COPY, with the lane of each. Out: the tasks' ids. `annotate.intake` calls this for tasks
that come by the API, `annotate.writing` for the batches of a source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from random import getrandbits

from django.db import IntegrityError, connection

from annotate.drawing import is_drawn
from annotate.lanes import lane_for, wake
from annotate.sources.copy_text import NULL, ROW_COLUMNS, copy_text
from annotate.sources.judging import Sort
from annotate.sources.rows import TaskRow, digest
from workspace.models import Project

_TASK_COLUMNS = (
    f"id, {ROW_COLUMNS}, overlap, overlap_drawn, shuffle, overlap_probability, project_id, source_id, created"
)
_SLOT_COLUMNS = "task_id, number, lane_id, shuffle"


def write_tasks(
    project: Project,
    rows: Sequence[TaskRow],
    *,
    source_id: int | None,
    now: datetime,
    digests: Sequence[bytes] | None = None,
    reserved: Sequence[Sequence[int]] = (),
) -> list[int]:
    """Write checked rows as tasks with open slots, inside the caller's transaction. Returns the tasks' ids in order.

    Parameters: `digests`, of the rows where they are known already; `reserved`, for each row the members who alone may
    take it, or nothing at all. Raises `IntegrityError` where one is an exact
    duplicate of a task of this project.
    """
    if not rows:
        return []
    marks = digests if digests is not None else [digest(row) for row in rows]
    texts = [copy_text(row, mark).encode() for row, mark in zip(rows, marks, strict=True)]
    lanes = _lanes_of(project, rows, reserved or [()] * len(rows), source_id=source_id)
    return write_texts(project, texts, lanes, source_id=source_id, now=now)


def _lanes_of(
    project: Project, rows: Sequence[TaskRow], reserved: Sequence[Sequence[int]], *, source_id: int | None
) -> list[int]:
    """The lane of each row."""
    asked = [
        ((row.priority, row.category, row.language), tuple(members))
        for row, members in zip(rows, reserved, strict=True)
    ]
    lanes = {
        members: lanes_for(
            project,
            {sort for sort, others in asked if others == members},
            source_id=source_id,
            reserved_for=members,
        )
        for members in sorted({members for _, members in asked})
    }
    return [lanes[members][sort] for sort, members in asked]


def lanes_for(
    project: Project, sorts: set[Sort], *, source_id: int | None, reserved_for: Sequence[int] = ()
) -> dict[Sort, int]:
    """The lane of each sort of task, made where absent."""
    return {
        sort: lane_for(
            project,
            queue="write",
            priority=sort[0],
            category=sort[1],
            language=sort[2],
            source=source_id,
            reserved_for=reserved_for,
        )
        # In one order, so that two who make the same lanes cannot wait for one another.
        for sort in sorted(sorts)
    }


def write_texts(
    project: Project,
    texts: Sequence[bytes],
    lanes: Sequence[int],
    *,
    source_id: int | None,
    now: datetime,
    keys_at_once: bool = False,
) -> list[int]:
    """Write tasks given as `copy_text` has them, each with open slots in its lane, inside the caller's transaction.

    Parameters: `keys_at_once`, to check the rows' foreign keys by one statement for each table instead of one for each
    row, where `may_check_keys_at_once()`.
    """
    identifiers = _identifiers(len(texts))
    share, most, key = project.overlap_share, project.overlap, bytes(project.draw_key)
    probability = share if most > 1 else 1.0
    tail = f"{probability}\t{project.pk}\t{source_id or NULL}\t{now.isoformat()}".encode()
    tasks, slots = [], []
    for number, text, lane in zip(identifiers, texts, lanes, strict=True):
        drawn = most == 1 or is_drawn(key, number, share)
        overlap = most if drawn else 1
        shuffle = getrandbits(63)
        mark = b"t" if drawn else b"f"
        tasks.append(b"%d\t%b\t%d\t%b\t%d\t%b\n" % (number, text, overlap, mark, shuffle, tail))
        for place in range(1, overlap + 1):
            slots.append(f"{number}\t{place}\t{lane}\t{shuffle}\n")
    with _keys_checked_at_once(project.pk, source_id, set(lanes)) if keys_at_once else nullcontext():
        _copy(f"COPY annotate_task ({_TASK_COLUMNS}) FROM STDIN", b"".join(tasks))
        _copy(f"COPY annotate_slot ({_SLOT_COLUMNS}) FROM STDIN", "".join(slots).encode())
    wake(set(lanes))
    return identifiers


def may_check_keys_at_once() -> bool:
    """Whether the database lets this user switch off the check of foreign keys row by row.

    True for the embedded server; elsewhere where the operator has granted it:
    `GRANT SET ON PARAMETER session_replication_role TO …` (PostgreSQL 15 and later).
    """
    with connection.cursor() as cursor:
        if getattr(connection, "pg_version", 0) >= 150000:
            cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        else:
            cursor.execute("SELECT current_setting('is_superuser') = 'on'")
        return bool(cursor.fetchone()[0])


# Locked as a foreign key's own check locks it, so that nobody can delete it before this transaction has committed.
_REFERENCED = """
SELECT (SELECT count(*) FROM (SELECT 1 FROM workspace_project WHERE id = %(project)s FOR KEY SHARE) p)
     + (SELECT count(*) FROM (SELECT 1 FROM annotate_source WHERE id = %(source)s FOR KEY SHARE) s)
     + (SELECT count(*) FROM (SELECT 1 FROM annotate_lane WHERE id = ANY(%(lanes)s) FOR KEY SHARE) l)
"""


@contextmanager
def _keys_checked_at_once(project_id: int, source_id: int | None, lanes: set[int]) -> Iterator[None]:
    """Check and lock all that the rows will refer to, then leave out the check of each row, which is half the cost.

    A slot's own task is written in the same transaction. All other constraints hold as ever; a trigger that is put on
    these two tables one day must be ENABLE ALWAYS.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCED, {"project": project_id, "source": source_id, "lanes": sorted(lanes)})
        if cursor.fetchone()[0] != 1 + (source_id is not None) + len(lanes):
            raise IntegrityError("the project, the source or a lane of these tasks is gone")
        cursor.execute("SET LOCAL session_replication_role TO replica")
        yield
        # After a fault inside, the caller's rollback sets it back.
        cursor.execute("SET LOCAL session_replication_role TO origin")


def _identifiers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(nextval(pg_get_serial_sequence('annotate_task', 'id'))) FROM generate_series(1, %s)",
            [count],
        )
        (numbers,) = cursor.fetchone()
    return list(numbers)


def _copy(statement: str, written: bytes) -> None:
    # The driver raises its own exceptions out of a COPY; callers know Django's.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(written)
