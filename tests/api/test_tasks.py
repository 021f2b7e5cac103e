"""`tasks/` and `overlap/`: tasks one by one, in lists and in streams; all of them or none."""

from __future__ import annotations

from typing import Any

import pytest

from annotate import intake, overlapping
from annotate.models import Assignment, Task
from tests.annotate.importing_of import imported, lines, numbered
from tests.conftest import Cast, api_client
from tests.counting import statements
from workspace import running
from workspace.access import Standing
from workspace.models import Project

pytestmark = pytest.mark.django_db


def address(project: Project) -> str:
    return f"/api/v1/projects/{project.slug}/tasks/"


def add(who: Standing, body: Any, **headers: str) -> Any:
    return api_client(who).post(address(who.project), body, format="json", headers=headers)


def stream(who: Standing, content: bytes, **headers: str) -> Any:
    return api_client(who).generic(
        "POST", address(who.project), content, content_type="application/x-ndjson", headers=headers
    )


def claim(who: Standing) -> Any:
    return api_client(who).post(f"/api/v1/projects/{who.project.slug}/queue/claim/")


def test_one_task_is_added_and_can_be_claimed(cast: Cast) -> None:
    answer = add(
        cast.lead,
        {"prompt": "Why?", "context": "At sea.", "category": "Open QA", "language": "EN", "external_id": 7},
    )
    assert answer.status_code == 201
    task = answer.json()
    assert task["kind"] == "respond" and task["category"] == "open_qa" and task["language"] == "en"
    assert task["external_id"] == "7" and task["overlap"] == 1 and task["source"] is None
    assert claim(cast.writer).json()["task"]["id"] == task["id"]


def test_a_list_is_added_in_its_order(cast: Cast) -> None:
    answer = add(cast.lead, [{"prompt": "a"}, {"kind": "compose", "brief": "b"}])
    assert [task["kind"] for task in answer.json()["results"]] == ["respond", "compose"]


def test_one_bad_task_keeps_the_whole_list_out(cast: Cast) -> None:
    answer = add(cast.lead, [{"prompt": "a"}, {"prompt": ""}, "text", {"prompt": "c", "colour": 1}])
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"1.prompt", "2", "3.colour"}
    assert not Task.objects.filter(project=cast.project).exists()


def test_the_errors_of_one_task_name_its_fields_alone(cast: Cast) -> None:
    assert set(add(cast.lead, {"kind": "edit", "prompt": "x"}).json()["errors"]) == {"draft_response"}


@pytest.mark.parametrize("body", [[], [{"prompt": str(number)} for number in range(1001)], "x", None, 3])
def test_too_many_none_or_no_tasks_are_refused(cast: Cast, body: Any) -> None:
    assert add(cast.lead, body).status_code == 422


def test_duplicates_are_refused_by_index(cast: Cast) -> None:
    add(cast.lead, {"prompt": "a"})
    assert set(add(cast.lead, [{"prompt": "b"}, {"prompt": "a"}]).json()["errors"]) == {"1"}
    assert set(add(cast.lead, [{"prompt": "b"}, {"prompt": " b "}]).json()["errors"]) == {"1"}
    assert Task.objects.filter(project=cast.project).count() == 1


def test_the_same_key_adds_once(cast: Cast) -> None:
    key = {"Idempotency-Key": "once"}
    assert add(cast.lead, {"prompt": "a"}, **key).json() == add(cast.lead, {"prompt": "a"}, **key).json()
    assert Task.objects.filter(project=cast.project).count() == 1


def test_a_reserved_task_is_offered_to_its_members_alone(cast: Cast) -> None:
    assert cast.second_writer.member is not None
    member = str(cast.second_writer.member.pk)
    assert add(cast.lead, [{"prompt": "a", "reserved_for": [member]}]).status_code == 201
    assert claim(cast.writer).status_code == 204
    assert claim(cast.second_writer).status_code == 201


@pytest.mark.parametrize("members", ["1", [{}], ["x"], [True], [2**62], {"a": 1}])
def test_a_reservation_for_nobody_of_the_project_is_refused(cast: Cast, members: Any) -> None:
    answer = add(cast.lead, [{"prompt": "a"}, {"prompt": "b", "reserved_for": members}])
    assert answer.status_code == 422 and set(answer.json()["errors"]) == {"1.reserved_for"}
    assert not Task.objects.filter(project=cast.project).exists()


def test_a_stream_is_added_whole(cast: Cast) -> None:
    answer = stream(cast.lead, numbered(6001, category="a"))
    assert answer.status_code == 201 and answer.json() == {"added": 6001}
    tasks = Task.objects.filter(project=cast.project, source=None)
    assert tasks.count() == 6001 and tasks.filter(slots__state="open").count() == 6001
    assert claim(cast.writer).status_code == 201


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (numbered(2) + lines({"prompt": 3}), "3.prompt"),
        (numbered(2) + b"{", "3"),
        (numbered(2) + lines({"prompt": "x", "colour": "red"}), "3"),
        (numbered(2) + lines({"prompt": "x", "reserved_for": [1]}), "3"),
        (numbered(2) + numbered(1), "3"),
        (b"", "body"),
        (b"PK\x03\x04", "body"),
    ],
)
def test_a_bad_line_keeps_the_whole_stream_out(cast: Cast, content: bytes, place: str) -> None:
    answer = stream(cast.lead, content)
    assert answer.status_code == 422 and set(answer.json()["errors"]) == {place}
    assert not Task.objects.filter(project=cast.project).exists()


