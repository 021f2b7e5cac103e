"""`projects/SLUG/releases/…`: list, build, read, download, retract."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from review import downloading, publishing, queries_releases
from review.api import release_schemas as schemas
from review.models import Release
from review.release.formats import DEFAULT_FORMAT
from review.release.shards import ROWS_PER_SHARD
from review.rendering_releases import release_as_dict
from workspace.api import shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.api.fields import required, text


class Releases(Call):
    actions = {"GET": "release.list", "POST": "release.build"}

    @extend_schema(
        operation_id="list_releases",
        summary="The releases of a project, newest first",
        parameters=PAGE,
        responses=answers(page_of("ReleasePage", schemas.Release)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, queries_releases.releases_of(self.standing), release_as_dict)

    @extend_schema(
        operation_id="build_release",
        summary="Build a release of the approved demonstrations",
        description="Answers at once with the number and the job; poll `GET …/releases/N/` until it is `ready`.",
        request=schemas.NewRelease,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(None, also={202: schemas.StartedRelease}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("format", "filters", "splits", "shard_rows"))

        def work() -> Response:
            release = publishing.start_release(
                self.standing,
                now=timezone.now(),
                format=values.get("format") or DEFAULT_FORMAT,
                filters=values.get("filters"),
                splits=values.get("splits"),
                shard_rows=ROWS_PER_SHARD if values.get("shard_rows") is None else values["shard_rows"],
            )
            return _started(release)

        return self.once(request, work)


class OneRelease(Call):
    actions = {"GET": "release.view"}

    @extend_schema(
        operation_id="get_release", summary="A release with its files", responses=answers(schemas.Release)
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        return Response(release_as_dict(queries_releases.release_of(self.standing, number)))


class BuildAgain(Call):
    actions = {"POST": "release.build"}

    @extend_schema(
        operation_id="resume_release",
        summary="Go on with a build that failed; its selection and finished files are kept",
        request=None,
        responses=answers(None, also={202: schemas.StartedRelease}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        release = queries_releases.release_of(self.standing, number)
        return _started(publishing.start_again(self.standing, release, now=timezone.now()))


class Retract(Call):
    actions = {"POST": "release.retract"}

    @extend_schema(
        operation_id="retract_release",
        summary="Take a release back: downloads answer 410 with the reason, its record stays",
        request=schemas.Retraction,
        responses=answers(schemas.Release, refusals=(409,)),
    )
    def post(self, request: Request, slug: str, number: int) -> Response:
        values = body_of(request, allowed=("reason",))
        required(values, "reason")
        release = queries_releases.release_of(self.standing, number)
        reason = text(values, "reason", most=2000)
        publishing.retract(self.standing, release, reason=reason, now=timezone.now())
        return Response(release_as_dict(release))


class Whatever(BaseContentNegotiation):
    """A file is what it is, whatever `Accept` says; problems stay problem+json."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


_FILE: dict[Any, Any] = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    304: OpenApiResponse(description="The reader has these bytes already"),
}


class DownloadFile(Call):
    actions = {"GET": "release.download"}
    content_negotiation_class = Whatever

    @extend_schema(
        operation_id="download_release_file",
        summary="One file of a release, streamed",
        description="`ETag` is the file's sha256; `Range`, `If-Range`, `If-None-Match` and HEAD work. "
        "410 with the reason once the release was retracted.",
        parameters=[OpenApiParameter("Range", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses=answers(
            None,
            also=_FILE,
            refusals=(410, 416),
        ),
    )
    def get(self, request: Request, slug: str, number: int, path: str) -> HttpResponseBase:
        release = queries_releases.release_alone(self.standing, number)
        return downloading.answer(request._request, publishing.file_of(self.standing, release, path))


def _started(release: Release) -> Response:
    assert release.job is not None
    return Response({**release_as_dict(release), "job": shapes.job(release.job)}, status=202)
