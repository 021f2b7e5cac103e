"""How people come in: by invitation only. allauth asks this adapter, and Django this backend at every request."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from workspace.loading import OneRow, whole_number
from workspace.models import User


class InvitationOnly(DefaultAccountAdapter):
    """Closed sign-up: accounts are made by an admin or by `create_user`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


_USER = OneRow({"u": User}, "FROM workspace_user u WHERE u.id = %(key)s", {})


class LoggedIn(AuthenticationBackend):
    """allauth's log-in by e-mail; the person of a session is found by a statement that is composed once."""

    def get_user(self, user_id: object) -> User | None:
        user: User | None = _USER.find(key=whole_number(user_id))
        return user if user is not None and self.user_can_authenticate(user) else None
