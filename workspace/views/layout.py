"""What the frame around every page needs; templates read it as `standing`, `project` and `rail`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from workspace.places import rail


def layout(request: HttpRequest) -> dict[str, Any]:
    """The standing of the reader in the project of this page, where the page has one; and its places.

    `rail` is read once, and only where a template asks for it: a region costs no statement for the frame.
    """
    standing = getattr(request, "standing", None)
    if standing is None:
        return {"standing": None, "project": None, "rail": None}
    return {
        "standing": standing,
        "project": standing.project,
        "rail": SimpleLazyObject(lambda: rail(standing, request.path)),
    }
