"""Agreement reports: computed whole, kept as rows, never changed."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from workspace.models import Job, Project


class AgreementReport(models.Model):
    """One computation over a stated set of ratings; `ratings_set` says which, so that it can be done again."""

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="agreement_reports", db_index=False
    )
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    ratings_set = models.JSONField(default=dict)
    created = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["project", "-id"], name="report_by_project")]

    def __str__(self) -> str:
        return f"report {self.pk}"


class AgreementResult(models.Model):
    """One coefficient for one measure. `value` is null where it is undefined, and `reason` says why."""

    report = models.ForeignKey(AgreementReport, on_delete=models.CASCADE, related_name="results")
    measure = models.CharField(max_length=60)
    scale = models.CharField(max_length=10)
    coefficient = models.CharField(max_length=60)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    standard_error = models.FloatField(null=True)
    items = models.PositiveIntegerField()
    raters = models.PositiveIntegerField()
    ratings = models.PositiveIntegerField()
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "measure", "coefficient"], name="result_once")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.coefficient}"
