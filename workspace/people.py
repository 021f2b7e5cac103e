"""Acts on people: make a user, take members in one by one or from a file, change and remove them."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from workspace import people_file
from workspace.access import Standing
from workspace.announcements import announce
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.permissions import ADMIN, ROLES
from workspace.refusals import Conflict, Invalid


def create_user(
    *, email: str, name: str, password: str | None = None, superuser: bool = False, by: User | None = None
) -> User:
    """Make a user; without a password they come in by an invitation link.

    Raises `Invalid` naming the field that cannot be taken.
    """
    address = checked_email(email)
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                address, password, name=name.strip()[:120], is_superuser=superuser
            )
            record("user.created", user, by=by)
    except IntegrityError as error:
        if "workspace_user_email" not in str(error):
            raise
        raise Invalid(
            "This address is taken.", errors={"email": ["There is a user with this address."]}
        ) from error
    return user


def add_member(
    project: Project,
    *,
    email: str,
    roles: Sequence[str],
    name: str = "",
    languages: Sequence[str] = (),
    categories: Sequence[str] = (),
    by: User | None,
    now: datetime,
) -> tuple[Member, bool]:
    """Take somebody into a project, making their user where absent. Returns the member and whether they are new here.

    Somebody who is a member already gets the roles, languages and categories given now.
    `by` is None for the operator's command. Raises `Invalid` naming each field that cannot be taken.
    """
    values = checked_membership(roles=roles, languages=languages, categories=categories)
    address = checked_email(email)
    with transaction.atomic():
        user = User.objects.filter(email=address).first()
        if user is None:
            user = create_user(email=address, name=name or address.partition("@")[0], by=by)
        member, created = Member.objects.select_for_update(no_key=True).get_or_create(
            project=project, user=user, defaults=values
        )
        if not created:
            if member.active and ADMIN in member.roles and ADMIN not in values["roles"]:
                _keep_an_admin(member)
            _apply(member, {**values, "active": True}, by=by)
        else:
            record("member.added", member, by=by, project=project, after={"roles": list(roles)})
    return member, created


def add_people_from_csv(standing: Standing, content: bytes, *, now: datetime) -> list[tuple[Member, bool]]:
    """Take in everybody in a CSV file, or nobody. Returns each member and whether they are new here.

    Parameters: `content`, the file as `workspace.people_file` describes it.
    Raises `Invalid` with `extra["lines"]`: for each fault its line, field and remedy.
    """
    standing.require("member.change")
    rows, faults = people_file.read(content)
    for row in rows:
        faults += _faults_of(row)
    if faults:
        lines = [asdict(fault) for fault in sorted(faults, key=lambda fault: fault.line)]
        words = [str(fault) for fault in sorted(faults, key=lambda fault: fault.line)]
        raise Invalid("Nobody was added; mend these lines.", errors={"file": words}, extra={"lines": lines})
    with transaction.atomic():
        return [
            add_member(
                standing.project,
                email=row.email,
                name=row.name,
                roles=row.roles,
                languages=row.languages,
                categories=row.categories,
                by=standing.user,
                now=now,
            )
            for row in rows
        ]


def _faults_of(row: people_file.Row) -> list[people_file.Fault]:
    errors: dict[str, Any] = {}
    checks: list[Callable[[], object]] = [
        lambda: checked_email(row.email),
        lambda: checked_membership(roles=row.roles, languages=row.languages, categories=row.categories),
    ]
    for check in checks:
        try:
            check()
        except Invalid as refusal:
            errors |= refusal.errors
    return [people_file.Fault(row.line, field, " ".join(words)) for field, words in errors.items()]


def change_account(
    user: User, *, name: str, language: str, time_zone: str, theme: str, now: datetime
) -> User:
    """Change one's own name, language, time zone and theme.

    Raises `Invalid` naming each field that cannot be taken.
    """
    errors: dict[str, list[str]] = {}
    if not name.strip() or len(name.strip()) > 120:
        errors["name"] = ["Give 1 to 120 characters."]
    if language not in dict(settings.LANGUAGES):
        errors["language"] = [f"Use one of {', '.join(dict(settings.LANGUAGES))}."]
    if time_zone not in zoneinfo.available_timezones():
        errors["time_zone"] = ["Use a name of the time zone database, such as Europe/Berlin."]
    if theme not in ("system", "light", "dark"):
        errors["theme"] = ["Use system, light or dark."]
    if errors:
        raise Invalid("This cannot be saved.", errors=errors)
    user.name, user.language, user.time_zone, user.theme = name.strip(), language, time_zone, theme
    with transaction.atomic():
        user.save(update_fields=["name", "language", "time_zone", "theme"])
        record("user.changed", user, by=user)
    return user


def change_member(standing: Standing, member: Member, *, now: datetime, **values: Any) -> Member:
    """Change roles, languages or categories of a member.

    Raises `Invalid` naming each field, `Conflict` where the project would be left without an admin.
    """
    standing.require("member.change")
    checked = checked_membership(
        roles=values.get("roles", member.roles),
        languages=values.get("languages", member.languages),
        categories=values.get("categories", member.categories),
    )
    with transaction.atomic():
        locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if ADMIN in locked.roles and ADMIN not in checked["roles"]:
            _keep_an_admin(locked)
        _apply(locked, checked, by=standing.user)
    return locked


def remove_member(standing: Standing, member: Member, *, now: datetime) -> None:
    """End a membership: what they hold is freed, their finished work stays. Twice is harmless.

    Raises `Conflict` where the project would be left without an admin.
    """
    standing.require("member.change")
    with transaction.atomic():
        locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if not locked.active:
            return
        if ADMIN in locked.roles:
            _keep_an_admin(locked)
        locked.active = False
        locked.save(update_fields=["active"])
        record("member.removed", locked, by=standing.user, before={"roles": locked.roles})
        announce("member_left", member=locked, now=now)


def checked_email(email: str) -> str:
    """The address in lower case, or `Invalid`."""
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid(
            "This is no e-mail address.", errors={"email": [f"“{email}” is no e-mail address."]}
        ) from error
    return address


def checked_membership(
    *, roles: Sequence[str], languages: Sequence[str], categories: Sequence[str]
) -> dict[str, list[str]]:
    """What a member may do and take, in order and without repeats, or `Invalid` by field."""
    errors: dict[str, list[str]] = {}
    unknown = [role for role in roles if role not in ROLES]
    if unknown or not roles:
        errors["roles"] = [f"{', '.join(unknown) or 'No role'}: use one or more of {', '.join(ROLES)}."]
    long = [word for word in languages if not word or len(word) > 12]
    if long:
        errors["languages"] = ["Give language codes such as en, de or ar."]
    if any(not word or len(word) > 60 for word in categories):
        errors["categories"] = ["Give category keys of the guideline, at most 60 characters each."]
    if errors:
        raise Invalid("This membership cannot be taken.", errors=errors)
    return {
        "roles": [role for role in ROLES if role in roles],
        "languages": sorted({word.strip().lower() for word in languages}),
        "categories": sorted({word.strip() for word in categories}),
    }


def _apply(member: Member, values: dict[str, Any], *, by: User | None) -> None:
    before = {name: getattr(member, name) for name in values}
    if before == values:
        return
    for name, value in values.items():
        setattr(member, name, value)
    member.save(update_fields=list(values))
    record("member.changed", member, by=by, before=before, after=values)


def _keep_an_admin(leaving: Member) -> None:
    others = Member.objects.select_for_update(no_key=True).filter(
        project_id=leaving.project_id, active=True, roles__contains=[ADMIN]
    )
    if not others.exclude(pk=leaving.pk).exists():
        raise Conflict("This is the project's only admin; make somebody else an admin first.")
