"""API tokens: made, found, revoked. The token is shown once; the database holds its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from workspace.auditing import record
from workspace.models import ApiToken, User

PREFIX = "scr_"


def create_token(user: User, *, name: str = "", by: User | None = None) -> tuple[ApiToken, str]:
    """Make a token of `user`. Returns its row and the token itself, which cannot be had again."""
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        token = ApiToken.objects.create(user=user, name=name[:80], beginning=text[:10], digest=_digest(text))
        record("token.created", token, by=by or user)
    return token, text


def revoke_token(token: ApiToken, *, by: User, now: datetime) -> None:
    """End a token; calls with it answer 401 from now on. Twice is harmless."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked__isnull=True).update(revoked=now):
            record("token.revoked", token, by=by)


def find(text: str) -> ApiToken | None:
    """The living token with this text, its user loaded; None where there is none."""
    living = ApiToken.objects.select_related("user").filter(revoked__isnull=True, user__is_active=True)
    return living.filter(digest=_digest(text)).first()


def note_use(token: ApiToken, *, now: datetime) -> None:
    """Remember when the token was last used."""
    ApiToken.objects.filter(pk=token.pk).update(last_used=now)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
