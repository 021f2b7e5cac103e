"""Acts on the guideline: found it, draft, publish, acknowledge.

A published version never changes (a trigger sees to it); work is stamped with the version it was done under.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from annotate.content.loading import check_guideline, default_guideline
from annotate.models import Acknowledgement, GuidelineVersion
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.refusals import Conflict, Invalid, Missing

# What an admin edits; everything else of a version is set by the acts.
PARTS = ("title", "body", "examples", "rubric", "categories", "bounds")


def found(project: Project, *, by: User | None, now: datetime) -> GuidelineVersion:
    """Give a new project the default guideline, published as version 1."""
    parts = default_guideline()
    with transaction.atomic():
        version = GuidelineVersion.objects.create(
            project=project, number=1, published=now, published_by=by, created=now, **parts
        )
        record("guideline.published", version, by=by, after={"number": 1})
    return version


def newest(project: Project) -> GuidelineVersion:
    """The newest published version; every project has one."""
    return GuidelineVersion.objects.filter(project=project, number__isnull=False).latest("number")


def begin_draft(standing: Standing, *, now: datetime) -> GuidelineVersion:
    """Begin the one draft as a copy of the newest version. Raises `Conflict` where there is one."""
    standing.require("guideline.change")
    source = newest(standing.project)
    try:
        with transaction.atomic():
            draft = GuidelineVersion.objects.create(
                project=standing.project, created=now, **{part: getattr(source, part) for part in PARTS}
            )
            record("guideline.draft_begun", draft, by=standing.user, before={"number": source.number})
    except IntegrityError as error:
        if "guideline_one_draft" not in str(error):
            raise
        raise Conflict("There is a draft already; continue it, or discard it first.") from error
    return draft


def change_draft(standing: Standing, *, now: datetime, **parts: Any) -> GuidelineVersion:
    """Change parts of the draft. Raises `Missing` without one, `Invalid` naming what is wrong with a part."""
    standing.require("guideline.change")
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise Invalid("Unknown parts.", errors={name: [f"Use {', '.join(PARTS)}."] for name in unknown})
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        for name, value in parts.items():
            setattr(draft, name, value)
        draft.title = draft.title if isinstance(draft.title, str) else ""
        _check(draft, summary="(draft)")
        draft.save(update_fields=list(parts))
        record("guideline.draft_changed", draft, by=standing.user, after={"parts": sorted(parts)})
    return draft


def discard_draft(standing: Standing, *, now: datetime) -> None:
    """Delete the draft. Raises `Missing` without one."""
    standing.require("guideline.change")
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        record("guideline.draft_discarded", draft, by=standing.user)
        draft.delete()


def publish(standing: Standing, *, summary: str, material: bool, now: datetime) -> GuidelineVersion:
    """Freeze the draft for ever as the next number.

    Raises `Missing` without a draft, `Invalid` where the summary is empty or a part is wrong.
    """
    standing.require("guideline.change")
    if not summary.strip():
        raise Invalid("Say what changed.", errors={"summary": ["Write a summary; everyone will read it."]})
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        _check(draft, summary=summary)
        number = (newest(standing.project).number or 0) + 1
        draft.number, draft.summary, draft.material = number, summary, material
        draft.published, draft.published_by = now, standing.user
        draft.save()
        record("guideline.published", draft, by=standing.user, after={"number": number, "material": material})
    return draft


def acknowledge(standing: Standing, number: int, *, now: datetime) -> Acknowledgement:
    """Record that a member has read version `number`. Twice keeps the first time."""
    standing.require("guideline.acknowledge")
    member = standing.require_member()
    version = GuidelineVersion.objects.filter(project=standing.project, number=number).first()
    if version is None:
        raise Missing(f"There is no version {number} of this guideline.")
    with transaction.atomic():
        read, created = Acknowledgement.objects.get_or_create(
            member=member, version=version, defaults={"at": now}
        )
        if created:
            record("guideline.acknowledged", version, by=standing.user, after={"number": number})
    return read


def has_read_newest(member: Member) -> bool:
    """Whether `member` has acknowledged the newest version of their project's guideline."""
    version = newest(member.project)
    return Acknowledgement.objects.filter(member=member, version=version).exists()


def _locked_draft(project: Project) -> GuidelineVersion:
    draft = GuidelineVersion.objects.select_for_update().filter(project=project, number__isnull=True).first()
    if draft is None:
        raise Missing("There is no draft of the guideline; begin one first.")
    return draft


def _check(draft: GuidelineVersion, *, summary: str) -> None:
    try:
        check_guideline({part: getattr(draft, part) for part in PARTS} | {"summary": summary})
    except ValueError as error:
        raise Invalid("The draft cannot be taken like this.", errors={"guideline": [str(error)]}) from error
