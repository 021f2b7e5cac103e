"""JSON in and out, by orjson: four times faster than the standard library on the hot calls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import IO, Any

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from workspace.refusals import Invalid


def plain(value: Any) -> Any:
    """What orjson does not know: decimals become numbers, durations seconds, the rest its text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return dict(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return list(value)
    return str(value)


_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=plain, option=_OPTIONS)


def as_json(data: Any) -> Any:
    """`data` as a program reads it that gets it: only what JSON knows, times as text."""
    return None if data is None else orjson.loads(orjson.dumps(data, default=plain, option=_OPTIONS))


class OrjsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or "0"
        if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig("The JSON body is too large.")
        body = stream.read() or b"null"
        try:
            value = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(
                f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
            ) from error
        # PostgreSQL stores no NUL in text; every call would have to refuse it by itself.
        if b"\\u0000" in body and _holds_nul(value):
            raise Invalid("Text cannot hold the character U+0000; take it out.")
        return value


def _holds_nul(value: Any) -> bool:
    # A stack of its own: JSON may be nested deeper than Python may call.
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str) and "\0" in found:
            return True
        if isinstance(found, dict):
            waiting += [*found, *found.values()]
        elif isinstance(found, list):
            waiting += found
    return False
