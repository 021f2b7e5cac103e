"""`tokens/`: the caller's own API tokens. A token is made with the log-in of the pages, never by another token."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from workspace import queries, tokens
from workspace.access import found
from workspace.api import fields, schemas, shapes
from workspace.api.calls import Call, body_of, listed
from workspace.api.documents import PAGE, answers, page_of
from workspace.models import ApiToken
from workspace.refusals import NotAllowed


class Tokens(Call):
    actions = {"GET": "token.manage", "POST": "token.manage"}

    @extend_schema(
        operation_id="list_tokens",
        summary="My API tokens",
        parameters=PAGE,
        responses=answers(page_of("TokenPage", schemas.Token)),
    )
    def get(self, request: Request) -> Response:
        return listed(request, queries.tokens_of(self.person), shapes.token)

    @extend_schema(
        operation_id="create_token",
        summary="Make an API token",
        description="The answer alone holds the token. It is kept nowhere, so this call takes no "
        "Idempotency-Key. It needs the log-in of the browser: a token cannot make tokens.",
        request=schemas.NewToken,
        responses=answers(None, also={201: schemas.FreshToken}),
    )
    def post(self, request: Request) -> Response:
        if request.auth is not None:
            raise NotAllowed(
                "A token cannot make tokens; use your Account page, or the command create_token."
            )
        values = body_of(request, allowed=("name",))
        token, text = tokens.create_token(self.person, name=fields.text(values, "name", most=80))
        return Response({**shapes.token(token), "token": text}, status=201)


class OneToken(Call):
    actions = {"DELETE": "token.manage"}

    @extend_schema(
        operation_id="revoke_token", summary="Revoke a token", responses=answers(None, also={204: None})
    )
    def delete(self, request: Request, key: str) -> Response:
        token = found(ApiToken.objects.filter(user=self.person), key, noun="token")
        tokens.revoke_token(token, by=self.person, now=timezone.now())
        return Response(None, status=204)
