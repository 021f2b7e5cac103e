"""Places in the review queue, reviews with their scores and comments, and adjudications."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from annotate.models import Demonstration, GuidelineVersion, Lane, Revision
from review.states import ADJUDICATION_STATES, DECISIONS, FAULTS, PLACE_STATES, REVIEW_STATES
from workspace.models import Member, Project


class ReviewPlace(models.Model):
    """One reviewer's place at one revision: what a slot is to a task. Opened at submission, as many as planned."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="places", db_index=False)
    number = models.PositiveSmallIntegerField()
    demonstration = models.ForeignKey(Demonstration, on_delete=models.PROTECT, related_name="places")
    # Of a place that a material change opened: the version to judge by. Null: the one the revision was written under.
    guideline_version = models.ForeignKey(
        GuidelineVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Kept beside, so that the claim can leave out one's own writing without another table.
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+", db_index=False)
    lane = models.ForeignKey(Lane, on_delete=models.PROTECT, related_name="+", db_index=False)
    shuffle = models.BigIntegerField()
    state = models.CharField(max_length=6, default="open", db_default="open")
    holder = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["revision", "number"], name="place_number_once"),
            models.CheckConstraint(condition=Q(state__in=PLACE_STATES), name="place_state_known"),
            models.CheckConstraint(
                condition=Q(state="held", holder__isnull=False, lease_until__isnull=False)
                | (~Q(state="held") & Q(lease_until__isnull=True)),
                name="place_held_by_somebody_until_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["lane", "shuffle"], condition=Q(state="open"), name="place_open_in_lane"),
            models.Index(
                fields=["lane", "lease_until"], condition=Q(state="held"), name="place_held_in_lane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revision} place {self.number}"


class Review(models.Model):
    """A reviewer's judgement of one revision. One row for a person and a revision."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reviews_of", db_index=False)
    place = models.ForeignKey(ReviewPlace, on_delete=models.PROTECT, related_name="reviews")
    demonstration = models.ForeignKey(Demonstration, on_delete=models.PROTECT, related_name="reviews")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    reviewer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    guideline_version = models.ForeignKey(
        GuidelineVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, default="active", db_default="active")
    decision = models.CharField(max_length=15, blank=True, default="", db_default="")
    comment = models.TextField(blank=True, default="", db_default="")
    reasons = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    fault = models.CharField(max_length=9, blank=True, default="", db_default="")
    lease_until = models.DateTimeField()
    claimed = models.DateTimeField(db_default=Now())
    decided = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["revision", "reviewer"], name="review_once_per_person_and_revision"
            ),
            models.UniqueConstraint(F("reviewer"), condition=Q(state="active"), name="review_one_at_a_time"),
            models.UniqueConstraint(
                F("place"), condition=Q(state__in=["active", "decided"]), name="review_one_per_place"
            ),
            models.CheckConstraint(condition=Q(state__in=REVIEW_STATES), name="review_state_known"),
            models.CheckConstraint(
                condition=Q(state="decided", decision__in=DECISIONS, decided__isnull=False)
                | (~Q(state="decided") & Q(decision="")),
                name="review_decided_with_a_decision",
            ),
            models.CheckConstraint(condition=Q(fault__in=["", *FAULTS]), name="review_fault_known"),
        ]
        indexes = [
            models.Index(fields=["reviewer", "-id"], name="review_by_reviewer"),
            models.Index(
                fields=["project", "id"], condition=Q(state="decided"), name="review_decided_by_project"
            ),
            models.Index(
                fields=["guideline_version"], condition=Q(state="decided"), name="review_decided_by_version"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


class Score(models.Model):
    """The level one review gave to one criterion of the rubric."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="scores", db_index=False)
    criterion = models.CharField(max_length=60)
    level = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="score_once_per_criterion")
        ]

    def __str__(self) -> str:
        return f"{self.criterion} {self.level}"


class Comment(models.Model):
    """A remark of a review on a span of one message; `start` and `end` count code points."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="comments")
    message = models.PositiveSmallIntegerField()
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    quote = models.TextField()
    text = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="comment_span_runs_forward")
        ]

    def __str__(self) -> str:
        return f"comment on message {self.message}"


class Adjudication(models.Model):
    """A demonstration whose reviews disagree, waiting for or settled by a third person."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="adjudications", db_index=False
    )
    demonstration = models.ForeignKey(Demonstration, on_delete=models.PROTECT, related_name="adjudications")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of a dispute after a material change: the version its reviews judged by. Null: the revision's own.
    guideline_version = models.ForeignKey(
        GuidelineVersion, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    why = models.CharField(max_length=20)
    state = models.CharField(max_length=8, default="open", db_default="open")
    adjudicator = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(max_length=15, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    scores = models.JSONField(default=dict)
    opened = models.DateTimeField(db_default=Now())
    resolved = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                F("demonstration"), condition=Q(state="open"), name="adjudication_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ADJUDICATION_STATES), name="adjudication_state_known"
            ),
        ]
        indexes = [models.Index(fields=["project", "state", "id"], name="adjudication_by_state")]

    def __str__(self) -> str:
        return f"adjudication {self.pk}"

    @property
    def judged_by(self) -> GuidelineVersion:
        """The version whose rubric the reviews and the adjudicator score."""
        return self.guideline_version or self.revision.guideline_version
