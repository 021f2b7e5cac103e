"""Acts on a project as a whole: create, change its settings, pause and resume."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from workspace.access import Standing
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import Member, Pause, Project, User
from workspace.permissions import ADMIN
from workspace.refusals import Conflict, Invalid, NotAllowed

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=1), timedelta(days=7)
CHANGEABLE = (
    "title",
    "description",
    "overlap",
    "overlap_share",
    "reviews",
    "blind",
    "writing_lease",
    "review_lease",
)


def create_project(*, slug: str, title: str, by: User | None, now: datetime, **settings: Any) -> Project:
    """Create a project with the default guideline, version 1 published; `by` becomes its admin.

    Parameters: `settings` are further fields of `Project` from `CHANGEABLE`; `by` is None for the operator's command.
    Raises `Invalid` naming each field that cannot be taken, `NotAllowed` for people who do not run the site.
    """
    if by is not None and not by.is_superuser:
        raise NotAllowed(
            "Only the operator of this site creates projects; ask them, or use the command line."
        )
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise Invalid(
            "The slug cannot be used.",
            errors={"slug": ["Use lower-case letters, digits and single hyphens, at most 60 characters."]},
        )
    project = _checked(Project(slug=slug), {"title": title, **settings})
    try:
        with transaction.atomic():
            project.save(force_insert=True)
            if by is not None:
                Member.objects.create(project=project, user=by, roles=[ADMIN])
            record("project.created", project, by=by, project=project)
            announce("project_created", project=project, by=by, now=now)
    except IntegrityError as error:
        if "slug" not in str(error):
            raise
        raise Invalid(
            "The slug is taken.", errors={"slug": [f"There is a project “{slug}” already."]}
        ) from error
    project.refresh_from_db()
    return project


def change_project(standing: Standing, *, now: datetime, **settings: Any) -> Project:
    """Change settings of a project. A change of overlap or reviews applies to what comes after it.

    Raises `Invalid` naming each field that cannot be taken.
    """
    standing.require("project.change")
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True).get(pk=standing.project.pk)
        before = {name: _for_audit(getattr(project, name)) for name in settings if name in CHANGEABLE}
        _checked(project, settings).save(update_fields=[*before])
        after = {name: _for_audit(getattr(project, name)) for name in before}
        wordless = {"title", "description"}  # the trail holds no text that people wrote
        record(
            "project.changed",
            project,
            by=standing.user,
            project=project,
            before={name: value for name, value in before.items() if name not in wordless},
            after={name: value for name, value in after.items() if name not in wordless},
        )
    return project


def pause(standing: Standing, *, kind: str, target: str, reason: str, now: datetime) -> Pause:
    """Stop new claims for the project, a category, a source or a member; work in hand may finish.

    Parameters: `target`, the category's key or the id of the source or member, empty for the project; `reason`, the
    words that people will read. Raises `Conflict` where it is paused already, `Invalid` without a reason.
    """
    standing.require("project.pause")
    if kind not in Pause.KINDS:
        raise Invalid("Unknown kind of pause.", errors={"kind": [f"Use one of {', '.join(Pause.KINDS)}."]})
    if len(reason) > 2000:
        raise Invalid("The reason is too long.", errors={"reason": ["At most 2,000 characters."]})
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["Write the reason; people who wait will read it."]})
    _check_target(standing.project, kind, target)
    try:
        with transaction.atomic():
            paused = Pause.objects.create(
                project=standing.project,
                kind=kind,
                target=target,
                reason=reason,
                set_by=standing.user,
                since=now,
            )
            record("project.paused", paused, by=standing.user, after={"kind": kind, "target": target})
    except IntegrityError as error:
        if "pause_once_per_target" not in str(error):
            raise
        raise Conflict("This is paused already; resume it first to change the reason.") from error
    return paused


def resume(standing: Standing, paused: Pause, *, now: datetime) -> None:
    """Lift a pause. Twice is harmless."""
    standing.require("project.pause")
    with transaction.atomic():
        if Pause.objects.filter(pk=paused.pk, project=standing.project, lifted__isnull=True).update(
            lifted=now
        ):
            record(
                "project.resumed",
                paused,
                by=standing.user,
                before={"kind": paused.kind, "target": paused.target},
            )


def _check_target(project: Project, kind: str, target: str) -> None:
    if kind == "project" and target:
        raise Invalid("A pause of the project has no target.", errors={"target": ["Leave this empty."]})
    if kind != "project" and not target:
        raise Invalid("Say what to pause.", errors={"target": [f"Name the {kind}."]})
    if len(target) > 60:
        raise Invalid("Unknown target.", errors={"target": ["At most 60 characters."]})
    if kind in ("source", "member") and not (target.isascii() and target.isdigit()):
        raise Invalid("Unknown target.", errors={"target": [f"Give the id of a {kind} of this project."]})
    if kind == "member" and not Member.objects.filter(Q(project=project), pk=int(target)).exists():
        raise Invalid("Unknown member.", errors={"target": ["Give the id of a member of this project."]})


def _checked(project: Project, settings: dict[str, Any]) -> Project:
    unknown = sorted(set(settings) - set(CHANGEABLE))
    if unknown:
        raise Invalid("Unknown settings.", errors={name: ["There is no such setting."] for name in unknown})
    for name, value in settings.items():
        setattr(project, name, value)
    errors: dict[str, list[str]] = {}
    try:
        project.clean_fields(exclude=["pseudonym_key", "draw_key", "created"])
    except ValidationError as error:
        errors = dict(error.message_dict)
    for name in ("writing_lease", "review_lease"):
        if name not in errors and not SHORTEST_LEASE <= getattr(project, name) <= LONGEST_LEASE:
            errors[name] = ["Give a time from one minute to seven days."]
    # "Not a number" passes every comparison that a validator makes.
    if "overlap_share" not in errors and not math.isfinite(project.overlap_share):
        errors["overlap_share"] = ["Give a number from 0 to 1."]
    if errors:
        raise Invalid("Some settings cannot be taken.", errors=errors)
    return project


def _for_audit(value: Any) -> Any:
    return value if isinstance(value, (bool, int, float)) else str(value)
