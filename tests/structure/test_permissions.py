"""Every address asks the one permission table: nothing is reachable without an entry in it, and the answer is its.

The whole matrix is walked over the addresses that are registered: every action, every role, the anonymous visitor,
and the member of another project. A door answers before it looks for the object, so an id that nobody has is enough
to tell "may not" (403, 404 of the project) from "may" (anything else).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from tests.conftest import Cast, api_client, page_client
from workspace.access import Standing
from workspace.models import Job
from workspace.permissions import ACTIONS, ANYONE, GLOBAL, IN_PROJECT, OPERATOR, ROLES, answer

# What has a door of its own: allauth's pages ask for the log-in themselves and touch one's own account alone.
NOT_OURS = ("accounts/", "static/", "__debug__/")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ABSENT = "9007199254740991"


@dataclass(frozen=True)
class Door:
    """One address with one method."""

    route: str
    method: str
    action: str
    api: bool

    def address(self, slug: str) -> str:
        """The address with the project's slug, and for everything else what nobody has."""
        text = re.sub(r"<(\w+:)?slug>", slug, self.route)
        text = re.sub(r"<number:\w+>|<int:\w+>", "999999", text)
        return "/" + re.sub(r"<(\w+:)?\w+>", ABSENT, text)

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def patterns(found: Any, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in found:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry.url_patterns, route)
        else:
            yield route, entry


def is_ours(pattern: URLPattern) -> bool:
    view = pattern.callback
    module = getattr(
        getattr(view, "cls", None) or getattr(view, "view_class", None) or view, "__module__", ""
    )
    return module.split(".")[0] in ("workspace", "annotate", "review", "config")


def doors() -> list[Door]:
    found = []
    for route, pattern in patterns(get_resolver().url_patterns):
        view: Any = pattern.callback
        actions = getattr(getattr(view, "cls", None), "actions", None)
        if actions is not None:
            found += [Door(route, method, action, api=True) for method, action in actions.items()]
        elif hasattr(view, "action"):
            # A page refuses before it looks at the method, so that any method tells.
            found.append(Door(route, "GET", view.action, api=False))
    return found


DOORS = doors()
PROJECT_DOORS = [door for door in DOORS if door.action in IN_PROJECT]


def test_no_address_is_without_an_action() -> None:
    without = []
    for route, pattern in patterns(get_resolver().url_patterns):
        view: Any = pattern.callback
        if hasattr(view, "action") or getattr(getattr(view, "cls", None), "actions", None):
            continue
        if route.startswith(NOT_OURS) and not is_ours(pattern):
            continue
        without.append(route)
    assert without == [], "name an action of workspace.permissions for each of these"


def test_every_action_named_by_a_door_is_in_the_table() -> None:
    assert {door.action for door in DOORS} <= ACTIONS


def test_calls_answer_no_method_that_their_actions_do_not_name() -> None:
    for route, pattern in patterns(get_resolver().url_patterns):
        call = getattr(pattern.callback, "cls", None)
        if call is not None and is_ours(pattern):
            handlers = {method for method in METHODS if hasattr(call, method.lower())}
            assert handlers == set(call.actions) & set(METHODS), route


@pytest.mark.parametrize("action", sorted(IN_PROJECT))
@pytest.mark.parametrize("role", ROLES)
def test_the_table_answers_every_role_with_a_reason(action: str, role: str) -> None:
    verdict = answer(action, {role})
    assert bool(verdict) is (role in IN_PROJECT[action])
    assert bool(verdict.reason) is not verdict.granted
    assert not answer(action, ()), "who holds no role may nothing"


@pytest.fixture
def job(cast: Cast) -> Job:
    """A job, the one object that calls without a slug can be walked on from this floor."""
    return Job.objects.create(project=cast.project, kind="import_source")


def answered(door: Door, client: Any, slug: str) -> int:
    response = client.generic(door.method, door.address(slug), b"{}", content_type="application/json")
    return int(response.status_code)


def by_slug() -> list[Door]:
    return [door for door in PROJECT_DOORS if "<slug:slug>" in door.route]


def client_of(door: Door, who: Standing) -> Any:
    return api_client(who) if door.api else page_client(who)


def test_the_anonymous_visitor_is_asked_to_log_in_everywhere(cast: Cast) -> None:
    for door in DOORS:
        if GLOBAL.get(door.action) == ANYONE:
            continue
        client = APIClient() if door.api else Client()
        response = client.generic(door.method, door.address(cast.project.slug), b"{}", "application/json")
        if door.api:
            assert response.status_code == 401, door
            assert response.headers["WWW-Authenticate"] == "Bearer", door
        else:
            assert response.status_code == 302, door
            assert response["Location"].startswith("/accounts/login/?next="), door


def test_the_member_of_another_project_finds_nothing(cast: Cast) -> None:
    for door in by_slug():
        status = answered(door, client_of(door, cast.stranger), cast.project.slug)
        assert status == 404, f"{door} answered {status} to a stranger"


@pytest.mark.parametrize("role", ROLES)
def test_every_door_of_a_project_asks_the_table(cast: Cast, role: str) -> None:
    people = {
        "annotator": cast.writer,
        "reviewer": cast.reviewer,
        "adjudicator": cast.adjudicator,
        "admin": cast.lead,
    }
    for door in by_slug():
        refused = answered(door, client_of(door, people[role]), cast.project.slug) == 403
        assert refused is not (role in IN_PROJECT[door.action]), f"{door} for {role}"


def test_what_nobody_has_is_missing_for_everybody(cast: Cast) -> None:
    for door in PROJECT_DOORS:
        if "<slug:slug>" not in door.route:
            assert answered(door, client_of(door, cast.lead), "") == 404, door


@pytest.mark.parametrize("role", ROLES)
def test_jobs_ask_the_table_of_their_project(cast: Cast, job: Job, role: str) -> None:
    people = {
        "annotator": cast.writer,
        "reviewer": cast.reviewer,
        "adjudicator": cast.adjudicator,
        "admin": cast.lead,
    }
    client = api_client(people[role])
    assert client.get(f"/api/v1/jobs/{job.pk}/").status_code == 200
    expected = 200 if role == "admin" else 403
    assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == expected
    stranger = api_client(cast.stranger)
    assert stranger.get(f"/api/v1/jobs/{job.pk}/").status_code == 404
    assert stranger.post(f"/api/v1/jobs/{job.pk}/cancel/").status_code == 404


def test_only_the_operator_does_what_is_theirs(cast: Cast) -> None:
    for door in DOORS:
        if GLOBAL.get(door.action) == OPERATOR:
            assert answered(door, client_of(door, cast.lead), cast.project.slug) == 403, door


def test_a_removed_member_is_a_stranger(cast: Cast) -> None:
    member = cast.writer.require_member()
    member.active = False
    member.save()
    for door in by_slug():
        assert answered(door, client_of(door, cast.writer), cast.project.slug) == 404, door
