"""`adjudications/…`: what reviews disagree on, and how it is settled. Never by whoever wrote or reviewed it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from review import adjudicating, queries
from review.access import adjudications, require_outsider
from review.api import rendering, schemas
from review.api.reviews import scores_of
from review.models import Adjudication
from review.states import ADJUDICATION_STATES
from workspace.api.calls import Call, body_of, paged
from workspace.api.documents import PAGE, answers, page_of
from workspace.api.fields import required, text


class ListAdjudications(Call):
    actions = {"GET": "adjudication.list"}

    @extend_schema(
        operation_id="list_adjudications",
        summary="Disputes that you may settle or that were settled, newest first",
        parameters=[OpenApiParameter("state", OpenApiTypes.STR, enum=ADJUDICATION_STATES), *PAGE],
        responses=answers(page_of("AdjudicationPage", schemas.Adjudication)),
    )
    def get(self, request: Request, slug: str) -> Response:
        state = request.query_params.get("state", "")
        return paged(request, queries.adjudication_list(self.standing, state=state), self._page)

    def _page(self, page: list[Adjudication]) -> list[dict[str, object]]:
        verdicts = queries.verdicts([row.demonstration for row in page], self.standing)
        return [rendering.adjudication(row, verdicts[row.demonstration_id], self.standing) for row in page]


class Resolve(Call):
    actions = {"POST": "adjudication.resolve"}
    noun = "adjudication"
    thing: Adjudication

    def things(self) -> QuerySet[Adjudication]:
        return adjudications()

    @extend_schema(
        operation_id="resolve_adjudication",
        summary="Settle what the reviews disagree on",
        request=schemas.Resolution,
        responses=answers(schemas.Adjudication, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        values = body_of(request, allowed=("decision", "reason", "scores"))
        required(values, "decision", "reason")
        require_outsider(self.standing, self.thing)
        adjudicating.resolve(
            self.standing,
            self.thing,
            decision=text(values, "decision", most=40),
            reason=text(values, "reason"),
            scores=None if values.get("scores") is None else scores_of(values["scores"]),
            now=timezone.now(),
        )
        settled = adjudications().get(pk=self.thing.pk)
        verdicts = queries.verdicts([settled.demonstration], self.standing)[settled.demonstration_id]
        return Response(rendering.adjudication(settled, verdicts, self.standing))
