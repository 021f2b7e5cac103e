"""Handing work in: checks, an immutable revision, and the place filled. Twice is harmless."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from annotate.advancing import advance
from annotate.checks import Finding, Subject, blocking, run_checks
from annotate.claiming import moved_on
from annotate.conversation import Message, given_messages
from annotate.drafting import (
    Saved,
    check_category,
    conversation_for,
    demonstration_of,
    hold_place,
    lock,
    stale,
    store,
)
from annotate.models import Assignment, Demonstration, Draft, Revision
from workspace.announcements import announce
from workspace.auditing import gathered, record
from workspace.models import User
from workspace.refusals import Invalid


def submit(
    assignment: Assignment,
    *,
    by: User,
    now: datetime,
    version: int | None = None,
    messages: Any = None,
    category: str | None = None,
) -> Demonstration:
    """Submit the saved draft, or `messages` over version `version` of it, for review.

    Returns the demonstration, its `newest` revision loaded; submitted again with the same text, the same one. Raises
    `Invalid` with the findings that block (the text is saved all the same), `Stale` where another save came first,
    `Moved`, with the text kept, where the place has passed on.
    """
    text = conversation_for(assignment.task, messages) if messages is not None else None
    check_category(assignment, category)
    # The refusals below the transaction come after its commit: what was typed is kept whatever follows.
    with transaction.atomic(), gathered():
        lock(assignment)
        already = _submitted_before(assignment, text)
        if already is not None:
            return already
        saved = _saved_text(assignment, text, version, category, now=now)
        theirs = hold_place(assignment, now=now)
        findings = findings_for(assignment, saved.messages, saved.category) if theirs else []
        if theirs:
            demonstration = demonstration_of(assignment, saved, by=by, now=now)
            if not blocking(findings):
                return _hand_in(assignment, demonstration, saved, findings, by=by, now=now)
    if not theirs:
        raise moved_on(assignment)
    raise _blocked(findings)


def findings_for(assignment: Assignment, messages: list[Message], category: str) -> list[Finding]:
    """What the checks find in a text for this assignment: the same at the desk and at submission."""
    task = assignment.task
    given = given_messages(task.kind, prompt=task.prompt, messages=task.messages)
    return run_checks(
        Subject(
            kind=task.kind,
            messages=messages,
            written=range(len(given), len(messages)),
            category=category,
            bounds=assignment.guideline_version.bounds,
        )
    )


def _submitted_before(locked: Assignment, text: list[Message] | None) -> Demonstration | None:
    """The demonstration, where it was handed in before: with this very text, or with what was saved."""
    if locked.state != "submitted":
        return None
    demonstration = Demonstration.objects.get(assignment=locked)
    demonstration.task, demonstration.author = locked.task, locked.member
    demonstration.newest = list(
        Revision.objects.filter(demonstration=demonstration, number=demonstration.revision)
    )
    same = text is None or any(revision.messages == text for revision in demonstration.newest)
    return demonstration if same else None


def _saved_text(
    locked: Assignment,
    text: list[Message] | None,
    version: int | None,
    category: str | None,
    *,
    now: datetime,
) -> Saved:
    """What is to be handed in: `text`, saved first, or the saved draft. `Stale` where `version` is not the newest."""
    if text is not None:
        return store(locked, text, category, version, now=now)
    draft = Draft.objects.filter(pk=locked.pk).first()
    if draft is None:
        raise Invalid("There is nothing to submit yet.", errors={"messages": ["Write a response first."]})
    if version not in (None, draft.version):
        raise stale(draft)
    if category not in (None, draft.category):
        return store(locked, draft.messages, category, draft.version, now=now)
    return Saved(draft.messages, draft.category, draft.version)


def _blocked(findings: list[Finding]) -> Invalid:
    blocked = blocking(findings)
    count = "One thing keeps" if len(blocked) == 1 else f"{len(blocked)} things keep"
    return Invalid(
        f"{count} this from being submitted. Your text is saved.",
        slug="findings",
        errors={"messages": [finding.words for finding in blocked]},
        extra={"findings": [finding.as_dict() for finding in findings]},
    )


# Both or neither, in one statement.
_FILL_PLACE = """
WITH handed_in AS (
    UPDATE annotate_assignment SET state = 'submitted', closed = %(now)s WHERE id = %(assignment)s
)
UPDATE annotate_slot SET state = 'filled', holder_id = %(member)s, lease_until = NULL WHERE id = %(slot)s
"""


def _hand_in(
    locked: Assignment,
    demonstration: Demonstration,
    saved: Saved,
    findings: list[Finding],
    *,
    by: User,
    now: datetime,
) -> Demonstration:
    """Write the revision and move assignment, slot and demonstration together."""
    revision = Revision.objects.create(
        demonstration=demonstration,
        number=demonstration.revision + 1,
        messages=saved.messages,
        category=saved.category,
        language=demonstration.language,
        guideline_version=locked.guideline_version,
        author_id=locked.member_id,
        findings=[finding.as_dict() for finding in findings],
        submitted=now,
    )
    place: dict[str, Any] = {
        "assignment": locked.pk,
        "slot": locked.slot_id,
        "member": locked.member_id,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL_PLACE, place)
    record("assignment.submitted", locked, by=by, before={"state": "active"}, after={"state": "submitted"})
    advance(
        demonstration,
        "submitted",
        by=by,
        now=now,
        revision=revision.number,
        category=saved.category,
        slot_id=locked.slot_id,
        guideline_version_id=locked.guideline_version_id,
        submitted=now,
        settled=None,
        quality_rating=None,
        rating_reviews=0,
    )
    locked.state, locked.closed = "submitted", now
    demonstration.guideline_version = locked.guideline_version
    demonstration.newest = [revision]
    announce("demonstration_submitted", demonstration=demonstration, revision=revision, now=now)
    return demonstration
