"""What the frame around every page needs; templates read it as `layout`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def layout(request: HttpRequest) -> dict[str, Any]:
    """The standing of the reader in the project of this page, where the page has one."""
    standing = getattr(request, "standing", None)
    return {"standing": standing, "project": standing.project if standing else None}
