"""The writer's desk as plain forms: what waits, writing without a script, and nothing typed is ever lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from annotate.models import Acknowledgement, Assignment, Demonstration, Draft, Slot
from tests.conftest import page_client
from tests.factories import TEXT, a_submitted_demonstration, a_task, an_assignment, decided
from workspace.models import Pause
from workspace.projects import pause


def url(who, name, key=None):
    arguments = {"slug": who.project.slug} | ({"key": key} if key else {})
    return reverse(name, kwargs=arguments)


def fields(text=TEXT, version=0, **more):
    return {"role": ["assistant"], "content": [text], "version": version, "category": "open_qa", **more}


@pytest.fixture
def held(cast):
    a_task(cast.project)
    return an_assignment(cast.writer)


def post(who, assignment, name, data):
    return page_client(who).post(url(who, name, assignment.pk), data)


# --- What waits ---------------------------------------------------------------------------------------------------


def test_without_a_task_the_next_one_can_be_started(cast):
    a_task(cast.project)
    client = page_client(cast.writer)
    page = client.get(url(cast.writer, "write"))
    assert page.status_code == 200 and "Start next task" in page.text
    answer = client.post(url(cast.writer, "claim-task"))
    assignment = Assignment.objects.get()
    assert answer.status_code == 302 and answer["Location"] == url(cast.writer, "desk", assignment.pk)
    assert "Submit for review" in client.get(url(cast.writer, "write")).text


def test_an_empty_queue_says_which_limit_left_nothing(cast):
    page = page_client(cast.writer).post(url(cast.writer, "claim-task"))
    assert page.status_code == 200
    assert "No tasks have been added to this project yet." in page.text and "Look again" in page.text


def test_a_pause_is_shown_with_its_reason_as_it_was_typed(cast):
    a_task(cast.project)
    reason = "We move <house> until Monday."
    pause(cast.lead, kind="project", target="", reason=reason, now=timezone.now())
    page = page_client(cast.writer).get(url(cast.writer, "write"))
    assert "We move &lt;house&gt; until Monday." in page.text
    assert Pause.objects.count() == 1


def test_an_unread_guideline_version_is_met_before_the_task(cast):
    a_task(cast.project)
    Acknowledgement.objects.filter(member=cast.writer.member).delete()
    client = page_client(cast.writer)
    link = f'href="/p/{cast.project.slug}/guidelines/1/?next=/p/{cast.project.slug}/write/"'
    assert link in client.get(url(cast.writer, "write")).text
    refused = client.post(url(cast.writer, "claim-task"))
    assert refused.status_code == 409 and link in refused.text
    assert not Assignment.objects.exists()


def test_returned_work_comes_first(cast):
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "request_changes", comment="Say why the air matters.")
    decided(cast.second_reviewer, "request_changes", comment="Too short.")
    a_task(cast.project)
    page = page_client(cast.writer).get(url(cast.writer, "write"))
    assert "round 2" in page.text and "Say why the air matters." in page.text and TEXT in page.text


def test_only_annotators_write_and_only_at_their_own_desk(cast, held):
    assert page_client(cast.reviewer).get(url(cast.writer, "write")).status_code == 403
    assert page_client(cast.stranger).get(url(cast.writer, "write")).status_code == 404
    assert page_client(cast.second_writer).get(url(cast.writer, "desk", held.pk)).status_code == 403
    for name in ("desk-save", "desk-draft", "desk-submit", "desk-skip", "desk-checks", "desk-take-back"):
        assert post(cast.second_writer, held, name, fields()).status_code == 403
    assert not Draft.objects.exists()


# --- The task kinds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "labels"),
    [
        ("respond", {}, ["Response"]),
        ("edit", {"draft_response": "A draft."}, ["Response"]),
        ("compose", {"brief": "Ask about boiling water."}, ["Prompt", "Response"]),
        ("converse", {"messages": [{"role": "user", "content": "Why?"}]}, ["Response"]),
        (
            "converse",
            {"messages": [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": "So."}]},
            ["Turn 3, user", "Response"],
        ),
    ],
)
def test_each_kind_asks_for_what_it_needs(cast, kind, values, labels):
    a_task(cast.project, kind=kind, **values)
    assignment = an_assignment(cast.writer)
    page = page_client(cast.writer).get(url(cast.writer, "desk", assignment.pk))
    assert [turn.label for turn in page.context["turns"]] == labels
    for turn in page.context["turns"]:
        assert f'<label for="message-{turn.index}" data-label>{turn.label}</label>' in page.text


def test_context_and_source_are_shown_and_the_sources_answer_never(cast):
    a_task(cast.project, context="The kettle stands at 3,000 m.", reference="Never shown.")
    assignment = an_assignment(cast.writer)
    page = page_client(cast.writer).get(url(cast.writer, "desk", assignment.pk))
    assert "The kettle stands at 3,000 m." in page.text and "Never shown." not in page.text


def test_an_edited_draft_is_compared_with_what_was_given(cast):
    a_task(cast.project, kind="edit", draft_response="Water boils at a higher heat there.")
    assignment = an_assignment(cast.writer)
    client = page_client(cast.writer)
    assert (
        "You have changed nothing in the draft yet"
        in client.get(url(cast.writer, "desk", assignment.pk)).text
    )
    typed = fields("Water boils at a <b>lower</b> heat there.")
    region = client.post(
        url(cast.writer, "desk-changes", assignment.pk), typed, headers={"HX-Request": "true"}
    )
    assert "<del>higher</del><ins>&lt;b&gt;lower&lt;/b&gt;</ins>" in region.text


# --- Saving, submitting, skipping ---------------------------------------------------------------------------------


def test_a_draft_is_saved_by_a_plain_form_with_its_line_ends_as_typed(cast, held):
    answer = post(cast.writer, held, "desk-save", fields("One.\r\nTwo."))
    assert answer.status_code == 302
    draft = Draft.objects.get()
    assert draft.messages[-1] == {"role": "assistant", "content": "One.\nTwo."} and draft.version == 1
    page = page_client(cast.writer).get(answer["Location"])
    assert "One.\nTwo.</textarea>" in page.text and 'name="version" value="1"' in page.text


def test_a_stale_save_shows_both_texts_and_lets_the_writer_choose(cast, held):
    post(cast.writer, held, "desk-save", fields("Written in the other tab."))
    page = post(cast.writer, held, "desk-save", fields("Written here.", version=0))
    assert page.status_code == 409
    assert "Written in the other tab.</pre>" in page.text and "Written here.</textarea>" in page.text
    assert 'name="version" value="1"' in page.text
    kept = post(cast.writer, held, "desk-save", fields("Written here.", version=1))
    assert kept.status_code == 302 and Draft.objects.get().messages[-1]["content"] == "Written here."


def test_submission_offers_the_next_task(cast, held):
    client = page_client(cast.writer)
    answer = client.post(url(cast.writer, "desk-submit", held.pk), fields())
    assert answer["Location"] == url(cast.writer, "write")
    page = client.get(answer["Location"])
    assert "Submitted for review." in page.text and "Start next task" in page.text
    assert "1 text today" in page.text
    assert Demonstration.objects.get().state == "submitted"


def test_what_blocks_a_submission_is_said_and_the_text_is_saved(cast, held):
    typed = fields("Ten words stand here so that only the fence is wrong:\n```python\nx = 1")
    page = post(cast.writer, held, "desk-submit", typed)
    assert page.status_code == 422
    assert "One thing keeps this from being submitted. Your text is saved." in page.text
    assert 'href="#message-1"' in page.text and "x = 1</textarea>" in page.text
    assert 'name="version" value="1"' in page.text and Draft.objects.get().version == 1


def test_a_text_that_cannot_be_kept_comes_back_as_it_was_typed(cast, held):
    page = post(cast.writer, held, "desk-save", fields("half\x00text"))
    assert page.status_code == 422 and "no text" in page.text and "half" in page.text
    assert not Draft.objects.exists()


def test_a_submission_that_lost_its_place_keeps_the_text(cast, held):
    post(cast.writer, held, "desk-save", fields("First words."))
    Assignment.objects.filter(pk=held.pk).update(state="expired")
    Slot.objects.filter(pk=held.slot_id).update(holder=cast.second_writer.member)
    page = post(cast.writer, held, "desk-submit", fields("First words, and more.", version=1))
    assert page.status_code == 409 and "First words, and more." in page.text and "Take it back" in page.text
    assert Draft.objects.get().messages[-1]["content"] == "First words, and more."
    refused = post(cast.writer, held, "desk-take-back", {})
    assert refused.status_code == 409 and "passed on" in refused.text
    Slot.objects.filter(pk=held.slot_id).update(state="open", holder=None, lease_until=None)
    assert post(cast.writer, held, "desk-take-back", {}).status_code == 302
    held.refresh_from_db()
    assert held.state == "active"


def test_a_skip_needs_its_reason_and_keeps_the_text(cast, held):
    page = post(cast.writer, held, "desk-skip", fields("Half a text.", reason="other"))
    assert page.status_code == 422 and "Write a few words for another reason." in page.text
    assert "Half a text.</textarea>" in page.text and "data-opens-itself" in page.text
    page = post(cast.writer, held, "desk-skip", fields("Half a text."))
    assert page.status_code == 422 and "Half a text.</textarea>" in page.text
    answer = post(cast.writer, held, "desk-skip", fields("Half a text.", version=1, reason="expertise"))
    assert answer["Location"] == url(cast.writer, "write")
    held.refresh_from_db()
    assert (held.state, held.skip_reason) == ("skipped", "expertise")
    assert Draft.objects.get().messages[-1]["content"] == "Half a text."
    assert "Half a text." in page_client(cast.writer).get(url(cast.writer, "desk", held.pk)).text


def test_turns_are_added_moved_and_removed_without_a_script(cast):
    a_task(cast.project, kind="converse", messages=[{"role": "user", "content": "Why?"}])
    assignment = an_assignment(cast.writer)

    def press(change, *written, version):
        data = {"role": [role for role, _ in written], "content": [text for _, text in written]}
        answer = post(cast.writer, assignment, "desk-save", data | {"version": version, "change": change})
        assert answer.status_code == 302
        return [(one["role"], one["content"]) for one in Draft.objects.get().messages[1:]]

    one = press("add-user", ("assistant", "So."), version=0)
    assert one == [("assistant", "So."), ("user", "")]
    two = press("add-assistant", ("assistant", "So."), ("user", "And?"), version=1)
    assert two == [("assistant", "So."), ("user", "And?"), ("assistant", "")]
    three = press("up-1", *two, version=2)
    assert three == [("user", "And?"), ("assistant", "So."), ("assistant", "")]
    assert press("remove-2", *three, version=3) == three[:2]
    assert press("remove-7", *three[:2], version=4) == three[:2]


def test_the_preview_needs_no_script_and_keeps_what_is_typed(cast, held):
    page = post(cast.writer, held, "desk-preview", fields("A **bold** word."))
    assert page.status_code == 200
    assert "<strong>bold</strong>" in page.text and "A **bold** word.</textarea>" in page.text
    assert not Draft.objects.exists()


def test_a_renewed_lease_is_longer(cast, held):
    Assignment.objects.update(lease_until=timezone.now() + timedelta(minutes=3))
    assert post(cast.writer, held, "desk-renew", {}).status_code == 302
    held.refresh_from_db()
    assert held.lease_until > timezone.now() + timedelta(hours=1)
