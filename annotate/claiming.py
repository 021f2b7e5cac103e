"""The writing queue: claim a slot, renew, skip, release; what a lease's end means.

A claim is one statement (`annotate.queueing`), which commits by itself: slot, assignment, cursor and audit event change
together or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from annotate import queueing
from annotate.gate import Gate, open_gate
from annotate.lanes import wake
from annotate.models import Assignment, Slot
from annotate.nothing import reason_nothing_is_left
from annotate.states import SKIP_REASONS
from workspace.access import Standing
from workspace.auditing import current_request_id, record
from workspace.models import User
from workspace.refusals import Conflict, Empty, Invalid, Missing, Moved, Unread

# A person and a task have one row: taken back after a release or an expiry it becomes active again. Should the same
# person win another slot of the same task at the same instant, 'taken' breaks the check constraint on purpose, and
# the whole statement with it: a slot is never left held without its assignment.
WRITING = queueing.Queue(
    name="write",
    places="annotate_slot",
    holding="annotate_assignment h ON h.slot_id = p.id AND h.state = 'active'",
    unless="""EXISTS (SELECT 1 FROM annotate_assignment a WHERE a.task_id = p.task_id
        AND a.member_id = %(member)s AND a.state NOT IN ('released', 'expired'))""",
    take="""
    held AS (
        UPDATE annotate_slot s SET state = 'held', holder_id = %(member)s, lease_until = %(lease)s
        FROM pick WHERE s.id = pick.id
    ), expired AS (
        UPDATE annotate_assignment a SET state = 'expired', closed = %(now)s FROM pick
        WHERE a.slot_id = pick.id AND a.state = 'active' AND a.member_id <> %(member)s AND pick.state = 'held'
        RETURNING a.id
    ), given AS (
        INSERT INTO annotate_assignment
            (project_id, task_id, slot_id, member_id, guideline_version_id, state, round, lease_until, claimed)
        SELECT %(project)s, pick.task_id, pick.id, %(member)s, %(version)s, 'active', 1, %(lease)s, %(now)s
        -- Named here so that the earlier holder has expired before the unique index sees the new one.
        FROM pick, (SELECT count(*) FROM expired) AS earlier
        ON CONFLICT (task_id, member_id) DO UPDATE SET
            state = CASE WHEN annotate_assignment.state IN ('released', 'expired') THEN 'active' ELSE 'taken' END,
            slot_id = EXCLUDED.slot_id, lease_until = EXCLUDED.lease_until, claimed = EXCLUDED.claimed,
            guideline_version_id = EXCLUDED.guideline_version_id, closed = NULL
        RETURNING id
    ), noted AS (
        INSERT INTO workspace_auditevent (project_id, actor_id, action, object_type, object_id, after, request_id, at)
        SELECT %(project)s, %(user)s, 'assignment.claimed', 'assignment', given.id,
               jsonb_build_object('slot', pick.id, 'task', pick.task_id), %(request)s, %(now)s
        FROM given, pick
    )
    SELECT id FROM given
    """,
)


@dataclass(frozen=True)
class Claim:
    """What a claim gave: the assignment's id, and whether it is new or was held already."""

    assignment_id: int
    new: bool


def claim(standing: Standing, *, now: datetime) -> Claim:
    """Give the member their oldest returned work, the task they hold, or a new one.

    Raises `Unread` while the newest guideline version is unread, `Empty` with the limit that left nothing.
    """
    standing.require("queue.claim")
    member = standing.require_member()
    gate = open_gate(member)
    if gate.returned is not None:
        return Claim(gate.returned, new=False)
    if gate.held is not None and gate.holds(now):
        return Claim(gate.held, new=False)
    if not gate.has_read:
        raise Unread(
            f"Version {gate.version_number} of the guideline is new. Read it, then take the next task.",
            extra={"guideline_version": gate.version_number},
        )
    if gate.stop is not None:
        raise Empty(gate.stop)
    taken = _claim_new(standing, gate, now=now)
    if taken is None:
        raise Empty(reason_nothing_is_left(standing, gate))
    return taken


def _claim_new(standing: Standing, gate: Gate, *, now: datetime) -> Claim | None:
    if gate.held is not None:
        # One's own expired assignment makes way first; the unique index allows one active.
        expire(gate.held, now=now)
    values = {
        "user": standing.user.pk,
        "version": gate.version_id,
        "lease": now + standing.project.writing_lease,
        "request": current_request_id(),
    }
    member = gate.member
    try:
        taken = _take(gate, member=member.pk, now=now, values=values | {"project": member.project_id})
    except IntegrityError:
        # The same person claimed at the same moment in another tab: both get the one that won.
        gate = open_gate(member)
        if gate.held is None:
            raise
        return Claim(gate.held, new=False)
    return Claim(taken, new=True) if taken is not None else None


