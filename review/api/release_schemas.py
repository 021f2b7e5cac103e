"""Releases and agreement reports for the OpenAPI document."""

from __future__ import annotations

from typing import Any

from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
    Serializer,
)

from review.release.formats import DEFAULT_FORMAT, FORMATS
from review.states import RELEASE_STATES
from workspace.api.schemas import Job


class Filters(Serializer[Any]):
    """Which approved demonstrations are released; what is left out means all."""

    guideline_versions = ListField(child=IntegerField(min_value=1), required=False, allow_null=True)
    categories = ListField(child=CharField(max_length=60), required=False, allow_null=True)
    languages = ListField(child=CharField(max_length=60), required=False, allow_null=True)
    min_rating = FloatField(required=False, allow_null=True, min_value=1, max_value=5)
    retired_sources = BooleanField(required=False, help_text="Rows of retired sources too")


class Splits(Serializer[Any]):
    """The share of each split, from 0 to 1; train takes what is left."""

    train = FloatField(required=False, min_value=0, max_value=1)
    validation = FloatField(required=False, min_value=0, max_value=1)
    test = FloatField(required=False, min_value=0, max_value=1)


class NewRelease(Serializer[Any]):
    format = ChoiceField(list(FORMATS), required=False, help_text=f"`{DEFAULT_FORMAT}` unless told")
    filters = Filters(required=False, allow_null=True)
    splits = Splits(required=False, allow_null=True)
    shard_rows = IntegerField(required=False, min_value=1, max_value=10_000_000, help_text="Rows per file")


class ReleaseFile(Serializer[Any]):
    path = CharField()
    bytes = IntegerField()
    sha256 = CharField()
    rows = IntegerField(allow_null=True, help_text="Null for files that hold no rows")


class Release(Serializer[Any]):
    number = IntegerField()
    state = ChoiceField(RELEASE_STATES)
    format = ChoiceField(list(FORMATS))
    rows = IntegerField()
    bytes = IntegerField()
    created = DateTimeField()
    finished = DateTimeField(allow_null=True)
    filters = JSONField()
    splits = DictField(child=FloatField())
    error = CharField(allow_blank=True)
    retraction_reason = CharField(allow_blank=True)
    manifest_sha256 = CharField(allow_blank=True, help_text="Empty until it is ready")
    files = ReleaseFile(many=True)


class StartedRelease(Release):
    job = Job()


class Retraction(Serializer[Any]):
    reason = CharField(help_text="Whoever follows an old link will read it")


class Coefficient(Serializer[Any]):
    measure = CharField(help_text="`decision`, or a criterion's key")
    scale = CharField()
    coefficient = CharField()
    value = FloatField(allow_null=True, help_text="Null where it is undefined; `reason` says why")
    low = FloatField(allow_null=True)
    high = FloatField(allow_null=True)
    standard_error = FloatField(allow_null=True)
    items = IntegerField()
    raters = IntegerField()
    ratings = IntegerField()
    reason = CharField(allow_blank=True)


class AgreementReport(Serializer[Any]):
    id = CharField()
    state = CharField()
    created = DateTimeField()
    set = JSONField(help_text="Which ratings entered")
    results = Coefficient(many=True)


class NewReport(Serializer[Any]):
    guideline_version = IntegerField(
        required=False, allow_null=True, min_value=1, help_text="Measure this version alone"
    )
