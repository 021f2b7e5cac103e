"""What the tests of pages read from a response."""

from __future__ import annotations

from typing import Any

HTMX = {"HX-Request": "true"}


def text_of(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())
