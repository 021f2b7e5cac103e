"""What happens on the writer's side when judgement is passed: returned, freed, taken back.

`review.deciding` and `review.adjudicating` call these inside their transactions; recall and withdrawal are acts of
their own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from annotate.advancing import advance
from annotate.lanes import wake
from annotate.models import Assignment, Demonstration, Slot
from workspace.access import Standing
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import User
from workspace.permissions import ADMIN
from workspace.refusals import NotAllowed


def return_for_changes(
    demonstration: Demonstration, *, by: User | None, now: datetime, **values: Any
) -> None:
    """Give a demonstration back to its writer as the next round; it never passes to another writer."""
    advance(demonstration, "changes_requested", by=by, now=now, **values)
    assignment = demonstration.assignment
    Assignment.objects.filter(pk=assignment.pk, state="submitted").update(
        state="active",
        round=F("round") + 1,
        closed=None,
        claimed=now,
        lease_until=now + demonstration.project.writing_lease,
    )
    record("assignment.returned", assignment, by=by, before={"state": "submitted"}, after={"state": "active"})


def approve(demonstration: Demonstration, *, by: User | None, now: datetime, **values: Any) -> None:
    """Settle a demonstration as approved."""
    advance(demonstration, "approved", by=by, now=now, settled=now, **values)


def reject(demonstration: Demonstration, *, by: User | None, now: datetime, **values: Any) -> None:
    """Settle a demonstration as rejected; its place in the task opens for another writer."""
    advance(demonstration, "rejected", by=by, now=now, settled=now, **values)
    _open_place(demonstration)


def withdraw(standing: Standing, demonstration: Demonstration, *, now: datetime) -> Demonstration:
    """Take a demonstration out for good: by its writer or an admin. Its place opens for another writer.

    Raises `NotAllowed` for others, `Conflict` where it is withdrawn already.
    """
    standing.require("demonstration.withdraw")
    own = standing.member is not None and demonstration.author_id == standing.member.pk
    if not own and ADMIN not in standing.roles:
        raise NotAllowed("Only its writer or an admin of the project may withdraw a demonstration.")
    with transaction.atomic():
        locked = Demonstration.objects.select_for_update().get(pk=demonstration.pk)
        was = locked.state
        advance(locked, "withdrawn", by=standing.user, now=now, settled=now)
        _close_work(locked, now=now)
        if was != "rejected":
            _open_place(locked)
        announce("demonstration_left_review", demonstration=locked, now=now)
    return locked


def _close_work(demonstration: Demonstration, *, now: datetime) -> None:
    """A draft or returned work that was still in the writer's hands ends with its demonstration."""
    closed = Assignment.objects.filter(pk=demonstration.assignment_id, state="active")
    closed.update(state="skipped", closed=now, skip_reason="withdrawn")


def _open_place(demonstration: Demonstration) -> None:
    """Open the slot again, where it is still the one this demonstration filled or held."""
    slots = Slot.objects.filter(
        pk=demonstration.slot_id, state__in=["filled", "held"], holder_id=demonstration.author_id
    )
    if slots.update(state="open", holder=None, lease_until=None):
        wake(set(Slot.objects.filter(pk=demonstration.slot_id).values_list("lane_id", flat=True)))
