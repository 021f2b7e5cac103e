"""How people come in: by invitation only. allauth asks this adapter."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitationOnly(DefaultAccountAdapter):
    """Closed sign-up: accounts are made by an admin or by `create_user`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
