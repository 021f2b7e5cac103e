"""`projects/SLUG/tasks/` and `projects/SLUG/overlap/`: adding tasks one by one, and how many writers answer each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import intake, overlapping
from annotate.api import rendering
from annotate.api import schemas as shown
from annotate.models import Task
from annotate.queries_tasks import task_list
from annotate.states import TASK_KINDS, TASK_STATES
from workspace.api import schemas, shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.api.fields import number, required, wrong
from workspace.api.rendering import OrjsonParser
from workspace.refusals import Invalid

NDJSON = "application/x-ndjson"


class Stream:
    """The body of a request, not yet read."""

    def __init__(self, body: IO[bytes]) -> None:
        self.read = body.read


class StreamParser(BaseParser):
    """JSON lines are handed on as they come: the act reads them in constant memory."""

    media_type = NDJSON

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return Stream(stream)


class ListedTask(shown.Task):
    state = serializers.ChoiceField(TASK_STATES)
    priority = serializers.IntegerField()
    overlap = serializers.IntegerField(help_text="How many writers answer it")
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    created = serializers.DateTimeField()


class NewTask(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(TASK_KINDS, required=False)
    prompt = serializers.CharField(required=False)
    brief = serializers.CharField(required=False)
    context = serializers.CharField(required=False)  # type: ignore[assignment]
    messages = shown.Message(many=True, required=False)
    draft_response = serializers.CharField(required=False)
    reference = serializers.CharField(required=False, help_text="Kept; never shown to the writer")
    category = serializers.CharField(required=False)
    language = serializers.CharField(required=False)
    priority = serializers.IntegerField(required=False, min_value=0, max_value=4)
    external_id = serializers.CharField(required=False)
    metadata = serializers.DictField(required=False)
    reserved_for = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Ids of the members who alone may take it"
    )


class OverlapSetting(serializers.Serializer[Any]):
    overlap = serializers.IntegerField(min_value=1, max_value=20)
    overlap_share = serializers.FloatField(min_value=0, max_value=1)


class OverlapEffect(serializers.Serializer[Any]):
    gaining = serializers.IntegerField(help_text="Tasks nobody has begun that gain places")
    losing = serializers.IntegerField()
    places_added = serializers.IntegerField()
    places_removed = serializers.IntegerField()
    begun = serializers.IntegerField(help_text="Tasks that somebody has begun; they stay as they are")


_FILTERS = [
    OpenApiParameter("state", OpenApiTypes.STR, enum=TASK_STATES),
    OpenApiParameter("kind", OpenApiTypes.STR, enum=TASK_KINDS),
    *(OpenApiParameter(name, OpenApiTypes.STR) for name in ("category", "language", "external_id")),
    OpenApiParameter("source", OpenApiTypes.INT),
]


def shape(task: Task) -> dict[str, Any]:
    """A task as its lead sees it."""
    return {
        **rendering.task(task),
        "state": task.state,
        "priority": task.priority,
        "overlap": task.overlap,
        "source": str(task.source_id) if task.source_id else None,
        "created": task.created,
    }


class Tasks(Call):
    actions = {"GET": "task.list", "POST": "task.create"}
    parser_classes = [OrjsonParser, StreamParser]

    @extend_schema(
        operation_id="list_tasks",
        summary="The tasks of a project, newest first",
        parameters=[*_FILTERS, *PAGE],
        responses=answers(page_of("TaskPage", ListedTask)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, task_list(self.standing.project, request.query_params.dict()), shape)

    @extend_schema(
        operation_id="add_tasks",
        summary="Add one task, a list of up to 1,000, or a stream of JSON lines",
        description="All of them or none; errors name the index in the list, or the line of the stream, and the "
        f"field. A stream (`{NDJSON}`) has up to {intake.STREAM.max_rows:,} lines; what is larger is a source. "
        "One task answers the task, a list `results`, a stream how many were `added`.",
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": NewTask, NDJSON: NewTask},
        responses=answers(None, also={201: ListedTask}, refusals=(409, 415)),
    )
    def post(self, request: Request, slug: str) -> Response:
        if request.content_type.partition(";")[0].strip().lower() == NDJSON:
            if "Idempotency-Key" in request.headers:
                raise wrong(
                    "Idempotency-Key", "A stream takes none: sent twice, it is refused as duplicates."
                )
            sent: Any = request.data
            if not isinstance(sent, Stream):
                raise wrong("body", "The stream is empty. Send one task a line.")
            added = intake.add_stream(self.standing, sent, now=timezone.now())
            return Response({"added": added}, status=201)
        return self.once(request, lambda: self.add(request.data))

    def add(self, sent: Any) -> Response:
        if isinstance(sent, list):
            tasks = intake.add_tasks(self.standing, sent, now=timezone.now())
            return Response({"results": [shape(task) for task in tasks]}, status=201)
        if not isinstance(sent, Mapping):
            raise Invalid(
                "Send a task as an object, or a list of them.", errors={"body": ["Send an object."]}
            )
        try:
            (task,) = intake.add_tasks(self.standing, [dict(sent)], now=timezone.now())
        except Invalid as refusal:
            # One task has no index that its sender knows of.
            errors = {name.removeprefix("0."): words for name, words in refusal.errors.items()}
            raise Invalid("This task cannot be taken.", errors=errors) from refusal
        return Response(shape(task), status=201)


class Overlap(Call):
    actions = {"GET": "project.change", "POST": "project.change"}

    @extend_schema(
        operation_id="preview_overlap",
        summary="What another overlap would mean for the tasks nobody has begun",
        parameters=[
            OpenApiParameter("overlap", OpenApiTypes.INT, required=True),
            OpenApiParameter("overlap_share", OpenApiTypes.FLOAT, required=True),
        ],
        responses=answers(OverlapEffect),
    )
    def get(self, request: Request, slug: str) -> Response:
        overlap, share = _setting(request.query_params.dict())
        effect = overlapping.preview(self.standing, overlap=overlap, overlap_share=share)
        return Response(overlapping.effect_as_dict(effect))

    @extend_schema(
        operation_id="change_overlap",
        summary="Change the overlap of the project, and of the tasks nobody has begun",
        description="Answers the job that redraws them; the setting itself changes at once.",
        parameters=[IDEMPOTENCY_KEY],
        request=OverlapSetting,
        responses=answers(None, also={202: schemas.Job}, refusals=(409,)),
    )
    def post(self, request: Request, slug: str) -> Response:
        def change() -> Response:
            values = body_of(request, allowed=("overlap", "overlap_share"))
            required(values, "overlap", "overlap_share")
            share = values["overlap_share"]
            if isinstance(share, bool) or not isinstance(share, (int, float)):
                raise wrong("overlap_share", "Send a number from 0 to 1.")
            job = overlapping.change(
                self.standing,
                overlap=number(values, "overlap") or 0,
                overlap_share=float(share),
                now=timezone.now(),
            )
            return Response(shapes.job(job), status=202)

        return self.once(request, change)


def _setting(given: Mapping[str, str]) -> tuple[int, float]:
    """The two numbers of an address; `Invalid` by field."""
    overlap, share = given.get("overlap", ""), given.get("overlap_share", "")
    if not (overlap.isascii() and overlap.isdigit() and len(overlap) < 5):
        raise wrong("overlap", "Give a number of writers from 1 to 20.")
    try:
        return int(overlap), float(share)
    except ValueError:
        raise wrong("overlap_share", "Give a share from 0 to 1.") from None
