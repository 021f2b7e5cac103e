"""API tokens: hashed at rest, shown once, revocable, with their last use."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from tests.conftest import Cast, page_client
from tests.factories import a_user
from workspace import tokens
from workspace.models import ApiToken, AuditEvent

pytestmark = pytest.mark.django_db


def bearer(text: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def test_the_database_does_not_hold_the_token() -> None:
    token, text = tokens.create_token(a_user(), name="script")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM workspace_apitoken t WHERE id = %s", [token.pk])
        stored = cursor.fetchone()[0]
    assert text not in stored
    assert text[len(token.beginning) :] not in stored
    assert AuditEvent.objects.get(action="token.created").after == {}


def test_a_token_opens_the_api_until_it_is_revoked(cast: Cast) -> None:
    token, text = tokens.create_token(cast.lead.user)
    client = bearer(text)
    assert client.get("/api/v1/projects/").status_code == 200
    token.refresh_from_db()
    assert token.last_used is not None
    tokens.revoke_token(token, by=cast.lead.user, now=timezone.now())
    answer = client.get("/api/v1/projects/")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "make a new one" in answer.json()["detail"]


def test_a_token_needs_no_csrf_but_the_session_does(cast: Cast) -> None:
    _token, text = tokens.create_token(cast.lead.user)
    address = f"/api/v1/projects/{cast.project.slug}/"
    assert bearer(text).patch(address, {"title": "Renamed"}, format="json").status_code == 200
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(cast.lead.user)
    answer = browser.patch(address, {"title": "Forged"}, format="json")
    assert answer.status_code == 403
    assert answer.json()["title"]


def test_the_token_of_somebody_who_was_shut_out_opens_nothing(cast: Cast) -> None:
    _token, text = tokens.create_token(cast.lead.user)
    cast.lead.user.is_active = False
    cast.lead.user.save()
    assert bearer(text).get("/api/v1/projects/").status_code == 401


def test_a_token_cannot_make_tokens(cast: Cast) -> None:
    _token, text = tokens.create_token(cast.lead.user)
    assert bearer(text).post("/api/v1/tokens/", {}, format="json").status_code == 403
    browser = APIClient()
    browser.force_login(cast.lead.user)
    made = browser.post("/api/v1/tokens/", {"name": "script"}, format="json")
    assert made.status_code == 201
    assert tokens.find(made.json()["token"]) is not None
    assert "token" not in browser.get("/api/v1/tokens/").json()["results"][0]


def test_nobody_sees_or_ends_the_tokens_of_others(cast: Cast) -> None:
    token, _text = tokens.create_token(cast.lead.user)
    other = page_client(cast.writer)
    assert other.get("/api/v1/tokens/").json()["results"] == []
    assert other.delete(f"/api/v1/tokens/{token.pk}/").status_code == 404
    assert other.post(f"/accounts/profile/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked is None


def test_the_account_page_shows_a_new_token_once(cast: Cast) -> None:
    browser = page_client(cast.writer)
    answer = browser.post("/accounts/profile/tokens/", {"token-name": "laptop"})
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    row = ApiToken.objects.get(user=cast.writer.user)
    text = answer.context["fresh_token"]
    assert tokens.find(text) == row
    assert text in answer.content.decode()
    assert text not in browser.get("/accounts/profile/").content.decode()
    assert browser.post(f"/accounts/profile/tokens/{row.pk}/revoke/").status_code == 302
    assert tokens.find(text) is None
