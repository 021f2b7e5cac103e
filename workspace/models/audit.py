"""The audit trail: append-only by a database trigger (see the migration `audit_is_append_only`)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from workspace.models.people import Project, User


class AuditEvent(models.Model):
    """Who did what to which object, from which state to which, when, in which request.

    `before` and `after` hold ids and states, never text that people wrote, names or addresses. The references have
    no foreign-key constraint: an event outlives what it speaks of, and a claim must not lock its project's row.
    """

    project = models.ForeignKey(
        Project, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    actor = models.ForeignKey(
        User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict, db_default={})
    after = models.JSONField(default=dict, db_default={})
    request_id = models.CharField(max_length=64, blank=True, default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["project", "-id"], name="audit_by_project"),
            models.Index(fields=["object_type", "object_id", "-id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
