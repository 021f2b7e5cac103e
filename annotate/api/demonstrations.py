"""`demonstrations/…`: what was written, as far as the reader may see it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import queries, returning
from annotate.access import demonstrations, require_visible
from annotate.api import rendering, schemas
from annotate.judged import judgements
from annotate.models import Demonstration
from annotate.states import DEMONSTRATION_STATES
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import PAGE, answers, page_of

_FILTERS = [
    OpenApiParameter("state", OpenApiTypes.STR, enum=DEMONSTRATION_STATES),
    OpenApiParameter(
        "annotator", OpenApiTypes.INT, description="A member's id; refused where you may not know it."
    ),
    OpenApiParameter("category", OpenApiTypes.STR),
    OpenApiParameter("language", OpenApiTypes.STR),
    OpenApiParameter("guideline_version", OpenApiTypes.INT),
    OpenApiParameter("source", OpenApiTypes.INT),
    OpenApiParameter(
        "q",
        OpenApiTypes.STR,
        description=f"Words in the text of the newest {queries.SEARCHED:,} that the other filters leave.",
    ),
]


class ListDemonstrations(Call):
    actions = {"GET": "demonstration.list"}

    @extend_schema(
        operation_id="list_demonstrations",
        summary="Demonstrations that you may see, newest first",
        description="Admins and adjudicators see all of the project, reviewers what they review or reviewed, "
        "annotators their own.",
        parameters=[*_FILTERS, *PAGE],
        responses=answers(page_of("DemonstrationPage", schemas.Demonstration)),
    )
    def get(self, request: Request, slug: str) -> Response:
        rows = queries.demonstration_list(self.standing, request.query_params.dict())
        return listed(request, rows, lambda row: rendering.demonstration(row, self.standing))


class OneDemonstration(Call):
    noun = "demonstration"
    thing: Demonstration

    def things(self) -> QuerySet[Demonstration]:
        return queries.with_newest_revision(demonstrations())


class ShowDemonstration(OneDemonstration):
    actions = {"GET": "demonstration.view"}

    @extend_schema(
        operation_id="show_demonstration",
        summary="One demonstration, with findings and the reviews you may see",
        description="Its writer reads reviews once they have settled it or returned it, without names; reviewers "
        "never another's before that.",
        responses=answers(schemas.DemonstrationInFull),
    )
    def get(self, request: Request, key: str) -> Response:
        require_visible(self.standing, self.thing)
        verdicts = judgements().verdicts([self.thing], self.standing)[self.thing.pk]
        shown = rendering.demonstration(
            self.thing,
            self.standing,
            findings=self.thing.newest[0].findings if self.thing.newest else [],
            reviews=[rendering.verdict(found) for found in verdicts],
        )
        return Response(shown)


class ShowHistory(OneDemonstration):
    actions = {"GET": "demonstration.view"}

    def things(self) -> QuerySet[Demonstration]:
        return demonstrations()

    @extend_schema(
        operation_id="show_demonstration_history",
        summary="Every revision, newest first, each with the reviews you may see",
        responses=answers(schemas.History),
    )
    def get(self, request: Request, key: str) -> Response:
        require_visible(self.standing, self.thing)
        verdicts = judgements().verdicts([self.thing], self.standing)[self.thing.pk]
        revisions = self.thing.revisions.select_related("guideline_version").order_by("-number")
        results = [rendering.revision(snapshot, verdicts) for snapshot in revisions]
        return Response({"results": results, "next": None})


class Withdraw(OneDemonstration):
    actions = {"POST": "demonstration.withdraw"}

    @extend_schema(
        operation_id="withdraw_demonstration",
        summary="Take a demonstration out for good",
        description="By its writer or an admin. Its place in the task opens for another writer.",
        request=None,
        responses=answers(schemas.Demonstration, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        gone = returning.withdraw(self.standing, self.thing, now=timezone.now())
        self.thing.state, self.thing.settled = gone.state, gone.settled
        return Response(rendering.demonstration(self.thing, self.standing))


class Recall(OneDemonstration):
    actions = {"POST": "assignment.work"}

    @extend_schema(
        operation_id="recall_demonstration",
        summary="Take a submission back to draft",
        description="By its writer, while nobody reviews or has reviewed it; afterwards 409. The task is in "
        "their hands again. Twice is harmless.",
        request=None,
        responses=answers(schemas.Demonstration, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        body_of(request, allowed=())
        require_visible(self.standing, self.thing)
        self.thing.state = returning.recall(self.standing, self.thing, now=timezone.now()).state
        return Response(rendering.demonstration(self.thing, self.standing))
