"""Settings and Account: what is typed is kept, what cannot be stands beside its field, and each page's cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Cast, page_client
from tests.factories import a_member
from workspace import projects, tokens
from workspace.models import AuditEvent

pytestmark = pytest.mark.django_db
SETTINGS = {
    **{"title": "A new title", "description": "What it is for", "overlap": "3", "overlap_share": "0.25"},
    **{"reviews": "3", "blind": "on", "writing_minutes": "90", "review_minutes": "15"},
}


def test_settings_are_kept_and_audited(cast: Cast) -> None:
    answer = page_client(cast.lead).post(f"/p/{cast.project.slug}/settings/", SETTINGS)
    assert answer.status_code == 302
    cast.project.refresh_from_db()
    assert (cast.project.title, cast.project.overlap, cast.project.overlap_share) == ("A new title", 3, 0.25)
    assert cast.project.writing_lease.total_seconds() == 90 * 60
    event = AuditEvent.objects.get(action="project.changed")
    assert (event.before["overlap"], event.after["overlap"]) == (1, 3)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("overlap", "0"),
        ("overlap_share", "2"),
        ("overlap_share", "nan"),
        ("reviews", "9"),
        ("title", " "),
        ("writing_minutes", "1"),
    ],
)
def test_a_wrong_setting_stands_beside_its_field(cast: Cast, field: str, value: str) -> None:
    answer = page_client(cast.lead).post(f"/p/{cast.project.slug}/settings/", {**SETTINGS, field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    cast.project.refresh_from_db()
    assert cast.project.title == "A project"


def test_the_pages_cost_the_same_however_much_they_list(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        a_member(cast.project, "annotator", reads=False)
        projects.pause(cast.lead, kind="category", target=f"c{number}", reason="r", now=timezone.now())
        tokens.create_token(cast.lead.user, name=f"t{number}")
    browser = page_client(cast.lead)
    with django_assert_max_num_queries(9):
        browser.get(f"/p/{cast.project.slug}/settings/")
    with django_assert_max_num_queries(4):
        browser.get("/accounts/profile/")
    with django_assert_max_num_queries(9):
        browser.get(f"/p/{cast.project.slug}/people/{cast.writer.require_member().pk}/")


def test_an_account_is_changed(cast: Cast) -> None:
    browser = page_client(cast.writer)
    answer = browser.post(
        "/accounts/profile/", {"name": "Amal", "language": "ar", "time_zone": "Africa/Cairo", "theme": "dark"}
    )
    assert answer.status_code == 302
    cast.writer.user.refresh_from_db()
    assert (cast.writer.user.name, cast.writer.user.time_zone) == ("Amal", "Africa/Cairo")
    assert browser.get("/accounts/profile/")["Content-Language"] == "ar"


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"theme": "x"}]
)
def test_a_wrong_account_is_refused(cast: Cast, wrong: dict[str, str]) -> None:
    typed = {"name": "A", "language": "en", "time_zone": "UTC", "theme": "light", **wrong}
    answer = page_client(cast.writer).post("/accounts/profile/", typed)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)


@pytest.mark.parametrize("path", ["settings/", "people/", "audit/", "people/{member}/"])
def test_pages_hold_nothing_that_the_policy_forbids(cast: Cast, path: str) -> None:
    address = f"/p/{cast.project.slug}/{path.format(member=cast.writer.require_member().pk)}"
    answer = page_client(cast.lead).get(address)
    holds_no_inline_code(answer)


@pytest.mark.parametrize("path", ["/accounts/profile/", "/api/docs/"])
def test_own_pages_hold_nothing_that_the_policy_forbids(cast: Cast, path: str) -> None:
    holds_no_inline_code(page_client(cast.lead).get(path))


def holds_no_inline_code(answer: Any) -> None:
    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    page = answer.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert "<script>" not in page


def test_the_document_describes_the_api_and_the_page_reads_it() -> None:
    client = Client()
    document = client.get("/api/schema/", headers={"Accept": "application/json"}).json()
    assert document["openapi"].startswith("3.1")
    assert "/api/v1/projects/{slug}/members/" in document["paths"]
    assert document["security"] == [{"token": []}, {"browser": []}]
    created = document["paths"]["/api/v1/projects/"]["post"]
    assert "Idempotency-Key" in [parameter["name"] for parameter in created["parameters"]]
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/schema/" in script.content.decode()


def test_every_call_is_described_with_a_name_of_its_own() -> None:
    document = Client().get("/api/schema/").json()
    operations = [
        operation
        for methods in document["paths"].values()
        for method, operation in methods.items()
        if method in ("get", "post", "put", "patch", "delete")
    ]
    assert all(operation.get("summary") for operation in operations)
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
