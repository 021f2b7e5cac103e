"""The read side of the ground floor's pages and calls, each with the number of statements that it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Cast

from workspace.models import ApiToken, AuditEvent, Job, Member, Pause, Project, User
from workspace.permissions import ROLES

# A filter that no index serves looks through so many events a page, and then offers to look further.
EVENTS_LOOKED_THROUGH = 20_000


def projects_of(user: User) -> QuerySet[Project]:
    """The projects somebody belongs to, with their own membership as `mine`; all of them for the operator. 2."""
    mine = Member.objects.filter(user=user, active=True)
    projects = Project.objects.prefetch_related(Prefetch("members", queryset=mine, to_attr="mine"))
    return projects if user.is_superuser else projects.filter(members__in=mine)


def members_of(project: Project, *, q: str = "", role: str = "", state: str = "") -> QuerySet[Member]:
    """The members with their users, and whether each is `paused`. 1.

    Parameters: `q`, a part of name or address; `role`; `state`, one of active, invited, paused, removed.
    """
    stopped = Pause.objects.filter(
        project=project, kind="member", lifted__isnull=True, target=Cast(OuterRef("pk"), CharField())
    )
    rows = (
        Member.objects.filter(project=project)
        .select_related("user", "project")
        .annotate(paused=Exists(stopped))
    )
    if q:
        rows = rows.filter(Q(user__name__icontains=q) | Q(user__email__icontains=q))
    if role in ROLES:
        rows = rows.filter(roles__contains=[role])
    # Django marks a password that cannot be used with "!": somebody who has not come in yet.
    states = {
        "active": Q(active=True),
        "invited": Q(active=True, user__password__startswith="!"),
        "paused": Q(active=True, paused=True),
        "removed": Q(active=False),
    }
    return rows.filter(states.get(state, Q()))


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The living tokens of somebody, newest first. 1."""
    return ApiToken.objects.filter(user=user, revoked__isnull=True).order_by("-pk")


def pauses_of(project: Project) -> QuerySet[Pause]:
    """What is paused now, newest first, with who did it. 1."""
    return Pause.objects.filter(project=project, lifted__isnull=True).select_related("set_by").order_by("-pk")


def jobs_of(project: Project) -> QuerySet[Job]:
    """The project's jobs, newest first. 1."""
    return Job.objects.filter(project=project).order_by("-pk")


@dataclass(frozen=True)
class Events:
    """A page of the audit trail. `following` is where the next page begins; `partly` says that more was not
    looked through."""

    rows: list[AuditEvent]
    following: int | None
    partly: bool


def events_of(project: Project, filters: Mapping[str, Any], *, after: int, size: int) -> Events:
    """One page of the trail before the event `after` (0: the newest), newest first. At most 2.

    Parameters: `filters`, any of `action`, `object_type`, `object_id`, `actor`.
    """
    rows = AuditEvent.objects.filter(project=project).select_related("actor")
    if after:
        rows = rows.filter(pk__lt=after)
    wanted = {name: value for name, value in filters.items() if value not in ("", None)}
    horizon = None
    if wanted and "object_id" not in wanted:
        newest_first = rows.order_by("-pk").values_list("pk", flat=True)
        horizon = newest_first[EVENTS_LOOKED_THROUGH : EVENTS_LOOKED_THROUGH + 1].first()
        if horizon is not None:
            rows = rows.filter(pk__gt=horizon)
    found = list(rows.filter(**wanted).order_by("-pk")[: size + 1])
    if len(found) > size:
        return Events(found[:size], found[size - 1].pk, partly=False)
    return Events(found, horizon + 1 if horizon is not None else None, partly=horizon is not None)
