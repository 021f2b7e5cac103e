"""`/healthz`, `/readyz` and `/metrics`: what load balancers, container engines and Prometheus ask."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from workspace import measuring, readiness
from workspace.views.door import page


@page("site.health")
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """This process is alive; nothing else is looked at."""
    return JsonResponse({"status": "ok"})


@page("site.health")
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 where every part is there, 503 otherwise; `?for=web` leaves the worker out."""
    parts = readiness.parts(with_worker=request.GET.get("for") != "web")
    ready = all(state == readiness.OK for state in parts.values())
    response = JsonResponse({"ready": ready, "parts": parts}, status=200 if ready else 503)
    # Asked several times a second while the site starts: the parts' own warnings say enough in the log.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


@page("site.metrics")
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format."""
    body, content_type = measuring.exposition()
    return HttpResponse(body, content_type=content_type)
