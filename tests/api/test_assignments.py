"""`assignments/ID/…`: the working text, handing in, giving back; whose it is; what each call costs."""

from __future__ import annotations

import pytest

from annotate.models import Assignment, Demonstration, Draft, Revision, Slot
from tests.conftest import api_client
from tests.counting import statements
from tests.factories import TEXT, a_member, a_submitted_demonstration, a_task, an_assignment

SAID = [{"role": "assistant", "content": TEXT}]


@pytest.fixture
def held(cast):
    a_task(cast.project)
    return an_assignment(cast.writer)


def call(who, assignment, action, body=None, method="post"):
    url = f"/api/v1/assignments/{assignment.pk}/{action}"
    return getattr(api_client(who), method)(url, body, format="json")


def save(who, assignment, text=TEXT, version=0):
    messages = [{"role": "assistant", "content": text}]
    return call(who, assignment, "draft/", {"messages": messages, "version": version}, "put")


def test_the_draft_is_saved_over_its_version(cast, held):
    first = save(cast.writer, held)
    assert first.status_code == 200
    assert first.json()["version"] == 1 and first.json()["messages"][-1]["content"] == TEXT
    assert save(cast.writer, held, "Better.", 1).json()["version"] == 2
    shown = call(cast.writer, held, "", method="get").json()
    assert shown["draft"]["version"] == 2 and shown["draft"]["messages"][-1]["content"] == "Better."


def test_a_stale_save_is_refused_with_the_current_text(cast, held):
    save(cast.writer, held, "First.")
    save(cast.writer, held, "Second.", 1)
    stale = save(cast.writer, held, "Third.", 1)
    assert stale.status_code == 409 and stale.json()["type"].endswith("stale")
    assert stale.json()["draft"]["version"] == 2
    assert stale.json()["draft"]["messages"][-1]["content"] == "Second."


def test_the_same_text_sent_twice_gives_the_same_answer(cast, held):
    assert save(cast.writer, held).json() == save(cast.writer, held).json()
    assert Demonstration.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "messages"),
        ({"messages": SAID}, "version"),
        ({"messages": SAID, "version": "1"}, "version"),
        ({"messages": SAID, "version": -1}, "version"),
        ({"messages": SAID, "version": 2**70}, "version"),
        ({"messages": "text", "version": 0}, "messages"),
        ({"messages": [{"role": "tool", "content": ""}], "version": 0}, "messages"),
        ({"messages": SAID, "version": 0, "category": 7}, "category"),
        ({"messages": SAID, "version": 0, "other": 7}, "other"),
    ],
)
def test_a_malformed_draft_is_refused_by_field(cast, held, body, field):
    answer = call(cast.writer, held, "draft/", body, "put")
    assert answer.status_code == 422 and field in answer.json()["errors"]
    assert not Draft.objects.exists()


def test_characters_that_are_no_text_are_refused_in_words(cast, held):
    answer = save(cast.writer, held, "a\x00b")
    assert answer.status_code == 422 and "U+0000" in answer.json()["detail"]
    assert not Draft.objects.exists()


def test_submitting_answers_the_demonstration(cast, held):
    answer = call(cast.writer, held, "submit/", {"messages": SAID})
    assert answer.status_code == 200
    written = answer.json()
    assert (written["state"], written["revision"], written["guideline_version"]) == ("submitted", 1, 1)
    assert written["messages"][-1]["content"] == TEXT
    assert written["annotator"] == {"id": str(cast.writer.member.pk), "name": "writer"}
    assert written["task"]["id"] == str(held.task_id)
    held.refresh_from_db()
    assert held.state == "submitted" and held.slot.state == "filled"


def test_submitting_twice_is_harmless(cast, held):
    first = call(cast.writer, held, "submit/", {"messages": SAID, "version": 0})
    again = call(cast.writer, held, "submit/", {"messages": SAID, "version": 0})
    without_text = call(cast.writer, held, "submit/", {"version": 1})
    assert [answer.status_code for answer in (first, again, without_text)] == [200, 200, 200]
    assert first.json() == again.json() == without_text.json()
    assert Revision.objects.count() == 1


def test_the_saved_draft_is_submitted_where_no_text_is_sent(cast, held):
    assert call(cast.writer, held, "submit/", {}).status_code == 422
    save(cast.writer, held)
    assert call(cast.writer, held, "submit/", {"version": 7}).status_code == 409
    assert call(cast.writer, held, "submit/", {"version": 1}).json()["state"] == "submitted"