def _take(gate: Gate, *, member: int, now: datetime, values: dict[str, object]) -> int | None:
    project = gate.member.project_id
    if connection.in_atomic_block:
        # Inside somebody's transaction a lost race must not spoil it.
        with transaction.atomic():
            return queueing.take(
                WRITING, member=member, project=project, limits=gate.limits, now=now, values=values
            )
    return queueing.take(WRITING, member=member, project=project, limits=gate.limits, now=now, values=values)


def renew(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Lengthen the lease from now on, also after it has passed while the place is still theirs.

    Raises `Moved` where the place has passed on or the work has ended.
    """
    if not touch_lease(assignment, now=now):
        assignment.refresh_from_db(fields=["state"])
        raise moved_on(assignment)
    assignment.refresh_from_db(fields=["lease_until", "state"])
    return assignment


def touch_lease(assignment: Assignment, *, now: datetime) -> bool:
    """Lengthen slot and assignment together; False where the place is no longer this member's. One statement."""
    lease = now + assignment.member.project.writing_lease
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH mine AS (
                UPDATE annotate_assignment SET lease_until = %(lease)s
                WHERE id = %(id)s AND state = 'active' RETURNING slot_id, member_id
            ), held AS (
                UPDATE annotate_slot s SET lease_until = %(lease)s FROM mine
                WHERE s.id = mine.slot_id AND s.state = 'held' AND s.holder_id = mine.member_id
            ) SELECT count(*) FROM mine
            """,
            {"lease": lease, "id": assignment.pk},
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def skip(assignment: Assignment, *, by: User, reason: str, words: str = "", now: datetime) -> None:
    """Give a task back for good: it is never offered to this member again. Twice is harmless.

    Raises `Invalid` without a known reason, or without words for *other*; `Moved` where the place has passed on.
    """
    if reason not in SKIP_REASONS:
        raise Invalid("Say why you skip it.", errors={"reason": [f"Use one of {', '.join(SKIP_REASONS)}."]})
    if reason == "other" and not words.strip():
        raise Invalid("Say why you skip it.", errors={"words": ["Write a few words for another reason."]})
    _give_back(assignment, "skipped", by=by, now=now, skip_reason=reason, skip_words=words.strip())


def release(assignment: Assignment, *, by: User, now: datetime) -> None:
    """Give a task back; it may be offered to this member again. The draft is kept. Twice is harmless."""
    _give_back(assignment, "released", by=by, now=now)


def expire(assignment_id: int, *, now: datetime) -> bool:
    """Set an assignment whose lease has passed to `expired` and open its slot; False where it no longer is so."""
    with transaction.atomic():
        locked = Assignment.objects.select_for_update().filter(pk=assignment_id).first()
        if locked is None or locked.state != "active" or locked.round > 1 or locked.lease_until > now:
            return False
        _leave(locked, "expired", by=None, now=now)
    return True


def sweep(*, now: datetime, most: int = 1000) -> int:
    """Expire assignments whose lease has passed, each in a transaction of its own. Returns how many."""
    overdue = Assignment.objects.filter(state="active", round=1, lease_until__lt=now - timedelta(seconds=1))
    return sum(
        expire(key, now=now) for key in list(overdue.order_by("id").values_list("pk", flat=True)[:most])
    )


def moved_on(assignment: Assignment) -> Moved:
    """The refusal for work that has ended, or whose place is no longer this member's; the text stays."""
    words = {
        "submitted": "This was submitted already. You find it under “My work”.",
        "skipped": "This task was skipped, so it is no longer yours.",
        "released": "This task was given back, so it is no longer yours. Your text is kept under “My work”.",
    }
    ran_out = "The time for this task ran out and its place has passed on. Your text is kept under “My work”."
    return Moved(
        words.get(assignment.state, ran_out),
        extra={"assignment": str(assignment.pk), "state": assignment.state},
    )


def _give_back(assignment: Assignment, state: str, *, by: User, now: datetime, **values: str) -> None:
    with transaction.atomic():
        locked = Assignment.objects.select_for_update().filter(pk=assignment.pk).first()
        if locked is None:
            raise Missing("This assignment does not exist.")
        if locked.state == state:
            return
        if locked.state != "active":
            raise moved_on(locked)
        if locked.round > 1:
            raise Conflict("This was returned to you for changes; change and submit it, or withdraw it.")
        _leave(locked, state, by=by, now=now, **values)
    assignment.refresh_from_db()


def _leave(locked: Assignment, state: str, *, by: User | None, now: datetime, **values: str) -> None:
    """Close a locked active assignment and open its slot, if that is still its holder's."""
    locked.state, locked.closed = state, now
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=["state", "closed", *values])
    freed = Slot.objects.filter(pk=locked.slot_id, state="held", holder_id=locked.member_id)
    if freed.update(state="open", holder=None, lease_until=None):
        wake(set(Slot.objects.filter(pk=locked.slot_id).values_list("lane_id", flat=True)))
    record(
        f"assignment.{state}",
        locked,
        by=by,
        before={"state": "active"},
        after={"state": state, "slot": locked.slot_id}
        | ({"reason": values["skip_reason"]} if values else {}),
    )
