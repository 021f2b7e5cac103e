"""API tokens, hashed at rest, and idempotency keys."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from workspace.models.people import User


class ApiToken(models.Model):
    """A bearer token of a person. The token itself is shown once; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True, default="")
    beginning = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(db_default=Now())
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.beginning}… {self.name}".strip()


class IdempotencyKey(models.Model):
    """The answer that a creating call gave, kept for a day under the key its caller chose."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    call = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "call", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.call} {self.key}"
