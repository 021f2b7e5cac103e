"""Saving the working text: with a version check, so that no tab overwrites another, and never losing what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from annotate.claiming import moved_on, touch_lease
from annotate.conversation import Malformed, Message, given_messages, whole
from annotate.models import Assignment, Demonstration, Draft, Slot, Task
from workspace.auditing import gathered, record
from workspace.models import User
from workspace.refusals import Conflict, Invalid, Moved, Stale

# A save renews the lease only when this much of it is gone, so that autosaves do not churn the lease's index.
LEASE_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class Saved:
    """The draft as the server now has it."""

    messages: list[Message]
    category: str
    version: int
    # Whether this save made it.
    first: bool = False


def save_draft(
    assignment: Assignment,
    *,
    messages: Any,
    version: int,
    by: User,
    now: datetime,
    category: str | None = None,
) -> Saved:
    """Save the working text over version `version` of the draft (0: there is none yet).

    Parameters: `messages`, as they came from outside; `category`, kept as it is where None.
    Returns the draft with its new version; the same text sent twice gives the same answer.
    Raises `Invalid` for what is no conversation, `Stale` with the current text where another save came first,
    `Moved`, with the text kept, where the place has passed to somebody else.
    """
    text = conversation_for(assignment.task, messages)
    check_category(assignment, category)
    with transaction.atomic(), gathered():
        lock(assignment)
        was = assignment.state
        saved = store(assignment, text, category, version, now=now)
        theirs = hold_place(assignment, now=now)
        # Text first saved after the place had gone has no demonstration until the place is taken back.
        if theirs and (saved.first or was != "active"):
            demonstration_of(assignment, saved, by=by, now=now)
    if not theirs:
        raise moved_on(assignment)
    return saved


def conversation_for(task: Task, messages: Any) -> list[Message]:
    """The whole conversation of `task` from what was sent; `Invalid` where it is none."""
    given = given_messages(task.kind, prompt=task.prompt, messages=task.messages)
    try:
        return whole(task.kind, messages, given=given)
    except Malformed as error:
        raise Invalid("This text cannot be saved.", errors={"messages": [str(error)]}) from error


def check_category(assignment: Assignment, category: str | None) -> None:
    """`Invalid` unless `category` is one of the guideline's, or the task's own; None and empty choose nothing."""
    known = assignment.guideline_version.category_names
    if category and category not in known and category != assignment.task.category:
        words = f"The guideline has no such category; use {', '.join(known)}."
        raise Invalid("This category cannot be chosen.", errors={"category": [words]})


def hold_place(locked: Assignment, *, now: datetime) -> bool:
    """Whether the place is still this writer's: renews the lease, or takes a free place back.

    `locked` was locked in this transaction. Returns False where the place has passed on.
    """
    if locked.state == "active":
        if locked.round == 1 and locked.lease_until - now < locked.member.project.writing_lease - LEASE_STEP:
            touch_lease(locked, now=now)
            locked.lease_until = now + locked.member.project.writing_lease
        return True
    if locked.state not in ("expired", "released"):
        return False
    return _take_back(locked, now=now)


def _take_back(locked: Assignment, *, now: datetime) -> bool:
    """Expired or released, and the place still free: it becomes theirs again, unless they hold another task."""
    lease = now + locked.member.project.writing_lease
    try:
        with transaction.atomic():
            free = Slot.objects.filter(pk=locked.slot_id, state="open")
            if not free.update(state="held", holder=locked.member_id, lease_until=lease):
                return False
            Assignment.objects.filter(pk=locked.pk).update(state="active", lease_until=lease, closed=None)
    except IntegrityError as error:
        if "assignment_one_new_at_a_time" not in str(error):
            raise
        return False
    record("assignment.taken_back", locked, by=locked.member.user, before={"state": locked.state})
    locked.state, locked.lease_until = "active", lease
    return True


def take_back(assignment: Assignment, *, by: User, now: datetime) -> Assignment:
    """Take an expired or released task up again while its place is free. Twice is harmless.

    Raises `Moved` where the place has passed on, `Conflict` where the member holds another task.
    """
    with transaction.atomic():
        lock(assignment)
        if assignment.state == "active":
            return assignment
        if Assignment.objects.filter(member_id=assignment.member_id, state="active", round=1).exists():
            raise Conflict("You hold another task; submit, skip or release it first.")
        if not hold_place(assignment, now=now):
            raise moved_on(assignment)
    return assignment


def lock(assignment: Assignment) -> None:
    """Lock the assignment's row and take over what may have changed since it was loaded. Inside a transaction.

    Only the row itself is read, so that what the door loaded with it (task, member, project) is not read again.
    """
    names = ("state", "round", "lease_until", "slot_id", "guideline_version_id")
    row = Assignment.objects.select_for_update().values(*names).get(pk=assignment.pk)
    for name, value in row.items():
        setattr(assignment, name, value)


def store(
    locked: Assignment, text: list[Message], category: str | None, version: int | None, *, now: datetime
) -> Saved:
    """Write the draft over `version` of it (None: over whatever is there), under the lock of its assignment.

    The first save answers version 1. Raises `Stale`, or `Moved` where the work was handed in or given back.
    """
    if locked.state in ("submitted", "skipped"):
        raise Moved(
            "This work was handed in or given back; the text was not changed.", extra={"state": locked.state}
        )
    draft = Draft.objects.filter(pk=locked.pk).first()
    if draft is None:
        if version:
            raise stale(None)
        chosen = category or locked.task.category
        Draft.objects.create(assignment=locked, messages=text, category=chosen, version=1, saved=now)
        return Saved(text, chosen, 1, first=True)
    same = draft.messages == text and category in (None, draft.category)
    if same and version in (None, draft.version, draft.version - 1):
        return Saved(text, draft.category, draft.version)
    if version not in (None, draft.version):
        raise stale(draft)
    draft.messages, draft.version, draft.saved = text, draft.version + 1, now
    draft.category = draft.category if category is None else category
    draft.save(update_fields=["messages", "category", "version", "saved"])
    return Saved(text, draft.category, draft.version)


def stale(draft: Draft | None) -> Stale:
    """The refusal for a text written over an older version, with the current one."""
    current: dict[str, Any] = {"messages": [], "category": "", "version": 0}
    if draft is not None:
        current = {"messages": draft.messages, "category": draft.category, "version": draft.version}
    return Stale(
        "This text was saved elsewhere meanwhile (another tab or machine). Compare both and choose.",
        extra={"draft": current},
    )


def demonstration_of(locked: Assignment, saved: Saved, *, by: User, now: datetime) -> Demonstration:
    """The demonstration of this assignment, locked, and made where there is none yet; under the assignment's lock."""
    if not saved.first:
        already = Demonstration.objects.select_for_update(no_key=True).filter(assignment=locked).first()
        if already is not None:
            already.assignment, already.task, already.author = locked, locked.task, locked.member
            already.project = locked.member.project
            return already
    begun = Demonstration.objects.create(
        assignment=locked,
        project=locked.member.project,
        task=locked.task,
        slot_id=locked.slot_id,
        author=locked.member,
        category=saved.category,
        language=locked.task.language,
        guideline_version_id=locked.guideline_version_id,
        created=now,
    )
    record("demonstration.draft", begun, by=by, after={"state": "draft"})
    return begun
