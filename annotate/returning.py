"""What happens on the writer's side when judgement is passed: returned, freed, taken back.

`review.deciding` and `review.adjudicating` call these inside their transactions; recall and withdrawal are acts of
their own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from annotate.advancing import advance, restore
from annotate.judged import judgements
from annotate.lanes import wake
from annotate.models import Assignment, Demonstration, Draft, Slot
from workspace.access import Standing
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import User
from workspace.permissions import ADMIN
from workspace.refusals import Conflict, NotAllowed


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


def unsettle(
    demonstration: Demonstration, *, decided: datetime, by: User, now: datetime, to: str = "submitted"
) -> None:
    """Undo what the decision of the moment `decided` did to a demonstration: it is in review again, in state `to`.

    Called by `review.undoing` under the demonstration's lock. Raises `Conflict` where the writer has worked on what
    came back, or another writer holds the place that a rejection opened.
    """
    if demonstration.state == "changes_requested":
        _take_from_writer(demonstration, decided=decided)
    elif demonstration.state == "rejected":
        freed = Slot.objects.filter(pk=demonstration.slot_id, state="open")
        if not freed.update(state="filled", holder=demonstration.author_id, lease_until=None):
            raise Conflict("Another writer has the task already; this rejection stands.")
    restore(demonstration, to, by=by, now=now, settled=None, quality_rating=None, rating_reviews=0)


def _take_from_writer(demonstration: Demonstration, *, decided: datetime) -> None:
    """End the round that a return began. The assignment's lock comes first: a save may be under way."""
    work = Assignment.objects.select_for_update().get(pk=demonstration.assignment_id)
    written = Draft.objects.filter(assignment=work, saved__gt=decided).exists()
    if written or work.state != "active" or work.claimed != decided:
        raise Conflict("Its writer has begun to work on it; this decision stands.")
    Assignment.objects.filter(pk=work.pk).update(
        state="submitted", round=work.round - 1, closed=demonstration.submitted
    )


def withdraw(standing: Standing, demonstration: Demonstration, *, now: datetime) -> Demonstration:
    """Take a demonstration out for good: by its writer or an admin. Its place opens for another writer.

    Raises `NotAllowed` for others, `Conflict` where it is withdrawn already.
    """
    standing.require("demonstration.withdraw")
    own = standing.member is not None and demonstration.author_id == standing.member.pk
    if not own and ADMIN not in standing.roles:
        raise NotAllowed("Only its writer or an admin of the project may withdraw a demonstration.")
    with transaction.atomic():
        lock_work(demonstration.pk)
        locked = Demonstration.objects.select_for_update(no_key=True).get(pk=demonstration.pk)
        was = locked.state
        advance(locked, "withdrawn", by=standing.user, now=now, settled=now)
        _close_work(locked, now=now)
        if was != "rejected":
            _open_place(locked)
        announce("demonstration_left_review", demonstration=locked, now=now)
    return locked


def recall(standing: Standing, demonstration: Demonstration, *, now: datetime) -> Demonstration:
    """Take a submission back to draft, by its writer, while nobody has begun to review it. Twice is harmless.

    Raises `NotAllowed` for others, `Conflict` where a reviewer has it or had it (no name), where it is not in review,
    or where the member holds another new task meanwhile.
    """
    standing.require("assignment.work")
    if standing.member is None or demonstration.author_id != standing.member.pk:
        raise NotAllowed("Only its writer may take a submission back.")
    with transaction.atomic():
        # Not its key: a claim of a review refers to the demonstration while it holds a place, which we wait for.
        locked = Demonstration.objects.select_for_update(no_key=True).get(pk=demonstration.pk)
        locked.project = standing.project
        if locked.state == "draft":
            return locked
        # Locks the places in the review queue, so that nobody claims one between this look and the commit.
        if locked.state == "submitted" and judgements().begun(locked, lock=True):
            raise Conflict(
                "A reviewer has this now; it can no longer be taken back.", extra={"state": "submitted"}
            )
        advance(locked, "draft", by=standing.user, now=now)
        _take_up_again(locked, by=standing.user, now=now)
        announce("demonstration_left_review", demonstration=locked, now=now)
    return locked


def _take_up_again(demonstration: Demonstration, *, by: User, now: datetime) -> None:
    """Put submitted work back into its writer's hands: new work with a lease, returned work without."""
    assignment = Assignment.objects.select_for_update().get(pk=demonstration.assignment_id)
    lease = now + demonstration.project.writing_lease
    try:
        with transaction.atomic():
            Assignment.objects.filter(pk=assignment.pk, state="submitted").update(
                state="active", closed=None, lease_until=lease
            )
    except IntegrityError as error:
        if "assignment_one_new_at_a_time" not in str(error):
            raise
        raise Conflict("You hold another task; submit, skip or release it first.") from error
    if assignment.round == 1:
        Slot.objects.filter(
            pk=demonstration.slot_id, state="filled", holder_id=demonstration.author_id
        ).update(state="held", lease_until=lease)
    record("assignment.recalled", assignment, by=by, before={"state": "submitted"}, after={"state": "active"})


def lock_work(demonstration: int) -> None:
    """Lock the work on a demonstration that is in its writer's hands, before the demonstration itself: whoever saves
    or submits locks them in this order, and two who lock in another would wait for each other for ever."""
    work = Assignment.objects.select_for_update(of=("self",)).filter(
        demonstration=demonstration, state="active"
    )
    work.values_list("pk", flat=True).first()


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
