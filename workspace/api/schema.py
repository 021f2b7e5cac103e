"""The description of the API: OpenAPI 3.1 at `/api/schema/`, and a page at `/api/docs/` that reads it.

Both are open: they tell nothing that the project's own source does not. The document is made once per process.
"""

from __future__ import annotations

import functools
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@functools.lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The OpenAPI document of every call under `/api/v1/`."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def ask_everybody_to_log_in(result: dict[str, Any], **_others: Any) -> dict[str, Any]:
    """Say once, for every call, that it needs a token or the browser's log-in; called by drf-spectacular.

    It reads `AllowAny` off the calls as "no log-in needed"; it is the permission table that asks for one.
    """
    result["security"] = [{"token": []}, {"browser": []}]
    for methods in result["paths"].values():
        for operation in methods.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return result


class Schema(APIView):
    """The document as JSON, or as YAML for `Accept: application/vnd.oai.openapi`."""

    actions = {"GET": "site.schema"}
    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer, OpenApiJsonRenderer2, OpenApiYamlRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(document())


class Docs(SpectacularSwaggerSplitView):
    """The document as a page. Our own template, because the packaged one holds an inline style."""

    actions = {"GET": "site.schema"}
    template_name = "workspace/api_docs.html"
