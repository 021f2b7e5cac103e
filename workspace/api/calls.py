"""The door of every API call: who calls, the project or 404, the right or 403, idempotency, and pages of lists.

A call is a subclass of `Call` whose `actions` names, for each method, the action of the permission table it needs. A
structure test walks the URLs and fails for a call without one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, cast
from urllib.parse import urlencode

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model, QuerySet
from django.http import QueryDict
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workspace import idempotency
from workspace.access import Standing, found, standing, standing_for
from workspace.api.rendering import as_json
from workspace.models import User
from workspace.permissions import ANYONE, GLOBAL, OPERATOR
from workspace.refusals import Invalid, NotAllowed

PAGE_SIZE, LARGEST_PAGE = 50, 200


class Call(APIView):
    """One address of the API.

    `actions` maps each method to its action. Where the address holds `slug`, `self.standing` is the caller's standing
    in that project; where it holds `key`, `things()` says among which objects it is looked up, `self.thing` is the
    one found, and the standing is that in its project.
    """

    actions: ClassVar[Mapping[str, str]] = {}
    noun: ClassVar[str] = "object"
    # The permission table decides, in `initial`; DRF's own classes would only repeat a part of it.
    permission_classes = [AllowAny]

    standing: Standing
    thing: Any

    @property
    def person(self) -> User:
        """Who calls, where the call needs a log-in."""
        return cast(User, self.request.user)

    def things(self) -> QuerySet[Any]:
        """The objects that `key` is looked up among, with what the call needs of them loaded."""
        raise NotImplementedError(f"{type(self).__name__} has a key in its address but no things()")

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[Any, str]:
        if len(self.renderer_classes) > 1:
            return super().perform_content_negotiation(request, force)
        # JSON is all that this call speaks, whatever a program says it accepts.
        renderer = self.renderer_classes[0]()
        return renderer, renderer.media_type

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if "Idempotency-Key" in request.headers and request.content_type == "application/json":
            # Kept by Django once it is read; after the parser has read it, it would be gone.
            _ = request._request.body
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method in ("HEAD", "OPTIONS") else request.method or ""
        if method not in self.actions:
            self.http_method_not_allowed(request)
        action = self.actions[method]
        if GLOBAL.get(action) == ANYONE:
            return
        if not request.user.is_authenticated:
            raise NotAuthenticated("Log in, or send a token: `Authorization: Bearer TOKEN`.")
        if action in GLOBAL:
            if GLOBAL[action] == OPERATOR and not request.user.is_superuser:
                raise NotAllowed("Only the operator of this site may do this.")
            return
        if "slug" in kwargs:
            self.standing = standing(self.person, kwargs["slug"])
        else:
            self.thing = self.find(kwargs["key"])
            self.standing = self.standing_with(request)
        self.standing.require(action)

    def find(self, key: str) -> Any:
        """The object that `key` names, or `Missing`: among `things()`, unless the call has a shorter way."""
        return found(self.things(), key, noun=self.noun)

    def standing_with(self, request: Request) -> Standing:
        """The caller's standing in the project of `self.thing`: one statement, or none where the call knows it."""
        return standing_for(self.person, self.thing)

    def once(self, request: Request, work: Callable[[], Response]) -> Response:
        """Answer with `work()`, or under an `Idempotency-Key` with what it answered the first time."""
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return work()
        if len(key) > 255:
            raise Invalid(
                "The Idempotency-Key is too long.", errors={"Idempotency-Key": ["At most 255 characters."]}
            )

        def kept() -> idempotency.Kept:
            answer = work()
            headers = {name: value for name, value in answer.headers.items() if name == "Scriptorium-Reason"}
            return idempotency.Kept(answer.status_code, as_json(answer.data), headers)

        user = self.standing.user if hasattr(self, "standing") else self.person
        call = f"{request.method} {request.path}"
        result = idempotency.once(
            user, call=call, key=key, body=_fingerprint(request), now=timezone.now(), work=kept
        )
        return Response(result.body, status=result.status, headers=dict(result.headers))


def listed(request: Request, rows: QuerySet[Any], render: Callable[[Any], Mapping[str, Any]]) -> Response:
    """One keyset page of `rows`, newest first: `{"results": […], "next": URL or null}`.

    The address takes `limit` (at most 200) and `after`, the id of the last row of the page before.
    """
    return paged(request, rows, lambda page: [render(row) for row in page])


def paged(
    request: Request, rows: QuerySet[Any], render: Callable[[list[Any]], Sequence[Mapping[str, Any]]]
) -> Response:
    """As `listed`, for rows that are rendered a page at a time because they share a statement."""
    limit = _number(request, "limit", PAGE_SIZE, LARGEST_PAGE)
    after = _number(request, "after", 0, 2**63 - 1)
    if after:
        rows = rows.filter(pk__lt=after)
    page: list[Model] = list(rows.order_by("-pk")[: limit + 1])
    following = None
    if len(page) > limit:
        page = page[:limit]
        query = {**request.query_params.dict(), "after": str(page[-1].pk)}
        following = request.build_absolute_uri(f"{request.path}?{urlencode(query)}")
    return Response({"results": render(page), "next": following})


def body_of(request: Request, *, allowed: Iterable[str]) -> dict[str, Any]:
    """The JSON object of a request; `Invalid` where it is none or has fields that the call does not know."""
    data = request.data if request.data is not None else {}
    if not isinstance(data, Mapping):
        raise Invalid("Send a JSON object.", errors={"body": ["This call takes a JSON object."]})
    values = dict(data)
    known = set(allowed)
    unknown = sorted(set(values) - known)
    if unknown:
        words = f"This call knows {', '.join(sorted(known)) or 'no fields'}."
        raise Invalid("Unknown fields.", errors={str(name): [words] for name in unknown})
    return values


def _fingerprint(request: Request) -> bytes:
    """What tells one body from another: the body itself, or of a form its fields and the hashes of its files."""
    if request.content_type == "application/json" or not request._request._read_started:  # type: ignore[attr-defined]
        return bytes(request._request.body)
    if not isinstance(request.data, QueryDict):
        return str(request.META.get("CONTENT_LENGTH", "")).encode()
    digest = hashlib.sha256()
    for name in sorted(request.data):
        for value in request.data.getlist(name):
            digest.update(name.encode() + b"\0")
            if isinstance(value, UploadedFile):
                for chunk in value.chunks():
                    digest.update(chunk)
                value.seek(0)
            else:
                digest.update(str(value).encode())
    return digest.digest()


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:20]) <= most:
        raise Invalid("This page cannot be shown.", errors={name: [f"Give a number from 1 to {most}."]})
    return int(text)
