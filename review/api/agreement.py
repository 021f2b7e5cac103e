"""`projects/SLUG/agreement/`: the reports, and the job that computes a new one."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from review import measuring, queries_releases
from review.api import release_schemas as schemas
from review.rendering_agreement import report_as_dict
from workspace.api import shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.api.fields import number
from workspace.api.schemas import Job


class Agreement(Call):
    actions = {"GET": "agreement.view", "POST": "agreement.compute"}

    @extend_schema(
        operation_id="list_agreement_reports",
        summary="The agreement reports of a project, newest first",
        parameters=PAGE,
        responses=answers(page_of("AgreementReportPage", schemas.AgreementReport)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, queries_releases.reports_of(self.standing), report_as_dict)

    @extend_schema(
        operation_id="compute_agreement",
        summary="Compute agreement now",
        description="Answers at once with the job; its result names the report. One at a time per project.",
        request=schemas.NewReport,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(None, also={202: Job}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("guideline_version",))

        def work() -> Response:
            job = measuring.start_report(
                self.standing, now=timezone.now(), guideline_version=number(values, "guideline_version")
            )
            return Response(shapes.job(job), status=202)

        return self.once(request, work)
