"""Every error of the API as `application/problem+json` (RFC 9457). DRF calls `problem`."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

from workspace.refusals import Refusal

TYPE_BASE = "/problems/"


def problem(exception: Exception, context: dict[str, Any]) -> Response | None:
    """The answer for an exception that a call raised; None (a 500) for what nobody foresaw."""
    if isinstance(exception, Refusal):
        return _of_refusal(exception)
    if isinstance(exception, Http404):
        return build(
            404, "not-found", "There is nothing here", str(exception) or "There is nothing at this address."
        )
    if isinstance(exception, PermissionDenied):
        return build(403, "not-allowed", "You may not do this", str(exception) or "You may not do this.")
    if isinstance(exception, RequestDataTooBig):
        words = "The body is larger than this call takes; send it in parts."
        return build(413, "too-large", "This is too large", words)
    if isinstance(exception, exceptions.APIException):
        return _of_framework(exception)
    return None


def build(code: int, slug: str, title: str, detail: str, **extra: Any) -> Response:
    """A problem document. `extra` adds members, such as `errors`."""
    document = {"type": TYPE_BASE + slug, "title": title, "status": code, "detail": detail, **extra}
    return Response(document, status=code, content_type="application/problem+json")


def _of_refusal(refusal: Refusal) -> Response:
    if refusal.status == 204:
        # A header holds Latin-1 alone: what a person typed is sent percent-encoded beyond ASCII.
        return Response(None, status=204, headers={"Scriptorium-Reason": in_header(refusal.detail)})
    extra = dict(refusal.extra)
    if refusal.errors:
        extra["errors"] = refusal.errors
    return build(refusal.status, refusal.slug, refusal.title, refusal.detail, **extra)


def in_header(text: str) -> str:
    """`text` as the value of a header: one line, percent-encoded where it is not plain ASCII."""
    from urllib.parse import quote

    one_line = " ".join(text.split())
    return one_line if one_line.isascii() and "%" not in one_line else quote(one_line, safe=" ,.;:!?()'\"“”")


def _of_framework(exception: exceptions.APIException) -> Response:
    code = exception.status_code
    slugs = {
        400: "malformed",
        401: "log-in",
        403: "not-allowed",
        404: "not-found",
        405: "method",
        415: "media-type",
    }
    detail: Any = exception.detail
    # The framework's titles are templates, such as `Method "{method}" not allowed.`
    titles = {405: "This call does not take this method", 415: "This call does not take this media type"}
    extra: dict[str, Any] = {}
    if isinstance(exception, exceptions.ValidationError):
        extra["errors"] = detail
        detail = "Something in the request needs to be corrected; `errors` says what."
        code = status.HTTP_422_UNPROCESSABLE_ENTITY
    title = titles.get(code) or str(exception.default_detail)
    response = build(code, slugs.get(code, "refused"), title, str(detail), **extra)
    challenge = getattr(exception, "auth_header", None)
    if challenge:
        response["WWW-Authenticate"] = challenge
    return response
