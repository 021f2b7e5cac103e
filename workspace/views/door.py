"""The door of every page: log-in, the project or 404, the right or 403. No page is reachable without one.

A page is a function `view(request, ...)`; its decorator names the action of the permission table that it needs.
A structure test walks the URLs and fails for a view without a door.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from workspace import access
from workspace.permissions import ANYONE, GLOBAL, IN_PROJECT, OPERATOR
from workspace.refusals import NotAllowed

View = Callable[..., HttpResponseBase]


def page(action: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """The door for a page outside of any project; `action` is one of `permissions.GLOBAL`."""
    needs = GLOBAL[action]

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if needs != ANYONE and not request.user.is_authenticated:
                return _log_in_first(request)
            if needs == OPERATOR and not request.user.is_superuser:
                raise NotAllowed("Only the operator of this site may do this.")
            return _answer(view, methods, request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def project_page(action: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """The door for a page of a project; its URL holds `slug`, its view finds `request.standing`.

    `action` is one of `permissions.IN_PROJECT`.
    """
    if action not in IN_PROJECT:
        raise KeyError(action)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _log_in_first(request)
            request.standing = access.standing(request.user, slug)  # type: ignore[attr-defined]
            request.standing.require(action)  # type: ignore[attr-defined]
            return _answer(view, methods, request, *args, **kwargs)

        guarded.action = action  # type: ignore[attr-defined]
        return guarded

    return decorate


def _answer(
    view: View, methods: tuple[str, ...], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if request.method not in methods:
        return HttpResponse(status=405, headers={"Allow": ", ".join(methods)})
    response = view(request, *args, **kwargs)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _log_in_first(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        # A region cannot show the log-in page; htmx follows this header with the whole page.
        return HttpResponse(status=401, headers={"HX-Redirect": f"/accounts/login/?next={request.path}"})
    return redirect_to_login(request.get_full_path())
