"""`guideline-versions/…`: the published versions, the one draft, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import guidelines, queries, queries_guidelines
from annotate.access import guideline_draft, guideline_version
from annotate.api import rendering, schemas
from annotate.guideline_diff import diff_guidelines
from annotate.guideline_sections import fingerprint
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.api.fields import flag, text, wrong


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
        request=schemas.GuidelineChange,
        responses=answers(schemas.GuidelineVersion, refusals=(409,)),
    )
    def patch(self, request: Request, slug: str) -> Response:
        parts = body_of(request, allowed=(*guidelines.PARTS, "fingerprint"))
        seen = text(parts, "fingerprint", most=100) or None
        parts.pop("fingerprint", None)
        draft = guidelines.change_draft(self.standing, now=timezone.now(), seen=seen, **parts)
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
    actions = {"GET": "guideline.change", "POST": "guideline.change"}

    @extend_schema(
        operation_id="preview_guideline_publication",
        summary="What publishing the draft as a material change would send to review again",
        responses=answers(schemas.PublicationPreview),
    )
    def get(self, request: Request, slug: str) -> Response:
        draft = guideline_draft(self.standing)
        approved = queries_guidelines.approved_by_category(self.standing.project)
        return Response(
            {
                "number": (guidelines.newest(self.standing.project).number or 0) + 1,
                "approved": approved,
                "total": sum(approved.values()),
                "fingerprint": fingerprint(guidelines.parts_of(draft)),
            }
        )

    @extend_schema(
        operation_id="publish_guideline",
        summary="Publish the draft as the next version",
        description="It never changes afterwards. Everyone reads it before their next task or review.",
        parameters=[IDEMPOTENCY_KEY],
        request=schemas.Publication,
        responses=answers(schemas.GuidelineVersion, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("summary", "material", "categories", "fingerprint"))
        summary, material = text(values, "summary", most=5000), flag(values, "material")
        categories = _keys(values, "categories")
        seen = text(values, "fingerprint", most=100) or None

        def publish() -> Response:
            version = guidelines.publish(
                self.standing,
                summary=summary,
                material=material,
                categories=categories,
                seen=seen,
                now=timezone.now(),
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


class CompareGuidelines(Call):
    actions = {"GET": "guideline.view"}

    @extend_schema(
        operation_id="diff_guideline_versions",
        summary="What changed from one version to another",
        responses=answers(schemas.GuidelineDiff),
    )
    def get(self, request: Request, slug: str, number: int, other: int) -> Response:
        old = guideline_version(self.standing, number)
        new = guideline_version(self.standing, other)
        found = diff_guidelines(guidelines.parts_of(old), guidelines.parts_of(new))
        return Response({"old": number, "new": other, **found})


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


def _keys(values: Mapping[str, Any], name: str) -> list[str]:
    found = values.get(name) or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise wrong(name, "Send a list of keys.")
    return found
