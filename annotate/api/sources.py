"""`projects/SLUG/sources/` and `sources/ID/…`: where tasks come from, and taking a source out of the queue."""

from __future__ import annotations

from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from annotate import importing, retiring
from annotate.models import Source
from annotate.models.sources import SOURCE_STATES
from annotate.queries_tasks import sources_of
from annotate.sources.registry import FORMATS
from annotate.states import TASK_KINDS
from workspace.api import schemas, shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import IDEMPOTENCY_KEY, PAGE, answers, page_of
from workspace.refusals import Invalid

_TEXTS = ("name", "format", "licence", "kind", "language", "category", "url")
_FIELDS = (*_TEXTS, "file", "mapping", "limit", "skip_bad", "dry_run")


class SourceShape(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    format = serializers.CharField()
    licence = serializers.CharField()
    url = serializers.CharField(allow_blank=True)
    kind = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    mapping = serializers.DictField()
    state = serializers.ChoiceField(SOURCE_STATES)
    tasks = serializers.IntegerField()
    bytes = serializers.IntegerField()
    sha256 = serializers.CharField(allow_blank=True)
    job = serializers.CharField(allow_null=True)
    created = serializers.DateTimeField()
    retired = serializers.DateTimeField(allow_null=True)


class SourceInFull(SourceShape):
    summary = serializers.DictField(help_text="Rows, duplicates, errors by line, notes")


class StartedImport(schemas.Job):
    source = SourceShape(  # type: ignore[assignment]
        allow_null=True, help_text="null for a dry run"
    )


class NewSource(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="Plain or gzip, UTF-8")
    format = serializers.ChoiceField(list(FORMATS))
    licence = serializers.CharField(help_text="An SPDX expression")
    name = serializers.CharField(required=False, help_text="The file's name unless told")
    kind = serializers.ChoiceField(TASK_KINDS, required=False, help_text="Of rows that name none")
    language = serializers.CharField(required=False, help_text="Of rows that name none")
    category = serializers.CharField(required=False, help_text="Of rows that name none")
    url = serializers.URLField(required=False)
    mapping = serializers.CharField(required=False, help_text='JSON: {"field": "column"}')
    limit = serializers.IntegerField(required=False, min_value=1)
    skip_bad = serializers.BooleanField(required=False)
    dry_run = serializers.BooleanField(required=False, help_text="Check the file, import nothing")


class Preview(serializers.Serializer[Any]):
    untouched = serializers.IntegerField(help_text="Will be given to nobody")
    in_hand = serializers.IntegerField(help_text="May be finished")
    finished = serializers.IntegerField(help_text="Left out of releases")


def shape(source: Source) -> dict[str, Any]:
    """A source without its summary."""
    return {
        "id": str(source.pk),
        "name": source.name,
        "format": source.format,
        "licence": source.licence,
        "url": source.url,
        "kind": source.kind,
        "language": source.language,
        "category": source.category,
        "mapping": source.mapping,
        "state": source.state,
        "tasks": source.tasks,
        "bytes": source.bytes,
        "sha256": source.sha256,
        "job": str(source.job_id) if source.job_id else None,
        "created": source.created,
        "retired": source.retired,
    }


class Sources(Call):
    actions = {"GET": "source.list", "POST": "source.import"}
    # A file that comes in is never read from a path: only what stands in the body.
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="list_sources",
        summary="The sources of a project, newest first",
        parameters=PAGE,
        responses=answers(page_of("SourcePage", SourceShape)),
    )
    def get(self, request: Request, slug: str) -> Response:
        return listed(request, sources_of(self.standing.project), shape)

    @extend_schema(
        operation_id="import_source",
        summary="Import a file of tasks",
        description="Answers the job that does it. All of the file, or nothing where a row of it is bad, unless "
        "`skip_bad`; exact duplicates are left out and counted.",
        parameters=[IDEMPOTENCY_KEY],
        request={"multipart/form-data": NewSource},
        responses=answers(None, also={202: StartedImport}, refusals=(409, 415)),
    )
    def post(self, request: Request, slug: str) -> Response:
        return self.once(request, lambda: self.import_file(request))

    def import_file(self, request: Request) -> Response:
        values = body_of(request, allowed=_FIELDS)
        sent: Any = request.data  # of each field the last one, where it came more than once
        file, said = _said({name: sent[name] for name in values})
        now = timezone.now()
        if said.pop("dry_run"):
            job = importing.start_trial(self.standing, file, now=now, **said)
            return Response({**shapes.job(job), "source": None}, status=202)
        source = importing.start_import(self.standing, file, now=now, **said)
        assert source.job is not None
        return Response({**shapes.job(source.job), "source": shape(source)}, status=202)


