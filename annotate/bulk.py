"""Tasks and their slots into the database by COPY: one short batch, whole or not at all.

`annotate.intake` calls this for tasks sent one by one, `annotate.importing` for the batches of a source. Text for
COPY is built here by hand: at fifty thousand rows a second the driver's own conversion of each value would cost half
the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from random import getrandbits
from uuid import UUID

import orjson
from django.db import connection

from annotate.drawing import is_drawn
from annotate.lanes import lane_for, wake
from annotate.sources.rows import TaskRow, digest
from workspace.models import Project

TASK_COLUMNS = (
    "id, project_id, source_id, kind, prompt, brief, context, messages, draft_response, reference, category, "
    "language, priority, external_id, metadata, digest, overlap, overlap_probability, overlap_drawn, shuffle, created"
)
SLOT_COLUMNS = "task_id, number, lane_id, shuffle"
NULL = "\\N"


def write_tasks(
    project: Project,
    rows: Sequence[TaskRow],
    *,
    source_id: int | None,
    now: datetime,
    digests: Sequence[bytes] | None = None,
    reserved_for: Sequence[int] = (),
) -> list[int]:
    """Write checked rows as tasks with open slots, inside the caller's transaction. Returns the tasks' ids in order.

    Parameters: `digests`, of the rows where they are known already. Raises `IntegrityError` where one is an exact
    duplicate of a task of this project.
    """
    if not rows:
        return []
    identifiers = _identifiers(len(rows))
    marks = digests if digests is not None else [digest(row) for row in rows]
    lanes = _Lanes(project, source_id, reserved_for)
    share, most, key = project.overlap_share, project.overlap, bytes(project.draw_key)
    head, tail = f"{project.pk}\t{source_id or NULL}", now.isoformat()
    tasks, slots = [], []
    for number, row, mark in zip(identifiers, rows, marks, strict=True):
        drawn = most == 1 or is_drawn(key, number, share)
        overlap = most if drawn else 1
        shuffle = getrandbits(63)
        probability = share if most > 1 else 1.0
        tasks.append(
            f"{number}\t{head}\t{_task_text(row)}\t{UUID(bytes=mark)}\t{overlap}\t{probability}\t"
            f"{'t' if drawn else 'f'}\t{shuffle}\t{tail}\n"
        )
        lane = lanes.of(row)
        for place in range(1, overlap + 1):
            slots.append(f"{number}\t{place}\t{lane}\t{shuffle}\n")
    _copy(f"COPY annotate_task ({TASK_COLUMNS}) FROM STDIN", tasks)
    _copy(f"COPY annotate_slot ({SLOT_COLUMNS}) FROM STDIN", slots)
    wake(lanes.used)
    return identifiers


class _Lanes:
    """The lanes of one batch, each looked up once."""

    def __init__(self, project: Project, source_id: int | None, reserved_for: Sequence[int]) -> None:
        self._project, self._source, self._reserved = project, source_id, reserved_for
        self._known: dict[tuple[int, str, str], int] = {}

    def of(self, row: TaskRow) -> int:
        key = (row.priority, row.category, row.language)
        lane = self._known.get(key)
        if lane is None:
            lane = self._known[key] = lane_for(
                self._project,
                queue="write",
                priority=row.priority,
                category=row.category,
                language=row.language,
                source=self._source,
                reserved_for=self._reserved,
            )
        return lane

    @property
    def used(self) -> set[int]:
        return set(self._known.values())


def _task_text(row: TaskRow) -> str:
    """The row's own columns, from kind to metadata, as COPY's text format has them."""
    messages = _escaped(orjson.dumps(row.messages).decode()) if row.messages is not None else NULL
    metadata = _escaped(orjson.dumps(row.metadata).decode()) if row.metadata else "{}"
    return (
        f"{row.kind}\t{_escaped(row.prompt)}\t{_escaped(row.brief)}\t{_escaped(row.context)}\t{messages}\t"
        f"{_escaped(row.draft_response)}\t{_escaped(row.reference)}\t{_escaped(row.category)}\t{row.language}\t"
        f"{row.priority}\t{_escaped(row.external_id)}\t{metadata}"
    )


def _escaped(text: str) -> str:
    """`text` for COPY: a search for each of four characters costs less than one pass of `str.translate`."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    return text


def _identifiers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('annotate_task', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [number for (number,) in cursor.fetchall()]


def _copy(statement: str, lines: list[str]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write("".join(lines).encode())
