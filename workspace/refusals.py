"""PURE. What an act can refuse, each with its status and a sentence for the person who meets it.

Acts raise them; `workspace.api.problems` answers them as problem+json, `workspace.middleware` as a page or region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """Something a person asked for that is not done, and why. `detail` is the sentence they read."""

    status = 400
    slug = "refused"
    title = "This cannot be done"

    def __init__(
        self,
        detail: str,
        *,
        slug: str | None = None,
        errors: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.slug = slug or self.slug
        self.errors = dict(errors or {})
        self.extra = dict(extra or {})


class NotAllowed(Refusal):
    """The person is known, the thing is theirs to see, but the right is missing."""

    status = 403
    slug = "not-allowed"
    title = "You may not do this"


class Missing(Refusal):
    """It does not exist, or belongs to a project of others: the two are never told apart."""

    status = 404
    slug = "not-found"
    title = "There is nothing here"


class Conflict(Refusal):
    """The thing is not in a state in which this can be done."""

    status = 409
    slug = "conflict"
    title = "This is not possible now"


class Moved(Conflict):
    """The place or the thing passed to somebody else meanwhile; what was typed is kept."""

    slug = "moved"
    title = "This has moved on"


class Stale(Conflict):
    """Somebody, perhaps the same person in another tab, saved a newer version; `extra` carries it."""

    slug = "stale"
    title = "A newer version was saved elsewhere"


class Unread(Conflict):
    """The newest guideline version must be read first."""

    slug = "acknowledge-guideline"
    title = "Read the new guideline version first"


class Invalid(Refusal):
    """What was sent cannot be taken; `errors` names each field and its remedy."""

    status = 422
    slug = "invalid"
    title = "Something needs to be corrected"


class Empty(Refusal):
    """There is nothing to do, and the sentence says which limit left nothing. Not an error: 204."""

    status = 204
    slug = "empty"
    title = "Nothing to do"
