"""Where tasks came from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from workspace.models import Job, Project, User

SOURCE_STATES = ("importing", "ready", "failed", "retired")


class Source(models.Model):
    """One imported file: its name, format, licence and checksum, and how the import ended."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="sources")
    name = models.CharField(max_length=200)
    format = models.CharField(max_length=30)
    licence = models.CharField(max_length=200)
    url = models.URLField(max_length=500, blank=True, default="")
    kind = models.CharField(max_length=10, blank=True, default="")
    language = models.CharField(max_length=12, blank=True, default="")
    category = models.CharField(max_length=60, blank=True, default="")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    # A key of the default storage, never a path that somebody sent.
    file = models.CharField(max_length=300, blank=True, default="")
    bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(
        max_length=10, default="importing", choices=[(state, state) for state in SOURCE_STATES]
    )
    # How many tasks of it are in the queue, and the import's own account: duplicates, notes, errors by line.
    tasks = models.PositiveIntegerField(default=0)
    summary = models.JSONField(default=dict)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(db_default=Now())
    retired = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SOURCE_STATES), name="source_state_known")
        ]
        indexes = [models.Index(fields=["project", "-id"], name="source_by_project")]

    def __str__(self) -> str:
        return self.name
