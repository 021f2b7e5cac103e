"""Releases: numbered, immutable exports; what each holds was frozen as rows before it was written."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from annotate.models import Demonstration, GuidelineVersion, Revision, Source
from review.states import RELEASE_STATES
from workspace.models import Job, Project, User


class Release(models.Model):
    """One numbered release of a project."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=9, default="building", db_default="building")
    format = models.CharField(max_length=30, default="records")
    settings = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    # Everything the manifest says that was read from live tables, frozen with the selection.
    frozen = models.JSONField(null=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True, default="")
    bytes = models.BigIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    retraction_reason = models.TextField(blank=True, default="")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField()
    finished = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="release_number_once"),
            models.CheckConstraint(condition=Q(state__in=RELEASE_STATES), name="release_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.project.slug} release {self.number}"

    @property
    def folder(self) -> str:
        """The name of its directory, in the storage and in an archive."""
        return f"{self.project.slug}-{self.number:04d}"


class ReleaseItem(models.Model):
    """One row of a release: which revision, in which split, at which position; and what could change later.

    The revision holds the conversation and never changes. Everything else that the row says was copied here when the
    selection was frozen, so that the same bytes can be written on any day. Plain numbers where an index or a lock on
    a parent row would cost a million rows something: the revision leads to the rest.
    """

    # No constraints: one statement writes all rows of a release, and a check for each would cost a fifth of it.
    release = models.ForeignKey(
        Release, on_delete=models.CASCADE, related_name="items", db_constraint=False, db_index=False
    )
    split = models.CharField(max_length=10, default="train", db_default="train")
    # From 0 in each split, in the order of the demonstrations.
    position = models.BigIntegerField()
    # Here it would also lock, and so write, every page of the revisions; a trigger forbids to delete one anyway.
    revision = models.ForeignKey(
        Revision, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    demonstration = models.ForeignKey(
        Demonstration, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    source = models.ForeignKey(
        Source, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    rubric_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    quality_rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    scores = models.JSONField(default=dict, db_default={})
    reviews = models.PositiveSmallIntegerField(default=0, db_default=0)
    origin = models.CharField(max_length=20, default="human", db_default="human")
    context = models.TextField(blank=True, default="", db_default="")
    metadata = models.JSONField(default=dict, db_default={})
    lineage = models.JSONField(default=dict, db_default={})
    created = models.DateTimeField()
    approved = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "split", "position"], name="item_position_once")
        ]
        indexes = [models.Index(fields=["revision"], name="item_by_revision")]

    def __str__(self) -> str:
        return f"row {self.position}"


class ReleaseFile(models.Model):
    """One file of a release, as its manifest lists it; downloads look the path up here, never on the disk."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=200)
    bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "path"], name="release_file_once")]

    def __str__(self) -> str:
        return self.path
