"""The audit page: what happened in a project, newest first, filtered by the address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from workspace import queries
from workspace.paging import PAGE_SIZE, linked, position
from workspace.views.door import project_page


@project_page("audit.view")
def audit(request: HttpRequest) -> HttpResponse:
    """One page of events. `object` in the address is a type, or a type and an id: `member` or `member:12`."""
    kind, _colon, key = request.GET.get("object", "").strip().lower()[:80].partition(":")
    action = request.GET.get("action", "").strip()[:60]
    actor = request.GET.get("actor", "")
    filters = {
        "action": action,
        "object_type": kind,
        "object_id": _number(key),
        "actor": _number(actor),
    }
    events = queries.events_of(
        request.standing.project,  # type: ignore[attr-defined]
        filters,
        after=position(request),
        size=PAGE_SIZE,
    )
    for event in events.rows:
        event.shown_before, event.shown_after = _shown(event.before), _shown(event.after)  # type: ignore[attr-defined]
    context = {
        "page": linked(request, events.rows, events.following),
        "partly": events.partly,
        "filters": {"action": action, "object": f"{kind}:{key}" if key else kind, "actor": actor},
    }
    return render(request, "workspace/audit.html", context)


def _shown(values: dict[str, Any]) -> list[tuple[str, str]]:
    """The part of an event that a person reads: lists as words."""
    return [
        (name, ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value))
        for name, value in values.items()
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
