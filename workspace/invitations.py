"""One-time links by which people come in, or choose a new password: made, checked, used, and sent where mail works.

The link holds Django's password-reset token, which dies with its use (it depends on the password and the last
log-in) and after three days. Called by the People page, the invitation page and `add_member`.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import override

from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Member, User
from workspace.permissions import ADMIN
from workspace.refusals import Invalid, Missing, NotAllowed


def path_for(user: User) -> str:
    """The path of a fresh link for `user`; earlier ones stay valid until one of them is used."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("invitation", kwargs={"uid": uid, "token": default_token_generator.make_token(user)})


def may_hand_out(standing: Standing, user: User) -> bool:
    """Whether this admin may see a link of `user`.

    Whoever holds a link can become that person. So the link of somebody who works in a project that this admin does
    not run, or who runs the site, is the operator's alone to hand out.
    """
    if not standing.may("member.change"):
        return False
    if standing.user.is_superuser:
        return True
    if user.is_superuser or not user.is_active:
        return False
    mine = Member.objects.filter(user=standing.user, active=True, roles__contains=[ADMIN])
    elsewhere = Member.objects.filter(user=user).exclude(project__in=mine.values("project"))
    return not elsewhere.exists()


def hand_out(standing: Standing, user: User) -> str:
    """The path of a fresh link, for an admin to copy; the trail says who made it. Raises `NotAllowed`."""
    standing.require("member.change")
    if not may_hand_out(standing, user):
        raise NotAllowed(
            "This person also works elsewhere on this site, so only its operator can make a link for them."
        )
    with transaction.atomic():
        record("user.link_made", user, by=standing.user, project=standing.project)
    return path_for(user)


def send(user: User, *, link: str, project_title: str) -> None:
    """Mail the link to the person themselves, in their language."""
    with override(user.language):
        subject = _("Your access to “%(project)s”") % {"project": project_title}
        text = _(
            "Choose your password here, within three days:\n\n%(link)s\n\n"
            "The link works once. If you did not expect it, do nothing.\n"
        ) % {"link": link}
    send_mail(" ".join(subject.split()), text, None, [user.email])


def whose(uid: str, token: str) -> User:
    """The person a link belongs to, or `Missing` for one that was used, is too old or was never made."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise Missing(
            "This link was used already, or is older than three days. Ask whoever sent it for a new one."
        )
    return user


def accept(uid: str, token: str, *, name: str, password: str, now: datetime) -> User:
    """Use a link: the person gets the name and password they chose, and every link of theirs dies.

    Raises `Missing` for a dead link, `Invalid` with the field's remedy for a name or password that cannot be taken.
    """
    with transaction.atomic():
        # Two uses at the same time: the second waits here, and then reads a password that voids its token.
        found = whose(uid, token)
        User.objects.select_for_update(no_key=True).get(pk=found.pk)
        user = whose(uid, token)
        if not name.strip() or len(name.strip()) > 120:
            raise Invalid("The name cannot be taken.", errors={"name": ["Give 1 to 120 characters."]})
        user.name = name.strip()
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise Invalid("Choose another password.", errors={"password": list(error.messages)}) from error
        user.set_password(password)
        user.save(update_fields=["name", "password"])
        record("user.link_used", user, by=user)
    return user
