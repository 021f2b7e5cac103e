"""`projects/SLUG/members/` and `…/members/ID/`: who belongs to a project, with which roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspace import people, queries
from workspace.access import found
from workspace.api import fields, schemas, shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.models import Member
from workspace.permissions import ROLES

LISTS = ("roles", "languages", "categories")
FILTERS = [
    OpenApiParameter("q", OpenApiTypes.STR, description="A part of the name or address."),
    OpenApiParameter("role", OpenApiTypes.STR, enum=ROLES),
    OpenApiParameter("state", OpenApiTypes.STR, enum=("active", "invited", "paused", "removed")),
]


def lists_of(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """The lists of words that a body names; `Invalid` where one is anything else."""
    for name in LISTS:
        words = values.get(name, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise fields.wrong(name, "Send a list of texts.")
        if len(words) > 200:
            raise fields.wrong(name, "At most 200 of them.")
    return {name: values[name] for name in LISTS if name in values}


class Members(Call):
    actions = {"GET": "member.list", "POST": "member.change"}

    @extend_schema(
        operation_id="list_members",
        summary="The members of a project",
        parameters=[*FILTERS, *PAGE],
        responses=answers(page_of("MemberPage", schemas.Member)),
    )
    def get(self, request: Request, slug: str) -> Response:
        filters = {name: request.query_params.get(name, "")[:100] for name in ("q", "role", "state")}
        return listed(request, queries.members_of(self.standing.project, **filters), shapes.member)

    @extend_schema(
        operation_id="add_member",
        summary="Take somebody into the project",
        description="Their user is made where absent (201). A member gets what is sent now (200).",
        request=schemas.NewMember,
        parameters=[IDEMPOTENCY_KEY],
        responses=answers(schemas.Member, also={201: schemas.Member}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        values = body_of(request, allowed=("email", "name", *LISTS))
        fields.required(values, "email", "roles")
        lists = lists_of(values)

        def work() -> Response:
            member, created = people.add_member(
                self.standing.project,
                email=fields.text(values, "email", most=254),
                name=fields.text(values, "name", most=120),
                roles=lists["roles"],
                languages=lists.get("languages", []),
                categories=lists.get("categories", []),
                by=self.standing.user,
                now=timezone.now(),
            )
            return Response(shapes.member(member), status=201 if created else 200)

        return self.once(request, work)


class OneMember(Call):
    actions = {"GET": "member.list", "PATCH": "member.change", "DELETE": "member.change"}

    def _member(self, key: str) -> Member:
        return found(queries.members_of(self.standing.project), key, noun="member")

    @extend_schema(operation_id="get_member", summary="A member", responses=answers(schemas.Member))
    def get(self, request: Request, slug: str, key: str) -> Response:
        return Response(shapes.member(self._member(key)))

    @extend_schema(
        operation_id="change_member",
        summary="Change what a member may do and take",
        request=schemas.Membership,
        responses=answers(schemas.Member, refusals=(409,)),
    )
    def patch(self, request: Request, slug: str, key: str) -> Response:
        member = self._member(key)
        values = lists_of(body_of(request, allowed=LISTS))
        people.change_member(self.standing, member, now=timezone.now(), **values)
        return Response(shapes.member(self._member(key)))

    @extend_schema(
        operation_id="remove_member",
        summary="End a membership",
        description="What they hold goes back to the queue; their finished work stays. Twice is harmless.",
        responses=answers(None, also={204: None}, refusals=(409,)),
    )
    def delete(self, request: Request, slug: str, key: str) -> Response:
        people.remove_member(self.standing, self._member(key), now=timezone.now())
        return Response(None, status=204)
