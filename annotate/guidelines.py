"""Acts on the guideline: found it, draft, publish, acknowledge.

A published version never changes (a trigger sees to it); work is stamped with the version it was done under.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from annotate.content.loading import check_guideline, default_guideline
from annotate.guideline_sections import fingerprint, replaced
from annotate.models import Acknowledgement, GuidelineVersion
from workspace.access import Standing
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.refusals import Conflict, Invalid, Missing, Stale

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
            draft = GuidelineVersion.objects.create(project=standing.project, created=now, **parts_of(source))
            record("guideline.draft_begun", draft, by=standing.user, before={"number": source.number})
    except IntegrityError as error:
        if "guideline_one_draft" not in str(error):
            raise
        raise Conflict("There is a draft already; continue it, or discard it first.") from error
    return draft


def parts_of(version: GuidelineVersion) -> dict[str, Any]:
    """What an admin edits, by name."""
    return {part: getattr(version, part) for part in PARTS}


def change_draft(
    standing: Standing, *, now: datetime, seen: Mapping[str, str] | str | None = None, **parts: Any
) -> GuidelineVersion:
    """Change parts of the draft.

    Parameters: `seen`, what the person saw when they began: the fingerprint of each part, or of all of them together
    (`annotate.guideline_sections.fingerprint`); None overwrites whatever is there.
    Raises `Missing` without a draft, `Stale` with the current text where somebody else has changed what was seen,
    `Invalid` naming what is wrong with a part.
    """
    standing.require("guideline.change")
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        raise Invalid("Unknown parts.", errors={name: [f"Use {', '.join(PARTS)}."] for name in unknown})
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        _require_unchanged(draft, seen, parts)
        for name, value in parts.items():
            setattr(draft, name, value)
        _save(draft, by=standing.user, parts=sorted(parts))
    return draft


def save_section(standing: Standing, place: int, *, seen: str, text: str, now: datetime) -> GuidelineVersion:
    """Replace one section of the draft's body; an empty text takes the section out.

    Parameters: `place`, where the section stood; `seen`, the fingerprint of its text when the person began. The same
    save sent twice is one. Raises as `change_draft`; `Stale` carries the section as it is now.
    """
    standing.require("guideline.change")
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        body = replaced(draft.body, place, seen, text)
        if body is None:
            if text and replaced(draft.body, place, fingerprint(text), text) is not None:
                return draft
            raise Stale(
                "Somebody else has changed this section since you opened it. Both texts are kept: choose.",
                extra={"part": "body", "current": draft.body},
            )
        if body != draft.body:
            draft.body = body
            _save(draft, by=standing.user, parts=["body"])
    return draft


def discard_draft(standing: Standing, *, now: datetime) -> None:
    """Delete the draft. Raises `Missing` without one."""
    standing.require("guideline.change")
    with transaction.atomic():
        draft = _locked_draft(standing.project)
        record("guideline.draft_discarded", draft, by=standing.user)
        draft.delete()


def publish(
    standing: Standing,
    *,
    summary: str,
    material: bool,
    now: datetime,
    categories: Sequence[str] = (),
    seen: str | None = None,
) -> GuidelineVersion:
    """Freeze the draft for ever as the next number.

    Parameters: `material`, whether approved work is looked at again, in `categories` or in all where none is named;
    `seen`, the fingerprint of the draft that the person read. What was approved under earlier versions goes to
    review again in a job that begins with the commit.
    Raises `Missing` without a draft, `Stale` where it has changed since, `Invalid` by field.
    """
    standing.require("guideline.change")
    with transaction.atomic():
        _require_unchanged(_locked_draft(standing.project), seen, {})
        return publish_draft(
            standing.project,
            summary=summary,
            material=material,
            categories=categories,
            by=standing.user,
            now=now,
        )


def publish_draft(
    project: Project,
    *,
    summary: str,
    material: bool,
    by: User | None,
    now: datetime,
    categories: Sequence[str] = (),
) -> GuidelineVersion:
    """As `publish`, for a command, which nobody has logged in for."""
    if not summary.strip():
        raise Invalid("Say what changed.", errors={"summary": ["Write a summary; everyone will read it."]})
    with transaction.atomic():
        draft = _locked_draft(project)
        _check(draft, summary=summary)
        before = newest(project)
        _check_material(categories, material, known={*draft.category_names, *before.category_names})
        number = (before.number or 0) + 1
        draft.number, draft.summary, draft.material = number, summary, material
        draft.material_categories = list(dict.fromkeys(categories))
        draft.published, draft.published_by = now, by
        draft.save()
        told = {"number": number, "material": material, "categories": draft.material_categories}
        record("guideline.published", draft, by=by, after=told)
        announce("guideline_published", version=draft, by=by, now=now)
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


def _require_unchanged(
    draft: GuidelineVersion, seen: Mapping[str, str] | str | None, parts: Mapping[str, Any]
) -> None:
    """Raise `Stale` where the draft is not what was seen; what somebody saved twice is no change."""
    current = parts_of(draft)
    expected = {"": seen} if isinstance(seen, str) else dict(seen or {})
    for name, mark in expected.items():
        now_there = current.get(name) if name else current
        same = name in parts and parts[name] == now_there
        if fingerprint(now_there) != mark and not same:
            raise Stale(
                "Somebody else has changed the draft since you opened it. Nothing was overwritten.",
                extra={"part": name, "current": now_there, "fingerprint": fingerprint(now_there)},
            )


def _save(draft: GuidelineVersion, *, by: User, parts: list[str]) -> None:
    draft.title = draft.title if isinstance(draft.title, str) else ""
    _check(draft, summary="(draft)")
    draft.save(update_fields=parts)
    record("guideline.draft_changed", draft, by=by, after={"parts": parts})


def _check_material(categories: Sequence[str], material: bool, *, known: set[str]) -> None:
    unknown = [category for category in categories if category not in known]
    if unknown:
        words = f"Use one or more of {', '.join(sorted(known))}."
        raise Invalid("There is no such category.", errors={"categories": [words]})
    if categories and not material:
        words = (
            "Name categories only where the change is material: the approved work in them is looked at again."
        )
        raise Invalid("Only a material change names categories.", errors={"categories": [words]})


def _check(draft: GuidelineVersion, *, summary: str) -> None:
    try:
        check_guideline(parts_of(draft) | {"summary": summary})
    except ValueError as error:
        raise Invalid("The draft cannot be taken like this.", errors={"guideline": [str(error)]}) from error
