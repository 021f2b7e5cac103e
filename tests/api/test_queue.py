"""`queue/claim/`: who gets what, in which words it says that nothing is left, and what it costs."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from annotate.models import Assignment
from tests.conftest import api_client, page_client
from tests.counting import statements
from tests.factories import TEXT, a_member, a_submitted_demonstration, a_task, an_assignment, decided
from workspace import projects


def claim(who, project=None, **headers):
    slug = (project or who.project).slug
    return api_client(who).post(f"/api/v1/projects/{slug}/queue/claim/", **headers)


def test_a_claim_answers_the_contract_s_assignment(cast):
    task = a_task(cast.project, context="At sea level.", external_id="T-1", metadata={"batch": 7})

    answer = claim(cast.writer)

    assert answer.status_code == 201
    assignment = answer.json()
    assert assignment["state"] == "active" and assignment["guideline_version"] == 1
    assert assignment["lease_until"].endswith("Z")
    assert assignment["draft"] == {"messages": [], "category": "open_qa", "version": 0, "saved": None}
    assert assignment["task"] == {
        "id": str(task.pk),
        "kind": "respond",
        "prompt": task.prompt,
        "context": "At sea level.",
        "brief": "",
        "messages": None,
        "draft_response": "",
        "category": "open_qa",
        "language": "en",
        "external_id": "T-1",
        "metadata": {"batch": 7},
    }


def test_the_task_already_held_is_answered_with_200(cast):
    a_task(cast.project)
    a_task(cast.project)
    first = claim(cast.writer)
    again = claim(cast.writer)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_repeat_under_the_same_key_gives_the_same_answer(cast):
    a_task(cast.project)
    first = claim(cast.writer, headers={"Idempotency-Key": "one"})
    again = claim(cast.writer, headers={"Idempotency-Key": "one"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


def test_returned_work_comes_before_anything_new(cast):
    written = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "request_changes")
    decided(cast.second_reviewer, "request_changes")
    a_task(cast.project)

    answer = claim(cast.writer)

    assert answer.status_code == 200
    assert answer.json()["demonstration"] == str(written.pk)
    assert answer.json()["round"] == 2
    assert answer.json()["draft"]["messages"][-1]["content"] == TEXT


def test_nothing_to_do_says_which_limit_left_nothing(cast):
    answer = claim(cast.writer)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Scriptorium-Reason"] == "No tasks have been added to this project yet."

    a_task(cast.project, language="de")
    english = a_member(cast.project, "annotator", languages=["en"])
    assert "in other languages than yours (en): de." in claim(english)["Scriptorium-Reason"]


def test_a_pause_answers_the_reason_as_it_was_typed(cast):
    a_task(cast.project)
    projects.pause(cast.lead, kind="project", target="", reason="Pause bis März", now=timezone.now())
    answer = claim(cast.writer)
    assert answer.status_code == 204
    assert answer["Scriptorium-Reason"] == "Pause bis M%C3%A4rz"


def test_an_unread_guideline_version_must_be_acknowledged_first(cast):
    a_task(cast.project)
    newcomer = a_member(cast.project, "annotator", reads=False)
    answer = claim(newcomer)
    assert answer.status_code == 409
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"].endswith("acknowledge-guideline")

    slug = cast.project.slug
    read = api_client(newcomer).post(f"/api/v1/projects/{slug}/guideline-versions/1/acknowledge/")
    assert read.status_code == 200
    assert claim(newcomer).status_code == 201


def test_only_annotators_claim_and_strangers_see_no_project(cast):
    a_task(cast.project)
    for standing in (cast.reviewer, cast.adjudicator, cast.lead):
        refused = claim(standing)
        assert refused.status_code == 403 and "Only annotators" in refused.json()["detail"]
    assert claim(cast.stranger, cast.project).status_code == 404
    assert Assignment.objects.count() == 0


def test_an_expired_place_passes_to_the_next_writer(cast):
    a_task(cast.project)
    lost = an_assignment(cast.writer)
    late = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=lost.pk).update(lease_until=late)
    lost.slot.lease_until = late
    lost.slot.save()

    answer = claim(cast.second_writer)

    assert answer.status_code == 201
    lost.refresh_from_db()
    assert lost.state == "expired"


def test_a_claim_costs_five_statements_however_many_tasks(cast):
    browser = page_client(cast.writer)
    url = f"/api/v1/projects/{cast.project.slug}/queue/claim/"
    for tasks in (2, 30):
        for _ in range(tasks):
            a_task(cast.project)
        browser.post(url, content_type="application/json")  # the session is in the cache from now on
        Assignment.objects.filter(member=cast.writer.member).update(state="skipped")
        with statements() as executed:
            assert browser.post(url, content_type="application/json").status_code == 201
        assert len(executed) == 5
        Assignment.objects.filter(member=cast.writer.member).update(state="skipped")
