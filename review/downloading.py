"""Giving out one file of a release: whole, a range of it, or the news that the reader has it already (RFC 9110).

Enters: the request and a file that the reader may have. Leaves: an answer that streams from the storage. Called by the
page and the API call of the same address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, NamedTuple

import orjson
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import FileResponse, HttpResponseBase

from review import release_storage
from review.models import ReleaseFile
from workspace.refusals import Missing

CHUNK = 256 * 1024
_TYPES = {
    ".jsonl": "application/jsonl",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
}
_RANGE = re.compile(r"bytes=\s*(?:(\d{1,18})-(\d{1,18})?|-(\d{1,18}))\s*")


class Span(NamedTuple):
    """Bytes `first` up to and with `last` of a file."""

    first: int
    last: int


class Unsatisfiable(ValueError):
    """A range that lies outside of the file."""


def answer(request: HttpRequest, file: ReleaseFile) -> HttpResponseBase:
    """The answer to GET or HEAD: 200, 206 for one range, 304 where the reader has it, 416 outside of the file.

    Raises `Missing` where the storage has lost the bytes.
    """
    etag = f'"{file.sha256}"'
    if _has_it(request.headers.get("If-None-Match", ""), etag):
        return _with_headers(HttpResponse(status=304), file, etag)
    try:
        span = asked_span(request, file.bytes, etag)
    except Unsatisfiable:
        return _outside(file, etag)
    if request.method == "HEAD":
        response: HttpResponseBase = HttpResponse(status=206 if span else 200)
    else:
        response = _body(_opened(file), span)
    response["Content-Length"] = str(span.last - span.first + 1 if span else file.bytes)
    if span is not None:
        response["Content-Range"] = f"bytes {span.first}-{span.last}/{file.bytes}"
    name = PurePosixPath(file.path).name
    response["Content-Type"] = _TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _with_headers(response, file, etag)


def asked_span(request: HttpRequest, size: int, etag: str) -> Span | None:
    """The one range that was asked for, or None for the whole file: where none or several were, or another version.

    Raises `Unsatisfiable`.
    """
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or request.headers.get("If-Range", etag) != etag:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if int(suffix) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(suffix)), size - 1)
    if int(first) >= size:
        raise Unsatisfiable
    if last is not None and int(last) < int(first):
        return None  # no range at all, says the standard
    return Span(int(first), min(int(last), size - 1) if last is not None else size - 1)


def _opened(file: ReleaseFile) -> IO[bytes]:
    try:
        return release_storage.opened(file)
    except FileNotFoundError as error:
        raise Missing(
            f"The bytes of “{file.path}” are no longer in the storage. "
            f"`build_release {file.release.project.slug} --again {file.release.number}` writes them again."
        ) from error


def _body(source: IO[bytes], span: Span | None) -> HttpResponseBase:
    if span is None:
        # The server's own way of sending a file, where it has one.
        return FileResponse(source)
    return StreamingHttpResponse(_part(source, span), status=206)


def _part(source: IO[bytes], span: Span) -> Iterator[bytes]:
    with source:
        source.seek(span.first)
        left = span.last - span.first + 1
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _has_it(header: str, etag: str) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in known or etag in known


def _outside(file: ReleaseFile, etag: str) -> HttpResponse:
    document = {
        "type": "/problems/range",
        "title": "This range cannot be sent",
        "status": 416,
        "detail": f"“{file.path}” has {file.bytes:,} bytes; ask for a range inside of them.",
    }
    response = HttpResponse(
        orjson.dumps(document), status=416, headers={"Content-Range": f"bytes */{file.bytes}"}
    )
    _with_headers(response, file, etag)
    response["Content-Type"] = "application/problem+json"
    return response


def _with_headers(response: HttpResponseBase, file: ReleaseFile, etag: str) -> HttpResponseBase:
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    # Released bytes never change, but only members may have them; no proxy may pack them anew under this tag.
    response["Cache-Control"] = "private, no-cache, no-transform"
    return response
