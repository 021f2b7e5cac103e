"""`jobs/ID/`, `jobs/ID/cancel/` and `projects/SLUG/jobs/`: long work, how far it is, and how it ended."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspace import queries, running
from workspace.api import schemas, shapes
from workspace.api.calls import Call, listed
from workspace.api.documents import PAGE, answers, page_of
from workspace.models import Job


class JobCall(Call):
    """A call on one job. A job of no project is its operator's alone."""

    noun = "job"

    def things(self) -> QuerySet[Job]:
        return Job.objects.select_related("project")


class OneJob(JobCall):
    actions = {"GET": "job.view"}

    @extend_schema(operation_id="get_job", summary="A job", responses=answers(schemas.Job))
    def get(self, request: Request, key: str) -> Response:
        return Response(shapes.job(self.thing))


class CancelJob(JobCall):
    actions = {"POST": "job.cancel"}

    @extend_schema(
        operation_id="cancel_job",
        summary="Ask a job to end",
        description="At once where it is queued, at its next step where it runs; 409 where it has ended.",
        request=None,
        responses=answers(schemas.Job, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        return Response(shapes.job(running.cancel(self.thing, by=self.standing.user, now=timezone.now())))


class ProjectJobs(Call):
    actions = {"GET": "job.view"}

    @extend_schema(
        operation_id="list_jobs",
        summary="The jobs of a project",
        parameters=PAGE,
        responses=answers(page_of("JobPage", schemas.Job)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, queries.jobs_of(self.standing.project), shapes.job)
