"""What every floor's part of the OpenAPI document shares: problem answers, the idempotency key, the page parameters.

The serializers here and in the `schemas` modules only describe; nothing is read or rendered through them.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers


class Problem(serializers.Serializer[Any]):
    """RFC 9457: `type` says which, `detail` what happened and what to do, `errors` what is wrong by field."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]


ALWAYS = (400, 401, 403, 404, 422)


def answers(
    shape: Any, *, also: dict[int, Any] | None = None, refusals: tuple[int, ...] = ()
) -> dict[Any, Any]:
    """The answers of a call: `shape` with 200, those in `also`, the problems every call can give, and `refusals`."""
    good = {**({} if shape is None else {200: shape}), **(also or {})}
    return {**good, **{(code, "application/problem+json"): Problem for code in sorted({*ALWAYS, *refusals})}}


def page_of(name: str, item: Any) -> Any:
    """One page of a list, as `calls.listed` answers it."""
    fields = {"results": item(many=True), "next": serializers.URLField(allow_null=True)}
    return inline_serializer(name, fields=fields)


IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="At most 255 characters. The same key with the same body gets the same answer for 24 hours.",
)
PAGE = [
    OpenApiParameter(
        "limit", OpenApiTypes.INT, description="At most so many results: 50 unless told, up to 200."
    ),
    OpenApiParameter("after", OpenApiTypes.INT, description="The id of the last result of the page before."),
]
