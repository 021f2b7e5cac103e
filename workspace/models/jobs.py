"""A long task as a row: what runs, how far it is, and how it ended."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from workspace.models.people import Project, User

JOB_STATES = ("queued", "running", "succeeded", "failed", "cancelled")


class Job(models.Model):
    """One run of long work. `attempt` rises each time it is taken up; every write checks it."""

    project = models.ForeignKey(Project, null=True, on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=40)
    state = models.CharField(
        max_length=10, default="queued", choices=[(state, state) for state in JOB_STATES]
    )
    arguments = models.JSONField(default=dict)
    # Where set, at most one job of this key is queued or running.
    exclusive = models.CharField(max_length=120, blank=True, default="")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    message = models.TextField(blank=True, default="")
    result = models.JSONField(null=True)
    error = models.TextField(blank=True, default="")
    attempt = models.PositiveIntegerField(default=0)
    heartbeat = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created = models.DateTimeField(db_default=Now())
    started = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JOB_STATES), name="job_state_known"),
            models.UniqueConstraint(
                F("exclusive"),
                condition=Q(state__in=["queued", "running"]) & ~Q(exclusive=""),
                name="job_exclusive_once",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="job_by_project"),
            models.Index(F("id"), condition=Q(state__in=["queued", "running"]), name="job_unfinished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def finished_in_any_way(self) -> bool:
        return self.state in ("succeeded", "failed", "cancelled")
