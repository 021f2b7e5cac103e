"""Who calls the API: a bearer token, or the browser's session with CSRF."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.request import Request

from workspace import tokens
from workspace.models import ApiToken, User

# `last_used` is written at most so often: a busy script must not write a row for every call.
LAST_USED_STEP = timedelta(minutes=1)


class BearerToken(BaseAuthentication):
    """`Authorization: Bearer TOKEN`."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(text.strip())
        if token is None:
            raise exceptions.AuthenticationFailed("This token is not known, or was revoked; make a new one.")
        now = timezone.now()
        if token.last_used is None or now - token.last_used > LAST_USED_STEP:
            tokens.note_use(token, now=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BrowserSession(SessionAuthentication):
    """The log-in of the pages; Django's CSRF check applies to every change."""
