"""`projects/`, `projects/SLUG/` and the stop button, `projects/SLUG/pauses/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspace import projects, queries
from workspace.access import found
from workspace.api import fields, schemas, shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.models import Pause, Project

LEASES = ("writing_lease", "review_lease")


def settings_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a body names, leases as durations; the act judges them."""
    settings = {name: value for name, value in values.items() if name in projects.CHANGEABLE}
    for name in ("title", "description"):
        if name in settings:
            settings[name] = fields.text(values, name)
    for name in LEASES:
        if name in settings:
            seconds = fields.number(values, name)
            if seconds is None:
                raise fields.wrong(name, "Send a number of seconds.")
            settings[name] = timedelta(seconds=seconds)
    return settings


class Projects(Call):
    actions = {"GET": "project.list", "POST": "project.create"}

    @extend_schema(
        operation_id="list_projects",
        summary="My projects",
        parameters=PAGE,
        responses=answers(page_of("ProjectPage", schemas.Project)),
    )
    def get(self, request: Request) -> Response:
        return listed(request, queries.projects_of(self.person), self._shape)

    @extend_schema(
        operation_id="create_project",
        summary="Create a project",
        description="With the default guideline and rubric, version 1 published. For the operator of the site.",
        request=schemas.NewProject,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(None, also={201: schemas.Project}),
    )
    def post(self, request: Request) -> Response:
        values = body_of(request, allowed=("slug", *projects.CHANGEABLE))
        fields.required(values, "slug", "title")

        def work() -> Response:
            project = projects.create_project(
                slug=fields.text(values, "slug"), by=self.person, now=timezone.now(), **settings_of(values)
            )
            return Response(shapes.project(project, roles=["admin"]), status=201)

        return self.once(request, work)

    def _shape(self, project: Project) -> dict[str, Any]:
        mine = project.mine  # type: ignore[attr-defined]
        return shapes.project(project, roles=mine[0].roles if mine else ["admin"])


class OneProject(Call):
    actions = {"GET": "project.view", "PATCH": "project.change"}

    @extend_schema(operation_id="get_project", summary="A project", responses=answers(schemas.Project))
    def get(self, request: Request, slug: str) -> Response:
        return Response(shapes.project(self.standing.project, roles=sorted(self.standing.roles)))

    @extend_schema(
        operation_id="change_project",
        summary="Change a project's settings",
        description="Overlap and reviews hold for what comes after the change.",
        request=schemas.ProjectSettings,
        responses=answers(schemas.Project),
    )
    def patch(self, request: Request, slug: str) -> Response:
        values = settings_of(body_of(request, allowed=projects.CHANGEABLE))
        project = projects.change_project(self.standing, now=timezone.now(), **values)
        return Response(shapes.project(project, roles=sorted(self.standing.roles)))


class Pauses(Call):
    actions = {"GET": "project.pause", "POST": "project.pause"}

    @extend_schema(
        operation_id="list_pauses",
        summary="What is paused now",
        parameters=PAGE,
        responses=answers(page_of("PausePage", schemas.PauseShape)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, queries.pauses_of(self.standing.project), shapes.pause)

    @extend_schema(
        operation_id="pause",
        summary="Stop giving out new work",
        description="Claims answer 204 with the reason as it was typed; work in hand may finish.",
        request=schemas.NewPause,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(None, also={201: schemas.PauseShape}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("kind", "target", "reason"))

        def work() -> Response:
            paused = projects.pause(
                self.standing,
                kind=fields.text(values, "kind"),
                target=fields.text(values, "target"),
                reason=fields.text(values, "reason"),
                now=timezone.now(),
            )
            return Response(shapes.pause(paused), status=201)

        return self.once(request, work)


class OnePause(Call):
    actions = {"DELETE": "project.pause"}

    @extend_schema(operation_id="resume", summary="Lift a pause", responses=answers(None, also={204: None}))
    def delete(self, request: Request, slug: str, key: str) -> Response:
        paused = found(Pause.objects.filter(project=self.standing.project), key, noun="pause")
        projects.resume(self.standing, paused, now=timezone.now())
        return Response(None, status=204)
