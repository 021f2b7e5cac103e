"""Idempotency keys: a creating call repeated under the same key gives the same answer and changes nothing twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from workspace.models import IdempotencyKey, User
from workspace.refusals import Invalid

KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True)
class Kept:
    """An answer as it can be kept: status, JSON-ready body, headers worth repeating."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def once(user: User, *, call: str, key: str, body: bytes, now: datetime, work: Callable[[], Kept]) -> Kept:
    """Do `work` unless `user` did it under `key` before; then give the kept answer.

    The key is stored in the transaction of the change. A concurrent repeat waits on the unique row and then gets the
    first one's answer. Raises `Invalid` where the same key came with another body.
    """
    digest = hashlib.sha256(body).hexdigest()
    forget_old_keys(now=now, user=user)
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(user=user, call=call[:200], key=key, body_digest=digest)
            answer = work()
            row.status, row.answer, row.headers = answer.status, answer.body, dict(answer.headers)
            row.save(update_fields=["status", "answer", "headers"])
            return answer
    except IntegrityError as error:
        if "idempotency_key_once" not in str(error):
            raise
    kept = IdempotencyKey.objects.get(user=user, call=call[:200], key=key)
    if kept.body_digest != digest:
        raise Invalid(
            "This Idempotency-Key was used with another body; choose a new key.", slug="idempotency-key"
        )
    return Kept(kept.status, kept.answer, kept.headers)


def forget_old_keys(*, now: datetime, user: User | None = None) -> int:
    """Delete keys older than a day, of one person or of all. Returns how many."""
    old = IdempotencyKey.objects.filter(created__lt=now - KEPT_FOR)
    if user is not None:
        old = old.filter(user=user)
    return old.delete()[0]
