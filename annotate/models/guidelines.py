"""The guideline and its numbered, immutable versions. A trigger forbids any change after publication."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from workspace.models import Member, Project, User


class GuidelineVersion(models.Model):
    """One state of a project's guideline; `number` is null for the one draft."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="guideline_versions")
    number = models.PositiveIntegerField(null=True)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, default="")
    summary = models.TextField(blank=True, default="")
    material = models.BooleanField(default=False)
    # Of a material change: the categories whose approved work is looked at again; none named means all.
    material_categories = models.JSONField(default=list, db_default=[])
    examples = models.JSONField(default=list)
    rubric = models.JSONField(default=list)
    categories = models.JSONField(default=list)
    bounds = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now())
    published = models.DateTimeField(null=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="guideline_number_once"),
            models.UniqueConstraint(
                fields=["project"], condition=Q(number__isnull=True), name="guideline_one_draft"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=True, published__isnull=True)
                | Q(number__isnull=False, published__isnull=False),
                name="guideline_numbered_when_published",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}" if self.number else "draft"

    @property
    def category_names(self) -> dict[str, str]:
        return {category["key"]: category["name"] for category in self.categories}


class Acknowledgement(models.Model):
    """A member's recorded reading of a version."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="acknowledgements")
    version = models.ForeignKey(GuidelineVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "version"], name="acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.member} read {self.version}"
