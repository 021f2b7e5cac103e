"""The addresses that hold only an id: whose project the object belongs to decides, as the table says.

What exists in a project of others is never told apart from what does not exist.
"""

from __future__ import annotations

import pytest

from annotate.models import Assignment, Source
from review.models import Adjudication
from tests.conftest import Cast, api_client, page_client
from tests.factories import a_review, a_submitted_demonstration, a_task, an_assignment, decided
from tests.structure.test_permissions import DOORS, Door
from workspace.access import Standing
from workspace.models import Job
from workspace.permissions import IN_PROJECT, ROLES

BY_ID = [door for door in DOORS if door.action in IN_PROJECT and "slug>" not in door.route]


@pytest.fixture
def things(cast: Cast) -> dict[str, int]:
    """One object of each sort, by the beginning of its address."""
    demonstration = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    adjudication = Adjudication.objects.get(demonstration=demonstration)
    fresh = a_submitted_demonstration(cast.second_writer)
    a_task(cast.project)
    return {
        "assignments": an_assignment(cast.writer).pk,
        "demonstrations": fresh.pk,
        "reviews": a_review(cast.reviewer).pk,
        "adjudications": adjudication.pk,
        "jobs": Job.objects.create(project=cast.project, kind="import_source").pk,
        "sources": Source.objects.create(project=cast.project, name="s", format="jsonl", licence="MIT").pk,
    }


def address(door: Door, things: dict[str, int]) -> str:
    sort = door.route.removeprefix("api/v1/").split("/")[0]
    assert sort in things, f"make one of the {sort} in this test's fixture"
    return "/" + door.route.replace("<str:key>", str(things[sort])).replace("<key>", str(things[sort]))


def status(door: Door, who: Standing, things: dict[str, int]) -> int:
    client = api_client(who) if door.api else page_client(who)
    response = client.generic(door.method, address(door, things), b"{}", content_type="application/json")
    return int(response.status_code)


def test_there_are_such_addresses() -> None:
    assert {door.route.removeprefix("api/v1/").split("/")[0] for door in BY_ID} >= {
        "jobs",
        "assignments",
        "reviews",
    }


def test_people_of_other_projects_find_nothing_by_id(cast: Cast, things: dict[str, int]) -> None:
    for door in BY_ID:
        assert status(door, cast.stranger, things) == 404, door


@pytest.mark.parametrize("role", ROLES)
def test_a_missing_right_is_refused_by_id(cast: Cast, things: dict[str, int], role: str) -> None:
    people = {
        "annotator": cast.writer,
        "reviewer": cast.reviewer,
        "adjudicator": cast.adjudicator,
        "admin": cast.lead,
    }
    for door in BY_ID:
        if role not in IN_PROJECT[door.action]:
            # 404 where the act does not even say that there is such a thing.
            assert status(door, people[role], things) in (403, 404), f"{door} for {role}"


def test_whoever_holds_it_may(cast: Cast, things: dict[str, int]) -> None:
    holders = {
        "assignments": cast.writer,
        "demonstrations": cast.second_writer,
        "reviews": cast.reviewer,
        "adjudications": cast.adjudicator,
        "jobs": cast.lead,
        "sources": cast.lead,
    }
    for door in BY_ID:
        if door.method == "GET":
            sort = door.route.removeprefix("api/v1/").split("/")[0]
            assert status(door, holders[sort], things) == 200, door


def test_the_work_of_another_writer_is_not_theirs(cast: Cast, things: dict[str, int]) -> None:
    held = Assignment.objects.get(pk=things["assignments"])
    for door in BY_ID:
        if door.route.startswith("api/v1/assignments/"):
            assert status(door, cast.second_writer, things) in (403, 404), door
    held.refresh_from_db()
    assert held.state == "active"
