"""Projects and members over the API: the shapes of the contract, every refusal as problem+json, pages of lists."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Cast, api_client
from tests.factories import a_member, a_project, a_user
from workspace.access import Standing
from workspace.models import Member, Project

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def operator(cast: Cast) -> Any:
    user = a_user(superuser=True)
    return api_client(Standing(user=user, project=cast.project, member=None, roles=frozenset()))


def test_a_member_lists_only_their_own_projects(cast: Cast) -> None:
    listed = api_client(cast.writer).get("/api/v1/projects/").json()
    assert [(row["slug"], row["roles"]) for row in listed["results"]] == [(cast.project.slug, ["annotator"])]
    assert listed["next"] is None
    assert len(operator(cast).get("/api/v1/projects/").json()["results"]) == 2


def test_pages_join_without_gap_or_repeat(cast: Cast) -> None:
    for _ in range(6):
        a_project()
    client, address, seen = operator(cast), "/api/v1/projects/?limit=3", []
    while address:
        page = client.get(address).json()
        seen += [row["slug"] for row in page["results"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == 8
    assert client.get("/api/v1/projects/?limit=0").status_code == 422
    assert client.get("/api/v1/projects/?limit=201").status_code == 422


def test_the_operator_creates_a_project_and_is_its_admin(cast: Cast) -> None:
    client = operator(cast)
    made = client.post("/api/v1/projects/", {"slug": "beta", "title": "Beta", "overlap": 2}, "json")
    assert made.status_code == 201
    assert made.json()["roles"] == ["admin"]
    assert (made.json()["overlap"], made.json()["writing_lease"]) == (2, 7200)
    assert Member.objects.get(project__slug="beta").roles == ["admin"]
    again = client.post("/api/v1/projects/", {"slug": "beta", "title": "Beta"}, "json")
    assert again.status_code == 422
    assert again.json()["errors"] == {"slug": ["There is a project “beta” already."]}
    assert (
        api_client(cast.lead).post("/api/v1/projects/", {"slug": "x", "title": "X"}, "json").status_code
        == 403
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"overlap": 0}, "overlap"),
        ({"overlap": "many"}, "overlap"),
        ({"overlap": 10**30}, "overlap"),
        ({"overlap_share": 1.5}, "overlap_share"),
        ({"reviews": 4}, "reviews"),
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": ["a"]}, "title"),
        ({"blind": "perhaps"}, "blind"),
        ({"writing_lease": 1}, "writing_lease"),
        ({"writing_lease": "an hour"}, "writing_lease"),
        ({"writing_lease": None}, "writing_lease"),
        ({"slug": "other"}, "slug"),
        ({"shoe": 1}, "shoe"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_field(cast: Cast, body: dict[str, Any], field: str) -> None:
    answer = api_client(cast.lead).patch(f"/api/v1/projects/{cast.project.slug}/", body, "json")
    assert answer.status_code == 422
    assert answer["Content-Type"] == PROBLEM
    assert set(answer.json()) >= {"type", "title", "status", "detail", "errors"}
    assert list(answer.json()["errors"]) == [field]


def test_settings_are_changed(cast: Cast) -> None:
    address = f"/api/v1/projects/{cast.project.slug}/"
    body = {
        "title": "New",
        "overlap": 3,
        "overlap_share": 0.5,
        "reviews": 1,
        "blind": False,
        "writing_lease": 3600,
    }
    answer = api_client(cast.lead).patch(address, body, "json")
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in body} == body
    seen = api_client(cast.writer).get(address).json()
    assert (seen["title"], seen["roles"]) == ("New", ["annotator"])
    assert Project.objects.get(pk=cast.project.pk).writing_lease.total_seconds() == 3600


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"[1, 2]", 422),
        (b'"words"', 422),
        (b'{"title": "a\\u0000b"}', 422),
        (b'{"title": "\\ud800"}', 400),
        (b"\xff\xfe", 400),
        (b"[" * 2000 + b"]" * 2000, 400),
    ],
)
def test_a_body_that_is_no_object_is_refused_in_words(cast: Cast, content: Any, status: int) -> None:
    answer = api_client(cast.lead).generic(
        "PATCH", f"/api/v1/projects/{cast.project.slug}/", content, content_type="application/json"
    )
    assert answer.status_code == status
    assert answer["Content-Type"] == PROBLEM
    assert answer.json()["detail"]


def test_an_address_with_a_nul_is_refused(cast: Cast) -> None:
    client = api_client(cast.lead)
    answer = client.get(f"/api/v1/projects/{cast.project.slug}/members/?q=%00")
    assert answer.status_code == 400
    assert answer["Content-Type"] == PROBLEM
    assert "U+0000" in answer.json()["detail"]
    assert client.get("/api/v1/projects/a%00b/").status_code in (400, 404)


def test_members_are_added_changed_listed_and_removed(cast: Cast) -> None:
    client, address = api_client(cast.lead), f"/api/v1/projects/{cast.project.slug}/members/"
    made = client.post(
        address, {"email": "New@example.org", "roles": ["annotator"], "languages": ["EN"]}, "json"
    )
    assert made.status_code == 201
    key = made.json()["id"]
    assert made.json() == {
        **{"id": key, "email": "new@example.org", "name": "new", "roles": ["annotator"], "languages": ["en"]},
        **{
            "categories": [],
            "active": True,
            "invited": True,
            "paused": False,
            "joined": made.json()["joined"],
        },
    }
    changed = client.patch(f"{address}{key}/", {"roles": ["reviewer", "annotator"]}, "json")
    assert changed.json()["roles"] == ["annotator", "reviewer"]
    assert changed.json()["languages"] == ["en"], "what is not named stays"
    assert [row["id"] for row in client.get(address, {"q": "new@"}).json()["results"]] == [key]
    assert client.delete(f"{address}{key}/").status_code == 204
    assert client.get(f"{address}{key}/").json()["active"] is False
    assert client.get(address, {"state": "removed"}).json()["results"][0]["id"] == key


def test_the_last_admin_stays(cast: Cast) -> None:
    client, address = api_client(cast.lead), f"/api/v1/projects/{cast.project.slug}/members/"
    own = cast.lead.require_member().pk
    assert client.delete(f"{address}{own}/").status_code == 409
    assert client.patch(f"{address}{own}/", {"roles": ["reviewer"]}, "json").status_code == 409
    again = client.post(address, {"email": cast.lead.user.email, "roles": ["reviewer"]}, "json")
    assert again.status_code == 409, "nor by adding them anew with fewer roles"
    a_member(cast.project, "admin")
    assert client.delete(f"{address}{own}/").status_code == 204
    assert client.get(address).status_code == 404, "they are a stranger now"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"roles": ["annotator"]}, "email"),
        ({"email": "a@example.org"}, "roles"),
        ({"email": "a@example.org", "roles": []}, "roles"),
        ({"email": "a@example.org", "roles": ["king"]}, "roles"),
        ({"email": "a@example.org", "roles": "annotator"}, "roles"),
        ({"email": "a@example.org", "roles": [1]}, "roles"),
        ({"email": "a@example.org", "roles": ["annotator"], "languages": ["x" * 13]}, "languages"),
        ({"email": "a@example.org", "roles": ["annotator"], "categories": [""]}, "categories"),
        ({"email": {"a": 1}, "roles": ["annotator"]}, "email"),
    ],
)
def test_a_membership_that_cannot_be_is_refused_by_field(
    cast: Cast, body: dict[str, Any], field: str
) -> None:
    answer = api_client(cast.lead).post(f"/api/v1/projects/{cast.project.slug}/members/", body, "json")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def test_lists_cost_the_same_however_long(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        a_member(cast.project, "annotator", reads=False)
    client = api_client(cast.lead)
    with django_assert_max_num_queries(2):
        client.get(f"/api/v1/projects/{cast.project.slug}/members/")
    with django_assert_max_num_queries(2):
        client.get("/api/v1/projects/")
    with django_assert_max_num_queries(2):
        client.get(f"/api/v1/projects/{cast.project.slug}/jobs/")
    with django_assert_max_num_queries(2):
        client.get(f"/api/v1/projects/{cast.project.slug}/pauses/")
