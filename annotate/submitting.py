"""Handing work in: checks, an immutable revision, and the place filled. Twice is harmless."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from annotate.advancing import advance
from annotate.checks import Finding, Subject, blocking, run_checks
from annotate.claiming import moved_on
from annotate.conversation import Message, given_messages
from annotate.drafting import conversation_for, hold_place, save_draft
from annotate.models import Assignment, Demonstration, Draft, Revision, Slot
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import User
from workspace.refusals import Invalid, Stale


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

    Returns the demonstration; submitted again with the same text, the same one. Raises `Invalid` with the findings
    that block (the text is saved all the same), `Stale` where another save came first, `Moved`, with the text kept,
    where the place has passed on.
    """
    if messages is not None:
        already = _submitted_with(assignment, conversation_for(assignment.task, messages))
        if already is not None:
            return already
        base = version if version is not None else _draft_version(assignment)
        version = save_draft(
            assignment, messages=messages, category=category, version=base, by=by, now=now
        ).version
    with transaction.atomic():
        locked = _lock(assignment)
        if locked.state == "submitted":
            return Demonstration.objects.get(assignment=locked)
        draft = Draft.objects.filter(pk=locked.pk).first()
        if draft is None:
            raise Invalid("There is nothing to submit yet.", errors={"messages": ["Write a response first."]})
        if version is not None and version != draft.version:
            raise Stale(
                "This text was saved elsewhere meanwhile (another tab or machine). Compare both and choose.",
                extra={
                    "draft": {
                        "messages": draft.messages,
                        "category": draft.category,
                        "version": draft.version,
                    }
                },
            )
        if not hold_place(locked, now=now):
            raise moved_on(locked)
        findings = findings_for(locked, draft.messages, draft.category)
        _refuse_blocked(findings)
        return _hand_in(locked, draft, findings, by=by, now=now)


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


def _lock(assignment: Assignment) -> Assignment:
    related = ("project", "member__user", "task", "guideline_version")
    return Assignment.objects.select_for_update(of=("self",)).select_related(*related).get(pk=assignment.pk)


def _submitted_with(assignment: Assignment, text: list[Message]) -> Demonstration | None:
    """The demonstration, where this very text was handed in before and nothing happened to it since."""
    demonstration = (
        Demonstration.objects.filter(assignment=assignment, assignment__state="submitted")
        .order_by("pk")
        .first()
    )
    if demonstration is None:
        return None
    latest = Revision.objects.filter(demonstration=demonstration, number=demonstration.revision).first()
    return demonstration if latest is not None and latest.messages == text else None


def _draft_version(assignment: Assignment) -> int:
    return Draft.objects.filter(pk=assignment.pk).values_list("version", flat=True).first() or 0


def _refuse_blocked(findings: list[Finding]) -> None:
    blocked = blocking(findings)
    if blocked:
        count = "One thing keeps" if len(blocked) == 1 else f"{len(blocked)} things keep"
        raise Invalid(
            f"{count} this from being submitted. Your text is saved.",
            slug="findings",
            errors={"messages": [finding.words for finding in blocked]},
            extra={"findings": [finding.as_dict() for finding in findings]},
        )


def _hand_in(
    locked: Assignment, draft: Draft, findings: list[Finding], *, by: User, now: datetime
) -> Demonstration:
    """Write the revision and move assignment, slot and demonstration together."""
    demonstration = Demonstration.objects.select_for_update().get(assignment=locked)
    number = demonstration.revision + 1
    revision = Revision.objects.create(
        demonstration=demonstration,
        number=number,
        messages=draft.messages,
        category=draft.category,
        language=demonstration.language,
        guideline_version_id=locked.guideline_version_id,
        author_id=locked.member_id,
        findings=[finding.as_dict() for finding in findings],
        submitted=now,
    )
    Slot.objects.filter(pk=locked.slot_id).update(state="filled", holder=locked.member_id, lease_until=None)
    Assignment.objects.filter(pk=locked.pk).update(state="submitted", closed=now)
    record("assignment.submitted", locked, by=by, before={"state": "active"}, after={"state": "submitted"})
    advance(
        demonstration,
        "submitted",
        by=by,
        now=now,
        revision=number,
        category=draft.category,
        slot_id=locked.slot_id,
        guideline_version_id=locked.guideline_version_id,
        submitted=now,
        settled=None,
        quality_rating=None,
        rating_reviews=0,
    )
    announce("demonstration_submitted", demonstration=demonstration, revision=revision, now=now)
    return demonstration