def test_findings_that_block_are_answered_and_the_text_is_saved(cast, held):
    fence = "Here is how to do it in ten words and then some more:\n```python\nx = 1\n"
    answer = call(cast.writer, held, "submit/", {"messages": [{"role": "assistant", "content": fence}]})
    assert answer.status_code == 422
    assert answer.json()["findings"][0]["check"] == "fences"
    assert Draft.objects.get().messages[-1]["content"] == fence
    assert Demonstration.objects.get().state == "draft"

    found = call(cast.writer, held, "findings/", method="get").json()
    assert found["version"] == 1 and found["findings"][0]["check"] == "fences"


def test_the_category_can_be_chosen_at_submission(cast, held):
    save(cast.writer, held)
    answer = call(cast.writer, held, "submit/", {"version": 1, "category": "reasoning"})
    assert answer.json()["category"] == "reasoning"


def test_a_skipped_task_needs_a_reason_and_is_gone(cast, held):
    assert call(cast.writer, held, "skip/", {}).status_code == 422
    assert call(cast.writer, held, "skip/", {"reason": "other"}).json()["errors"].keys() == {"words"}
    skipped = call(cast.writer, held, "skip/", {"reason": "unclear"})
    assert (skipped.status_code, skipped.json()["state"]) == (200, "skipped")
    assert call(cast.writer, held, "skip/", {"reason": "unclear"}).status_code == 200
    assert Slot.objects.get().state == "open"


def test_a_released_task_is_open_again(cast, held):
    released = call(cast.writer, held, "release/")
    assert (released.status_code, released.json()["state"]) == (200, "released")
    assert Slot.objects.get().state == "open"


def test_the_lease_is_renewed(cast, held):
    before = held.lease_until
    answer = call(cast.writer, held, "renew/")
    held.refresh_from_db()
    assert answer.status_code == 200 and held.lease_until > before


def test_what_was_handed_in_is_said_to_be_so(cast, held):
    call(cast.writer, held, "submit/", {"messages": SAID})
    for action in ("renew/", "release/"):
        answer = call(cast.writer, held, action)
        assert answer.status_code == 409 and "submitted already" in answer.json()["detail"]


def test_a_save_after_the_place_has_passed_on_keeps_the_text(cast, held):
    call(cast.writer, held, "release/")
    an_assignment(cast.second_writer)
    answer = save(cast.writer, held)
    assert answer.status_code == 409 and answer.json()["type"].endswith("moved")
    assert Draft.objects.get(assignment=held).messages[-1]["content"] == TEXT


def test_text_saved_after_the_place_had_gone_can_be_submitted_once_it_is_free_again(cast, held):
    call(cast.writer, held, "release/")
    theirs = an_assignment(cast.second_writer)
    assert save(cast.writer, held).status_code == 409
    call(cast.second_writer, theirs, "release/")
    answer = call(cast.writer, held, "submit/", {"version": 1})
    assert answer.status_code == 200 and answer.json()["state"] == "submitted"


@pytest.mark.parametrize(
    ("action", "method"),
    [
        ("", "get"),
        ("draft/", "put"),
        ("renew/", "post"),
        ("submit/", "post"),
        ("skip/", "post"),
        ("release/", "post"),
        ("findings/", "get"),
    ],
)
def test_an_assignment_is_its_own_member_s_alone(cast, held, action, method):
    colleague = a_member(cast.project, "annotator", "reviewer", "admin")
    refused = call(colleague, held, action, {} if method != "get" else None, method)
    assert refused.status_code == 403 and "another member" in refused.json()["detail"]
    assert call(cast.reviewer, held, action, {} if method != "get" else None, method).status_code == 403
    assert call(cast.stranger, held, action, {} if method != "get" else None, method).status_code == 404
    assert Assignment.objects.get().state == "active" and not Draft.objects.exists()


@pytest.fixture
def somebody_submitted_before(cast):
    """So that the lane of the review queue is there, as it is for all but the first."""
    a_task(cast.project)
    a_submitted_demonstration(cast.second_writer)


def test_what_the_calls_of_the_desk_cost(cast, somebody_submitted_before, held):
    with statements() as executed:
        assert save(cast.writer, held, "First text.").status_code == 200
    assert len(executed) == 6  # the first save begins the demonstration too
    with statements() as executed:
        assert save(cast.writer, held, "Second text.", 1).status_code == 200
    assert len(executed) == 4
    with statements() as executed:
        assert call(cast.writer, held, "submit/", {"messages": SAID, "version": 2}).status_code == 200
    assert len(executed) == 12


def test_a_submission_without_a_draft_costs_as_much(cast, somebody_submitted_before, held):
    with statements() as executed:
        assert call(cast.writer, held, "submit/", {"messages": SAID}).status_code == 200
    assert len(executed) == 12
