"""`queue/claim/`: the next task, or the one already held. The hottest call, with `assignments.Draft` and `Submit`."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import claiming, queries
from annotate.api import schemas
from workspace.api.calls import Call, body_of
from workspace.api.documents import IDEMPOTENCY_KEY, answers


class ClaimTask(Call):
    actions = {"POST": "queue.claim"}

    @extend_schema(
        operation_id="claim_task",
        summary="Take the next task",
        description="Answers the oldest returned work, else the task already held (200), else a new one (201). "
        "204 with the header `Scriptorium-Reason` where nothing is left, 409 while the newest guideline "
        "version is unread.",
        request=None,
        responses=answers(schemas.Assignment, also={201: schemas.Assignment, 204: None}, refusals=(409,)),
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request, slug: str) -> Response:
        body_of(request, allowed=())
        return self.once(request, self._claim)

    def _claim(self) -> Response:
        given = claiming.claim(self.standing, now=timezone.now())
        return Response(queries.assignment_payload(given.assignment_id), status=201 if given.new else 200)
