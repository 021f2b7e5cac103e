"""What surrounds every request: its id, the person's language and time zone, and refusals in words."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from workspace.refusals import Refusal

Answerer = Callable[[HttpRequest], HttpResponse]
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(answer: Answerer) -> Answerer:
    """Give the request an id, taken from a proxy's `X-Request-ID` where it has one; bind it to every log line."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=name)
        response = answer(request)
        response["X-Request-ID"] = name
        return response

    return middleware


def plain_addresses(answer: Answerer) -> Answerer:
    """Refuse an address with a NUL in it, which no page can look up: the database takes none in text."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("This address holds the character U+0000, which no name can have; take it out.")
        return answer(request)

    return middleware


def personal_locale(answer: Answerer) -> Answerer:
    """Speak the language of the person (or of the browser, before log-in), in their time zone.

    The API speaks English and UTC, whoever asks, so that programs read the same words everywhere.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            return answer(request)
        if request.user.is_authenticated:
            language, zone = request.user.language, request.user.time_zone
        else:
            language, zone = translation.get_language_from_request(request), "UTC"
        with translation.override(language), timezone.override(zone):
            response = answer(request)
            response.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return middleware


def spoken_refusals(answer: Answerer) -> Answerer:
    """Turn a refusal that a page's act raised into words: a whole page, or a region for htmx."""
    return _Spoken(answer)


class _Spoken:
    def __init__(self, answer: Answerer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        partial = bool(getattr(request, "htmx", False))
        template = "components/refusal.html" if partial else "refused.html"
        # A refusal that means "nothing to do" is still a page that a person reads.
        status = 200 if exception.status == 204 else exception.status
        response = render(request, template, {"refusal": exception}, status=status)
        patch_vary_headers(response, ["HX-Request"])
        return response
