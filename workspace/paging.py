"""Keyset pages of lists in the browser: what enters is a queryset and the address, what leaves is rows and a link on.

Called by page views; the API has `workspace.api.calls.listed`. A page costs the same however far down it lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_SIZE = 50


@dataclass(frozen=True)
class Page:
    """The rows of one page; `older` and `newest` are links that keep the filters, empty where they lead nowhere."""

    rows: list[Any]
    older: str
    newest: str


def page_of(request: HttpRequest, rows: QuerySet[Any], *, size: int = PAGE_SIZE) -> Page:
    """The page of `rows`, newest first, that the address asks for by `after`."""
    after = position(request)
    if after:
        rows = rows.filter(pk__lt=after)
    found = list(rows.order_by("-pk")[: size + 1])
    following = found[size - 1].pk if len(found) > size else None
    return linked(request, found[:size], following)


def linked(request: HttpRequest, rows: list[Any], following: int | None) -> Page:
    """A page of rows read by somebody else; `following` is the `after` of the next one."""
    query = request.GET.copy()
    query.pop("after", None)
    newest = f"?{query.urlencode()}" if position(request) else ""
    if following is None:
        return Page(rows, "", newest)
    query["after"] = str(following)
    return Page(rows, f"?{query.urlencode()}", newest)


def position(request: HttpRequest) -> int:
    """The `after` of the address; 0, the beginning, where it is no position."""
    text = request.GET.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
