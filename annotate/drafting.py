"""Saving the working text: with a version check, so that no tab overwrites another, and never losing what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from annotate.claiming import moved_on, touch_lease
from annotate.conversation import Malformed, Message, given_messages, whole
from annotate.models import Assignment, Demonstration, Draft, Slot, Task
from workspace.auditing import record
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
    with transaction.atomic():
        locked = _lock(assignment)
        saved, created = _store(locked, text, category, version, now)
        theirs = hold_place(locked, now=now)
        if theirs and created:
            _begin_demonstration(locked, saved, by, now)
    if not theirs:
        raise moved_on(locked)
    return saved


def conversation_for(task: Task, messages: Any) -> list[Message]:
    """The whole conversation of `task` from what was sent; `Invalid` where it is none."""
    given = given_messages(task.kind, prompt=task.prompt, messages=task.messages)
    try:
        return whole(task.kind, messages, given=given)
    except Malformed as error:
        raise Invalid("This text cannot be saved.", errors={"messages": [str(error)]}) from error


def hold_place(locked: Assignment, *, now: datetime) -> bool:
    """Whether the place is still this writer's: renews the lease, or takes a free place back.

    `locked` is a row locked in this transaction. Returns False where the place has passed on.
    """
    if locked.state == "active":
        if locked.round == 1 and locked.lease_until - now < locked.project.writing_lease - LEASE_STEP:
            touch_lease(locked, now=now)
        return True
    if locked.state not in ("expired", "released"):
        return False
    return _take_back(locked, now=now)


def _take_back(locked: Assignment, *, now: datetime) -> bool:
    """Expired or released, and the place still free: it becomes theirs again, unless they hold another task."""
    lease = now + locked.project.writing_lease
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
        locked = _lock(assignment)
        if locked.state == "active":
            return locked
        if Assignment.objects.filter(member_id=locked.member_id, state="active", round=1).exists():
            raise Conflict("You hold another task; submit, skip or release it first.")
        if not hold_place(locked, now=now):
            raise moved_on(locked)
    return locked


def _lock(assignment: Assignment) -> Assignment:
    rows = Assignment.objects.select_for_update(of=("self",)).select_related(
        "project", "member__user", "task"
    )
    return rows.get(pk=assignment.pk)


def _store(
    locked: Assignment, text: list[Message], category: str | None, version: int, now: datetime
) -> tuple[Saved, bool]:
    """Write the draft's row by version; the assignment's lock makes check and write one."""
    if locked.state in ("submitted", "skipped"):
        raise Moved(
            "This work was handed in or given back; the text was not changed.", extra={"state": locked.state}
        )
    draft = Draft.objects.filter(pk=locked.pk).first()
    if draft is None:
        if version != 0:
            raise _stale([], "", 0)
        draft = Draft.objects.create(
            assignment=locked, messages=text, category=category or locked.task.category, version=1, saved=now
        )
        return Saved(text, draft.category, 1), True
    same = draft.messages == text and category in (None, draft.category)
    if same and version in (draft.version, draft.version - 1):
        return Saved(text, draft.category, draft.version), False
    if version != draft.version:
        raise _stale(draft.messages, draft.category, draft.version)
    draft.messages, draft.version, draft.saved = text, draft.version + 1, now
    draft.category = draft.category if category is None else category
    draft.save(update_fields=["messages", "category", "version", "saved"])
    return Saved(text, draft.category, draft.version), False


def _stale(messages: list[Message], category: str, version: int) -> Stale:
    return Stale(
        "This text was saved elsewhere meanwhile (another tab or machine). Compare both and choose.",
        extra={"draft": {"messages": messages, "category": category, "version": version}},
    )


def _begin_demonstration(locked: Assignment, saved: Saved, by: User, now: datetime) -> None:
    demonstration, created = Demonstration.objects.get_or_create(
        assignment=locked,
        defaults={
            "project_id": locked.project_id,
            "task_id": locked.task_id,
            "slot_id": locked.slot_id,
            "author_id": locked.member_id,
            "category": saved.category,
            "language": locked.task.language,
            "guideline_version_id": locked.guideline_version_id,
            "created": now,
        },
    )
    if created:
        record("demonstration.draft", demonstration, by=by, after={"state": "draft"})
