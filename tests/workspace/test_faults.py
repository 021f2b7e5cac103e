"""Where no view answers: problem documents for programs, pages for people."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.conftest import Cast, api_client, page_client
from workspace.api import shapes


def test_an_address_that_leads_nowhere_is_a_problem_for_programs_and_a_page_for_people(db: None) -> None:
    answer = Client().get("/api/v1/nothing/here/")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("not-found")
    page = Client().get("/nothing/here/")
    assert page.status_code == 404
    assert page["Content-Type"].startswith("text/html")


def test_titles_of_problems_hold_no_placeholders(cast: Cast) -> None:
    client = api_client(cast.writer)
    address = f"/api/v1/projects/{cast.project.slug}/queue/claim/"
    for answer in (client.delete(address), client.post(address, b"a", content_type="text/plain")):
        assert answer.status_code in (405, 415) and "{" not in answer.json()["title"]


def test_a_missing_slash_is_added(db: None) -> None:
    answer = Client().get("/api/v1/projects")
    assert answer.status_code == 301
    assert answer["Location"] == "/api/v1/projects/"


@pytest.mark.django_db
def test_a_fault_of_ours_tells_programs_nothing_of_its_insides(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(shapes, "project", broken)
    client = page_client(cast.lead)
    client.raise_request_exception = False
    answer = client.get(f"/api/v1/projects/{cast.project.slug}/")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Request-ID"]
    assert "the inside" not in answer.content.decode()
