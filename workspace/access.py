"""The only loaders that doors may use: the project and one's standing in it, or the refusal that fits.

A project of others is 404, as one that does not exist; a missing right in one's own project is 403.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from workspace.loading import OneRow
from workspace.models import Member, Project, User
from workspace.permissions import ADMIN, Answer, answer
from workspace.refusals import Missing, NotAllowed

AnyModel = TypeVar("AnyModel", bound=Model)

_MEMBER = "FROM workspace_member m JOIN workspace_project p ON p.id = m.project_id"
_MEMBER_BY_SLUG = OneRow(
    {"m": Member, "p": Project},
    f"{_MEMBER} WHERE p.slug = %(slug)s AND m.user_id = %(user)s AND m.active",
    {"p": ("m", "project")},
)
_MEMBER_BY_PROJECT = OneRow(
    {"m": Member, "p": Project},
    f"{_MEMBER} WHERE p.id = %(project)s AND m.user_id = %(user)s AND m.active",
    {"p": ("m", "project")},
)


@dataclass(frozen=True)
class Standing:
    """Who somebody is in a project. An operator acts as its admin without being a member."""

    user: User
    project: Project
    member: Member | None
    roles: frozenset[str]

    def may(self, action: str) -> Answer:
        return answer(action, self.roles)

    def require(self, action: str) -> None:
        """Raise `NotAllowed` with the reason unless this standing may do `action`."""
        verdict = self.may(action)
        if not verdict:
            raise NotAllowed(verdict.reason)

    def require_member(self) -> Member:
        """The member, for acts that only a member can do; an operator is told how to become one."""
        if self.member is None:
            raise NotAllowed("You are not a member of this project; add yourself under People first.")
        return self.member


def standing(user: User, slug: str) -> Standing:
    """The standing of `user` in the project `slug`: one statement.

    Raises `Missing` where there is no such project for this person.
    """
    if not user.is_superuser:
        member = _MEMBER_BY_SLUG.find(slug=slug, user=user.pk)
        if member is None:
            raise Missing(f"There is no project “{slug}” that you belong to.")
        return standing_of(member, user)
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise Missing(f"There is no project “{slug}”.")
    member = Member.objects.filter(project=project, user=user, active=True).first()
    roles = frozenset(member.roles if member else ()) | {ADMIN}
    return Standing(user=user, project=project, member=member, roles=roles)


def standing_of(member: Member, user: User) -> Standing:
    """The standing that a loaded membership gives."""
    return Standing(user=user, project=member.project, member=member, roles=frozenset(member.roles))


def standing_for(user: User, thing: Any) -> Standing:
    """The standing of `user` in the project of `thing`, which is `Missing` for people of other projects."""
    member = _MEMBER_BY_PROJECT.find(project=thing.project_id, user=user.pk)
    if member is not None and not user.is_superuser:
        return standing_of(member, user)
    if not user.is_superuser:
        raise Missing("There is nothing here that you may see.")
    roles = frozenset(member.roles if member else ()) | {ADMIN}
    return Standing(user=user, project=thing.project, member=member, roles=roles)


def found(things: QuerySet[AnyModel], key: object, *, noun: str) -> AnyModel:
    """The one of `things` with the id `key`, or `Missing` with its noun; a key that is no number is missing too."""
    try:
        number = int(str(key))
    except ValueError:
        number = -1
    thing = things.filter(pk=number).first() if 0 <= number < 2**63 else None
    if thing is None:
        raise Missing(f"There is no {noun} “{key}” that you may see.")
    return thing
