"""`assignments/ID/…`: one task in its writer's hands. Others of the project get 403, strangers 404."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import claiming, drafting, queries, submitting
from annotate.access import any_assignment, require_own
from annotate.api import rendering, schemas
from annotate.models import Assignment, Draft
from workspace.access import Standing, standing_of
from workspace.api.calls import Call, body_of
from workspace.api.documents import answers
from workspace.api.fields import number, required, text


class OwnAssignment(Call):
    """A call on one assignment: its own member's alone."""

    noun = "assignment"
    thing: Assignment

    def find(self, key: str) -> Assignment:
        return any_assignment(key)

    def standing_with(self, request: Request) -> Standing:
        # The assignment came with its member and project, so that its own writer costs no further statement.
        member = self.thing.member
        if member.user_id == request.user.pk and member.active and not request.user.is_superuser:
            return standing_of(member, request.user)
        return super().standing_with(request)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_own(self.standing, self.thing)

    def answer(self) -> Response:
        return Response(queries.assignment_payload(self.thing.pk))


class ShowAssignment(OwnAssignment):
    actions = {"GET": "assignment.work"}

    @extend_schema(
        operation_id="show_assignment", summary="The task in hand", responses=answers(schemas.Assignment)
    )
    def get(self, request: Request, key: str) -> Response:
        return self.answer()


class SaveDraft(OwnAssignment):
    actions = {"PUT": "assignment.work"}

    @extend_schema(
        operation_id="save_draft",
        summary="Save the working text",
        description="`version` is that of the draft the text was written over (0: none yet). A stale one gets 409 "
        "with the current text under `draft`; the same text sent twice gets the same answer. What the task gave "
        "may be left out of `messages`.",
        request=schemas.DraftToSave,
        responses=answers(schemas.Draft, refusals=(409,)),
    )
    def put(self, request: Request, key: str) -> Response:
        values = body_of(request, allowed=("messages", "category", "version"))
        required(values, "messages", "version")
        saved = drafting.save_draft(
            self.thing,
            messages=values["messages"],
            version=number(values, "version") or 0,
            category=_category(values),
            by=self.standing.user,
            now=timezone.now(),
        )
        return Response({"messages": saved.messages, "category": saved.category, "version": saved.version})


class RenewAssignment(OwnAssignment):
    actions = {"POST": "assignment.work"}

    @extend_schema(
        operation_id="renew_assignment",
        summary="Lengthen the lease",
        request=None,
        responses=answers(schemas.Assignment, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        claiming.renew(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


class Submit(OwnAssignment):
    actions = {"POST": "assignment.work"}

    @extend_schema(
        operation_id="submit_assignment",
        summary="Submit for review",
        description="Submits the saved draft, or `messages` over version `version` of it. 422 with the findings that "
        "block (the text is saved all the same). Twice with the same text is harmless, without any key.",
        request=schemas.Submission,
        responses=answers(schemas.Demonstration, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        values = body_of(request, allowed=("version", "messages", "category"))
        written = submitting.submit(
            self.thing,
            messages=values.get("messages"),
            version=number(values, "version"),
            category=_category(values),
            by=self.standing.user,
            now=timezone.now(),
        )
        return Response(rendering.demonstration(written, self.standing))


class Skip(OwnAssignment):
    actions = {"POST": "assignment.work"}

    @extend_schema(
        operation_id="skip_assignment",
        summary="Give the task back for good",
        request=schemas.SkipReason,
        responses=answers(schemas.Assignment, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        values = body_of(request, allowed=("reason", "words"))
        reason, words = text(values, "reason", most=20), text(values, "words", most=2000)
        claiming.skip(self.thing, by=self.standing.user, reason=reason, words=words, now=timezone.now())
        return self.answer()


class Release(OwnAssignment):
    actions = {"POST": "assignment.work"}

    @extend_schema(
        operation_id="release_assignment",
        summary="Give the task back; it may be offered to you again",
        request=None,
        responses=answers(schemas.Assignment, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        claiming.release(self.thing, by=self.standing.user, now=timezone.now())
        return self.answer()


class ListFindings(OwnAssignment):
    actions = {"GET": "assignment.work"}

    @extend_schema(
        operation_id="list_findings",
        summary="What the checks find in the saved draft",
        responses=answers(schemas.Findings),
    )
    def get(self, request: Request, key: str) -> Response:
        draft = Draft.objects.filter(pk=self.thing.pk).first()
        if draft is None:
            return Response({"version": 0, "findings": []})
        found = submitting.findings_for(self.thing, draft.messages, draft.category)
        return Response({"version": draft.version, "findings": [finding.as_dict() for finding in found]})


def _category(values: dict[str, Any]) -> str | None:
    return None if values.get("category") is None else text(values, "category", most=60)
