"""Tasks, their slots, and the assignments that hold them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate.models.guidelines import GuidelineVersion
from annotate.models.queue import Lane
from annotate.models.sources import Source
from annotate.states import ASSIGNMENT_STATES, SLOT_STATES, TASK_KINDS, TASK_STATES
from workspace.models import Member, Project


class Task(models.Model):
    """One thing to write. `shuffle` is its random place in every walk of the queue."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=9, default="open", db_default="open")
    prompt = models.TextField(blank=True, default="", db_default="")
    brief = models.TextField(blank=True, default="", db_default="")
    context = models.TextField(blank=True, default="", db_default="")
    messages = models.JSONField(null=True)
    draft_response = models.TextField(blank=True, default="", db_default="")
    # The answer that the source gave: for lineage, never shown to the writer.
    reference = models.TextField(blank=True, default="", db_default="")
    category = models.CharField(max_length=60, blank=True, default="", db_default="")
    language = models.CharField(max_length=12, blank=True, default="", db_default="")
    priority = models.PositiveSmallIntegerField(default=2, db_default=2)
    external_id = models.CharField(max_length=200, blank=True, default="", db_default="")
    metadata = models.JSONField(default=dict, db_default={})
    # Over what the writer is shown (`annotate.sources.rows.digest`): an exact duplicate cannot come in twice.
    digest = models.UUIDField()
    overlap = models.PositiveSmallIntegerField(default=1, db_default=1)
    # The draw for the project's overlap share: its probability, and whether it fell on this task.
    overlap_probability = models.FloatField(default=1.0, db_default=1.0)
    overlap_drawn = models.BooleanField(default=True, db_default=True)
    shuffle = models.BigIntegerField()
    created = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "digest"], name="task_once_per_project"),
            models.CheckConstraint(condition=Q(kind__in=TASK_KINDS), name="task_kind_known"),
            models.CheckConstraint(condition=Q(state__in=TASK_STATES), name="task_state_known"),
            models.CheckConstraint(
                condition=Q(overlap__gte=1, overlap__lte=20), name="task_overlap_in_bounds"
            ),
            models.CheckConstraint(
                condition=Q(kind="respond") & ~Q(prompt="")
                | Q(kind="compose") & ~Q(brief="")
                | Q(kind="edit") & ~Q(prompt="") & ~Q(draft_response="")
                | Q(kind="converse", messages__isnull=False),
                name="task_has_what_its_kind_needs",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="task_by_project"),
            models.Index(fields=["source", "id"], condition=Q(source__isnull=False), name="task_by_source"),
            models.Index(
                fields=["project", "external_id"], condition=~Q(external_id=""), name="task_by_external_id"
            ),
        ]

    def __str__(self) -> str:
        return self.external_id or f"task {self.pk}"


class Slot(models.Model):
    """One writer's place in a task. `open` ones stand in the lane's index in the order of the random key."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="slots", db_index=False)
    number = models.PositiveSmallIntegerField()
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="+", db_index=False)
    shuffle = models.BigIntegerField()
    state = models.CharField(max_length=6, default="open", db_default="open")
    holder = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="slot_number_once"),
            models.CheckConstraint(condition=Q(state__in=SLOT_STATES), name="slot_state_known"),
            models.CheckConstraint(
                condition=Q(state="held", holder__isnull=False, lease_until__isnull=False)
                | (~Q(state="held") & Q(lease_until__isnull=True)),
                name="slot_held_by_somebody_until_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "shuffle"], condition=Q(state="open"), name="slot_open_in_lane"),
            models.Index(fields=["lane", "lease_until"], condition=Q(state="held"), name="slot_held_in_lane"),
        ]

    def __str__(self) -> str:
        return f"{self.task} place {self.number}"


class Assignment(models.Model):
    """A slot in one annotator's hands. One row for a person and a task, however often they take it up again."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="assignments")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="assignments", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=9, default="active", db_default="active")
    # 1 for new work; higher where a reviewer returned it. Returned work never passes to another writer.
    round = models.PositiveSmallIntegerField(default=1, db_default=1)
    lease_until = models.DateTimeField()
    claimed = models.DateTimeField(db_default=Now())
    closed = models.DateTimeField(null=True)
    skip_reason = models.CharField(max_length=20, blank=True, default="", db_default="")
    skip_words = models.TextField(blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "member"], name="assignment_once_per_person_and_task"),
            models.UniqueConstraint(
                F("member"), condition=Q(state="active", round=1), name="assignment_one_new_at_a_time"
            ),
            models.UniqueConstraint(
                F("slot"), condition=Q(state="active"), name="assignment_one_active_per_slot"
            ),
            models.CheckConstraint(condition=Q(state__in=ASSIGNMENT_STATES), name="assignment_state_known"),
        ]
        indexes = [
            models.Index(
                fields=["member", "claimed"],
                condition=Q(state="active") & ~Q(round=1),
                name="assignment_returned_work",
            ),
            models.Index(fields=["member", "-id"], name="assignment_by_member"),
        ]

    def __str__(self) -> str:
        return f"{self.task} for {self.member}"