def test_a_stream_sent_twice_is_refused_as_duplicates(cast: Cast) -> None:
    assert stream(cast.lead, numbered(2)).status_code == 201
    assert set(stream(cast.lead, numbered(3)).json()["errors"]) == {"1", "2"}
    assert stream(cast.lead, numbered(9), **{"Idempotency-Key": "k"}).status_code == 422
    assert Task.objects.filter(project=cast.project).count() == 2


def test_a_stream_too_long_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "STREAM", intake.Limits(max_rows=5))
    assert "limit for one source" in stream(cast.lead, numbered(6)).json()["errors"]["body"][0]


@pytest.mark.parametrize("name", ["writer", "reviewer", "adjudicator"])
def test_only_leads_add_and_list(cast: Cast, name: str) -> None:
    who = getattr(cast, name)
    assert add(who, {"prompt": "a"}).status_code == 403
    assert stream(who, numbered(1)).status_code == 403
    assert api_client(who).get(address(who.project)).status_code == 403


def test_another_project_is_not_there(cast: Cast) -> None:
    assert api_client(cast.stranger).get(address(cast.project)).status_code == 404


@pytest.mark.parametrize(
    ("filters", "prompts"),
    [
        ({}, ["c", "b", "a", "Question 0?"]),
        ({"category": "x"}, ["c", "a"]),
        ({"language": "de"}, ["b"]),
        ({"external_id": "id-1"}, ["a"]),
        ({"kind": "compose"}, []),
        ({"state": "open", "category": "y"}, ["b"]),
        ({"source": "SOURCE"}, ["Question 0?"]),
    ],
)
def test_the_list_takes_filters(cast: Cast, filters: dict[str, str], prompts: list[str]) -> None:
    source = imported(cast.lead, numbered(1))
    add(
        cast.lead,
        [
            {"prompt": "a", "category": "x", "external_id": "id-1"},
            {"prompt": "b", "category": "y", "language": "de"},
            {"prompt": "c", "category": "x", "reference": "not shown"},
        ],
    )
    asked = {name: str(source.pk) if value == "SOURCE" else value for name, value in filters.items()}
    answer = api_client(cast.lead).get(address(cast.project), asked)
    assert [task["prompt"] for task in answer.json()["results"]] == prompts
    assert "not shown" not in answer.content.decode()


@pytest.mark.parametrize("filters", [{"state": "x"}, {"kind": "x"}, {"source": "x"}])
def test_an_impossible_filter_is_refused(cast: Cast, filters: dict[str, str]) -> None:
    assert api_client(cast.lead).get(address(cast.project), filters).status_code == 422


def test_the_list_has_pages_and_costs_the_same_however_long(cast: Cast) -> None:
    add(cast.lead, [{"prompt": str(number)} for number in range(5)])
    client = api_client(cast.lead)
    with statements() as one:
        first = client.get(address(cast.project), {"limit": 1}).json()
    with statements() as many:
        client.get(address(cast.project), {"limit": 5})
    assert len(one) == len(many) <= 2
    second = client.get(first["next"]).json()
    assert [task["prompt"] for task in first["results"] + second["results"]] == ["4", "3"]


def test_the_overlap_is_previewed_and_changed(cast: Cast) -> None:
    add(cast.lead, [{"prompt": str(number)} for number in range(4)])
    claim(cast.writer)
    client, where = api_client(cast.lead), f"/api/v1/projects/{cast.project.slug}/overlap/"
    effect = client.get(where, {"overlap": 3, "overlap_share": 1}).json()
    assert effect == {"gaining": 3, "losing": 0, "places_added": 6, "places_removed": 0, "begun": 1}
    answer = client.post(where, {"overlap": 3, "overlap_share": 1}, format="json")
    assert answer.status_code == 202 and answer.json()["kind"] == "change_overlap"
    running.run(int(answer.json()["id"]), overlapping.redraw)
    begun = Assignment.objects.get().task_id
    assert set(Task.objects.exclude(pk=begun).values_list("overlap", flat=True)) == {3}
    cast.project.refresh_from_db()
    assert (cast.project.overlap, cast.project.overlap_share) == (3, 1.0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"overlap": 2},
        {"overlap": "2", "overlap_share": 1},
        {"overlap": 2, "overlap_share": "1"},
        {"overlap": 99, "overlap_share": 1},
    ],
)
def test_a_wrong_overlap_is_refused(cast: Cast, body: dict[str, Any]) -> None:
    where = f"/api/v1/projects/{cast.project.slug}/overlap/"
    client = api_client(cast.lead)
    assert client.post(where, body, format="json").status_code == 422
    assert client.get(where, {"overlap": "x", "overlap_share": "nan"}).status_code == 422
    assert client.get(where, {"overlap": 2, "overlap_share": "nan"}).status_code == 422


def test_a_body_that_is_not_json_is_refused(cast: Cast) -> None:
    client = api_client(cast.lead)
    answer = client.generic("POST", address(cast.project), b"{", content_type="application/json")
    assert answer.status_code == 400
    answer = client.generic("POST", address(cast.project), b"a=b", content_type="text/csv")
    assert answer.status_code == 415
    assert answer.json()["title"]
