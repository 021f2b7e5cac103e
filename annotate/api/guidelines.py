"""`guideline-versions/…`: the published versions, the one draft, and reading them."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import guidelines, queries
from annotate.access import guideline_draft, guideline_version
from annotate.api import rendering, schemas
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.api.fields import flag, text


class GuidelineVersions(Call):
    actions = {"GET": "guideline.view", "POST": "guideline.change"}

    @extend_schema(
        operation_id="list_guideline_versions",
        summary="The published versions, newest first",
        parameters=PAGE,
        responses=answers(page_of("GuidelineVersionPage", schemas.GuidelineVersion)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, queries.guideline_versions(self.standing.project), rendering.guideline_version)

    @extend_schema(
        operation_id="begin_guideline_draft",
        summary="Begin the one draft, a copy of the newest version",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=answers(None, also={201: schemas.GuidelineVersion}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        body_of(request, allowed=())

        def begin() -> Response:
            draft = guidelines.begin_draft(self.standing, now=timezone.now())
            return Response(rendering.guideline_version(draft), status=201)

        return self.once(request, begin)


class GuidelineDraft(Call):
    actions = {"GET": "guideline.change", "PATCH": "guideline.change", "DELETE": "guideline.change"}

    @extend_schema(
        operation_id="show_guideline_draft",
        summary="The draft",
        responses=answers(schemas.GuidelineVersion),
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(rendering.guideline_version(guideline_draft(self.standing)))

    @extend_schema(
        operation_id="change_guideline_draft",
        summary="Change parts of the draft",
        request=schemas.GuidelineParts,
        responses=answers(schemas.GuidelineVersion),
    )
    def patch(self, request: Request, slug: str) -> Response:
        parts = body_of(request, allowed=guidelines.PARTS)
        draft = guidelines.change_draft(self.standing, now=timezone.now(), **parts)
        return Response(rendering.guideline_version(draft))

    @extend_schema(
        operation_id="discard_guideline_draft",
        summary="Discard the draft",
        responses=answers(None, also={204: None}),
    )
    def delete(self, request: Request, slug: str) -> Response:
        guidelines.discard_draft(self.standing, now=timezone.now())
        return Response(status=204)


class PublishGuideline(Call):
    actions = {"POST": "guideline.change"}

    @extend_schema(
        operation_id="publish_guideline",
        summary="Publish the draft as the next version",
        description="It never changes afterwards. Everyone reads it before their next task or review.",
        parameters=[IDEMPOTENCY_KEY],
        request=schemas.Publication,
        responses=answers(schemas.GuidelineVersion, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("summary", "material"))
        summary, material = text(values, "summary", most=5000), flag(values, "material")

        def publish() -> Response:
            version = guidelines.publish(
                self.standing, summary=summary, material=material, now=timezone.now()
            )
            return Response(rendering.guideline_version(version))

        return self.once(request, publish)


class ShowGuideline(Call):
    actions = {"GET": "guideline.view"}

    @extend_schema(
        operation_id="show_guideline_version",
        summary="One published version",
        responses=answers(schemas.GuidelineVersion),
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(rendering.guideline_version(guideline_version(self.standing, number)))


class AcknowledgeGuideline(Call):
    actions = {"POST": "guideline.acknowledge"}

    @extend_schema(
        operation_id="acknowledge_guideline",
        summary="Record that you have read a version",
        request=None,
        responses=answers(schemas.Acknowledgement),
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        body_of(request, allowed=())
        read = guidelines.acknowledge(self.standing, number, now=timezone.now())
        return Response({"number": number, "at": read.at})
