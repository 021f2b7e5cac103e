"""Retiring a source, and restoring it: one row changes, however many tasks it has.

The queue leaves the lanes of a retired source alone (`annotate.queueing`), so untouched tasks are given to nobody; work
in hand finishes; a release leaves its finished rows out unless asked for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from annotate.lanes import wake
from annotate.models import Lane, Source
from annotate.states import NOT_LIVE
from workspace.access import Standing
from workspace.auditing import record
from workspace.refusals import Conflict


@dataclass(frozen=True)
class Effect:
    """What retiring a source would mean, in tasks: each is counted once."""

    untouched: int  # nobody has begun; they will be given to nobody
    in_hand: int  # somebody is writing, or a reviewer returned it; they may finish
    finished: int  # written; left out of releases


_COUNT = """
SELECT count(*) FILTER (WHERE in_hand), count(*) FILTER (WHERE finished AND NOT in_hand) FROM (
    SELECT a.task_id, bool_or(a.state = 'active') AS in_hand,
           bool_or(coalesce(d.state <> ALL(%(not_live)s::text[]) AND d.state <> 'draft', false)) AS finished
    FROM annotate_task t
    JOIN annotate_assignment a ON a.task_id = t.id
    LEFT JOIN annotate_demonstration d ON d.assignment_id = a.id
    WHERE t.source_id = %(source)s GROUP BY a.task_id
) begun
"""


def preview(standing: Standing, source: Source) -> Effect:
    """The three numbers. One statement, whose cost grows with the work done on the source's tasks."""
    standing.require("source.retire")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"source": source.pk, "not_live": list(NOT_LIVE)})
        in_hand, finished = cursor.fetchone()
    return Effect(untouched=source.tasks - in_hand - finished, in_hand=in_hand, finished=finished)


def retire(standing: Standing, source: Source, *, now: datetime) -> Source:
    """Give no more tasks of this source to anybody. Twice is harmless.

    Raises `Conflict` while it is being imported, or where its import failed.
    """
    standing.require("source.retire")
    return _move(standing, source, "ready", "retired", retired=now)


def restore(standing: Standing, source: Source, *, now: datetime) -> Source:
    """Give its untouched tasks out again. Twice is harmless. Raises `Conflict` as `retire` does."""
    standing.require("source.retire")
    with transaction.atomic():
        restored = _move(standing, source, "retired", "ready", retired=None)
        # Who found nothing while it was retired may look again at once.
        wake(set(Lane.objects.filter(source=source).values_list("pk", flat=True)))
    return restored


_WORDS = {
    "importing": "This source is still being imported; wait until it is in, or cancel its job.",
    "failed": "The import of this source failed; nothing of it is in the queue.",
}


def _move(standing: Standing, source: Source, old: str, new: str, *, retired: datetime | None) -> Source:
    with transaction.atomic():
        moved = Source.objects.filter(pk=source.pk, state=old).update(state=new, retired=retired)
        if moved:
            action = "source.retired" if new == "retired" else "source.restored"
            record(action, source, by=standing.user, before={"state": old}, after={"state": new})
        source.refresh_from_db(fields=["state", "retired"])
    if source.state != new:
        raise Conflict(_WORDS[source.state])
    return source
