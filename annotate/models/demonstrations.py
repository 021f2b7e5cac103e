"""What was written: the working draft, the demonstration, and its immutable revisions."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate.models.guidelines import GuidelineVersion
from annotate.models.tasks import Assignment, Slot, Task
from annotate.states import DEMONSTRATION_STATES, NOT_LIVE
from workspace.models import Member, Project


class Demonstration(models.Model):
    """The prompt-response conversation one annotator wrote for one task."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="demonstrations", db_index=False
    )
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="demonstrations")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+", db_index=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="demonstration")
    author = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="demonstrations", db_index=False
    )
    state = models.CharField(max_length=17, default="draft", db_default="draft")
    category = models.CharField(max_length=60, blank=True, default="", db_default="")
    language = models.CharField(max_length=12, blank=True, default="", db_default="")
    guideline_version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="+")
    # The number of the newest revision; 0 before the first submission.
    revision = models.PositiveIntegerField(default=0, db_default=0)
    quality_rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    rating_reviews = models.PositiveSmallIntegerField(default=0, db_default=0)
    created = models.DateTimeField(db_default=Now())
    submitted = models.DateTimeField(null=True)
    settled = models.DateTimeField(null=True)

    # At most its newest revision, where `queries.with_newest_revision` read it or the act has just written it.
    newest: list[Revision]

    class Meta:
        constraints = [
            # A draft whose lease has passed stays its writer's, so drafts do not count: the slot's holder does.
            models.UniqueConstraint(
                F("slot"),
                condition=~Q(state__in=["draft", *NOT_LIVE]),
                name="demonstration_one_live_per_slot",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DEMONSTRATION_STATES), name="demonstration_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"]) | Q(revision__gte=1),
                name="demonstration_judged_only_after_submission",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "-id"], name="demonstration_by_project"),
            models.Index(fields=["project", "state", "-id"], name="demonstration_by_state"),
            models.Index(fields=["author", "state", "-id"], name="demonstration_by_author"),
        ]

    def __str__(self) -> str:
        return f"demonstration {self.pk}"


class Draft(models.Model):
    """The text in the editor as the server last confirmed it; `version` rises with every save."""

    assignment = models.OneToOneField(
        Assignment, primary_key=True, on_delete=models.CASCADE, related_name="draft"
    )
    messages = models.JSONField(default=list)
    category = models.CharField(max_length=60, blank=True, default="", db_default="")
    version = models.PositiveIntegerField(default=1, db_default=1)
    saved = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"draft {self.version} of {self.assignment}"


class Revision(models.Model):
    """An immutable snapshot of a demonstration at one submission. A trigger forbids any change."""

    demonstration = models.ForeignKey(
        Demonstration, on_delete=models.PROTECT, related_name="revisions", db_index=False
    )
    number = models.PositiveIntegerField()
    messages = models.JSONField()
    category = models.CharField(max_length=60, blank=True, default="", db_default="")
    language = models.CharField(max_length=12, blank=True, default="", db_default="")
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    findings = models.JSONField(default=list, db_default=[])
    submitted = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["demonstration", "number"], name="revision_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="revision_numbers_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.demonstration}"