class SourceCall(Call):
    noun = "source"
    thing: Source

    def things(self) -> QuerySet[Source]:
        return Source.objects.select_related("project")


class OneSource(SourceCall):
    actions = {"GET": "source.list"}

    @extend_schema(
        operation_id="get_source",
        summary="A source, with the summary of its import",
        responses=answers(SourceInFull),
    )
    def get(self, request: Request, key: str) -> Response:
        return Response({**shape(self.thing), "summary": self.thing.summary})


class RetirePreview(SourceCall):
    actions = {"GET": "source.retire"}

    @extend_schema(
        operation_id="preview_source_retirement",
        summary="What retiring a source would mean, in tasks",
        responses=answers(Preview),
    )
    def get(self, request: Request, key: str) -> Response:
        return Response(vars(retiring.preview(self.standing, self.thing)))


class RetireSource(SourceCall):
    actions = {"POST": "source.retire"}

    @extend_schema(
        operation_id="retire_source",
        summary="Give no more tasks of a source to anybody",
        description="Work in hand may finish; finished rows are left out of releases. Reversible. Twice is harmless.",
        request=None,
        responses=answers(SourceShape, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        return Response(shape(retiring.retire(self.standing, self.thing, now=timezone.now())))


class RestoreSource(SourceCall):
    actions = {"POST": "source.retire"}

    @extend_schema(
        operation_id="restore_source",
        summary="Give the tasks of a retired source out again",
        request=None,
        responses=answers(SourceShape, refusals=(409,)),
    )
    def post(self, request: Request, key: str) -> Response:
        return Response(shape(retiring.restore(self.standing, self.thing, now=timezone.now())))


def _said(values: dict[str, Any]) -> tuple[UploadedFile[Any], dict[str, Any]]:
    """The file, and what the form's fields say about it; `Invalid` by field."""
    file = values.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid("There is no file.", errors={"file": ["Send the file itself as the field `file`."]})
    errors: dict[str, list[str]] = {}
    for name in _FIELDS:
        if name != "file" and not isinstance(values.get(name, ""), str):
            errors[name] = ["Send text."]
    if errors:
        raise Invalid("Something in the request needs to be corrected.", errors=errors)
    texts: dict[str, Any] = {name: values.get(name, "") for name in _TEXTS}
    texts["name"] = texts["name"] or file.name or ""
    texts["mapping"] = _mapping(values.get("mapping", ""), errors)
    texts["limit"] = _limit(values.get("limit", ""), errors)
    for name in ("skip_bad", "dry_run"):
        texts[name] = _flag(name, values.get(name, ""), errors)
    if errors:
        raise Invalid("Something in the request needs to be corrected.", errors=errors)
    return file, texts


def _mapping(text: str, errors: dict[str, list[str]]) -> dict[str, str]:
    if not text.strip():
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(column, str) for column in found.values()):
        errors["mapping"] = ['Send a JSON object of fields and columns, as in {"prompt": "Question"}.']
        return {}
    return found


def _limit(text: str, errors: dict[str, list[str]]) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        errors["limit"] = ["Send a whole number from 1 on."]
        return None
    return int(text)


def _flag(name: str, text: str, errors: dict[str, list[str]]) -> bool:
    if text not in ("", "true", "false", "1", "0"):
        errors[name] = ["Send true or false."]
    return text in ("true", "1")
