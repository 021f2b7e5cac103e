"""Lanes: what both queues walk along.

A lane holds the open places of one project that the same people may take: same queue, priority class, language,
category, source and reservation. Who may take from a lane is decided on the lane, once, so that a claim is an index
probe however many places there are (see `annotate.queueing`).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from annotate.models.sources import Source
from workspace.models import Member, Project

WRITE, REVIEW = "write", "review"


class Lane(models.Model):
    """One lane; `annotate.lanes.lane_for` finds or makes it."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="lanes")
    queue = models.CharField(max_length=6, choices=[(WRITE, "writing"), (REVIEW, "reviewing")])
    priority = models.PositiveSmallIntegerField(default=2)
    category = models.CharField(max_length=60, blank=True, default="")
    language = models.CharField(max_length=12, blank=True, default="")
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+")
    # Empty, or the sorted ids of the members it is reserved for; `LaneReservation` holds them as rows.
    reserved = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("project"),
                F("queue"),
                F("priority"),
                F("category"),
                F("language"),
                Coalesce(F("source"), 0),
                F("reserved"),
                name="lane_once",
            ),
            models.CheckConstraint(condition=Q(queue__in=[WRITE, REVIEW]), name="lane_queue_known"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.category or 'any'} {self.language or 'any'}"


class LaneReservation(models.Model):
    """A member whom a reserved lane is for."""

    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="reservations")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lane", "member"], name="lane_reserved_once")]

    def __str__(self) -> str:
        return f"{self.lane} for {self.member}"


class LaneCursor(models.Model):
    """How far one member has walked along one lane: past everything behind it they have been already."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    lane = models.ForeignKey(Lane, on_delete=models.CASCADE, related_name="+", db_index=False)
    position = models.BigIntegerField()
    # When a whole turn found nothing for this member; cleared when places open, void after a while.
    exhausted = models.DateTimeField(null=True)
    served = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "lane"], name="cursor_once")]
        indexes = [
            models.Index(fields=["lane"], condition=Q(exhausted__isnull=False), name="cursor_exhausted")
        ]

    def __str__(self) -> str:
        return f"{self.member} at {self.position}"
