"""Lanes found, made and told that places have opened. Called by intake, submission and whatever frees a place."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from annotate.models import Lane, LaneReservation
from workspace.models import Project

_FIND = """
SELECT id FROM annotate_lane
WHERE project_id = %s AND queue = %s AND priority = %s AND category = %s AND language = %s
  AND coalesce(source_id, 0) = %s AND reserved = %s
"""
_MAKE = """
INSERT INTO annotate_lane (project_id, queue, priority, category, language, source_id, reserved)
VALUES (%s, %s, %s, %s, %s, nullif(%s, 0), %s)
ON CONFLICT DO NOTHING
"""
# SKIP LOCKED: whoever holds the lock is clearing the same marks, and two clearings in another order could deadlock.
_WAKE = """
UPDATE annotate_lanecursor SET exhausted = NULL WHERE id IN (
    SELECT id FROM annotate_lanecursor WHERE lane_id = ANY(%s) AND exhausted IS NOT NULL
    ORDER BY id FOR UPDATE SKIP LOCKED
)
"""


def lane_for(
    project: Project | int,
    *,
    queue: str,
    priority: int,
    category: str,
    language: str,
    source: int | None,
    reserved_for: Sequence[int] = (),
) -> int:
    """The id of the lane for places of this sort, made where absent.

    Parameters: `queue`, `"write"` or `"review"`; `source` and `reserved_for`, ids of a source and of members.
    """
    reserved = ",".join(str(member) for member in sorted(set(reserved_for)))
    project_id = project.pk if isinstance(project, Project) else project
    key = (project_id, queue, priority, category, language, source or 0, reserved)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, key)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_MAKE, key)
            cursor.execute(_FIND, key)
            row = cursor.fetchone()
            if reserved:
                LaneReservation.objects.bulk_create(
                    [
                        LaneReservation(lane_id=row[0], member_id=member)
                        for member in sorted(set(reserved_for))
                    ],
                    ignore_conflicts=True,
                )
    return int(row[0])


def wake(lanes: Collection[int]) -> None:
    """Tell who had found nothing in these lanes that it is worth looking again."""
    if lanes:
        with connection.cursor() as cursor:
            cursor.execute(_WAKE, [sorted(lanes)])


def lanes_of(project: Project, queue: str) -> list[Lane]:
    """Every lane of one queue; a project has as many as it has kinds of places, never as many as tasks."""
    return list(Lane.objects.filter(project=project, queue=queue).order_by("priority", "id"))
