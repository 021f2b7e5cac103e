"""What Django answers where no view does: an address that leads nowhere, a request it refuses, a fault of ours.

Programs get a problem document as for every other error of the API; people a page. Named by `config.urls`.
"""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from workspace.api.problems import TYPE_BASE


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    words = "There is nothing at this address; addresses of the API end with a slash."
    return _problem(404, "not-found", "There is nothing here", words)


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.bad_request(request, exception)
    words = str(exception) if isinstance(exception, BadRequest) else "The request is malformed; mend it."
    return _problem(400, "malformed", "This request cannot be read", words)


def failed(request: HttpRequest) -> HttpResponse:
    if not request.path.startswith("/api/"):
        return defaults.server_error(request)
    words = "An unexpected fault of ours stopped this. Try again, or tell the operator the X-Request-ID."
    return _problem(500, "fault", "This went wrong", words)


def _problem(code: int, slug: str, title: str, detail: str) -> HttpResponse:
    document = {"type": TYPE_BASE + slug, "title": title, "status": code, "detail": detail}
    return JsonResponse(document, status=code, content_type="application/problem+json")
