"""My work: what came back, what was kept, what was said and where; and taking it back or out."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from annotate import drafting, submitting
from annotate.models import Assignment, Demonstration, Slot
from review import deciding
from tests.conftest import page_client
from tests.counting import statements
from tests.factories import (
    TEXT,
    a_member,
    a_project,
    a_review,
    a_submitted_demonstration,
    a_task,
    an_assignment,
    decided,
    full_scores,
)


def url(who, name, key=None):
    arguments = {"slug": who.project.slug} | ({"key": key} if key else {})
    return reverse(name, kwargs=arguments)


def get(who, name, key=None, query=""):
    return page_client(who).get(url(who, name, key) + query)


@pytest.fixture
def returned(cast):
    """A demonstration that came back, with a comment at the word `lower`."""
    demonstration = a_submitted_demonstration(cast.writer)
    start = TEXT.index("lower")
    for reviewer in (cast.reviewer, cast.second_reviewer):
        review = a_review(reviewer)
        remark = deciding.SpanComment(1, start, start + 5, "Lower than <i>what</i>?")
        deciding.decide(
            review,
            deciding.Judgement(
                "request_changes", full_scores(review), comment="Nearly there.", comments=[remark]
            ),
            by=reviewer.user,
            now=timezone.now(),
        )
    demonstration.refresh_from_db()
    return demonstration


def resubmit(demonstration, who, text):
    assignment = Assignment.objects.get(demonstration=demonstration)
    said = [{"role": "assistant", "content": text}]
    return submitting.submit(assignment, messages=said, by=who.user, now=timezone.now())


def expired(assignment, who, text="Half a text."):
    said = [{"role": "assistant", "content": text}]
    drafting.save_draft(assignment, messages=said, version=0, by=who.user, now=timezone.now())
    Assignment.objects.filter(pk=assignment.pk).update(state="expired")
    Slot.objects.filter(pk=assignment.slot_id).update(state="open", holder=None, lease_until=None)


def test_what_came_back_stands_first(cast, returned):
    a_task(cast.project)
    an_assignment_of_new_work = page_client(cast.writer).post(url(cast.writer, "claim-task"))
    assert an_assignment_of_new_work.status_code == 302
    page = get(cast.writer, "work")
    assert [hand.round for hand in page.context["hands"]] == [2]
    assert "Returned, round 2" in page.text
    assert url(cast.writer, "desk", returned.assignment_id) in page.text


def test_the_address_holds_the_filter(cast):
    a_submitted_demonstration(cast.writer)
    page = get(cast.writer, "work", query="?state=submitted")
    assert len(page.context["page"].rows) == 1
    page = get(cast.writer, "work", query="?state=approved")
    assert page.context["page"].rows == [] and "None of your work is in this state." in page.text
    assert get(cast.writer, "work", query="?state=nonsense").context["state"] == ""


def test_only_ones_own_work_is_there(cast, returned):
    other = a_submitted_demonstration(cast.second_writer)
    page = get(cast.writer, "work")
    assert [row.pk for row in page.context["page"].rows] == [returned.pk]
    assert get(cast.writer, "my-demonstration", other.pk).status_code == 403
    assert get(cast.stranger, "my-demonstration", other.pk).status_code == 404
    assert page_client(cast.lead).get(url(cast.writer, "work")).status_code == 403


def test_reviewers_words_stand_at_their_spans_and_name_nobody(cast, returned):
    page = get(cast.writer, "my-demonstration", returned.pk)
    assert '<mark>lower</mark><sup class="remark-number">1,2</sup>' in page.text
    assert "Lower than &lt;i&gt;what&lt;/i&gt;?" in page.text and "Nearly there." in page.text
    for reviewer in (cast.reviewer, cast.second_reviewer):
        assert reviewer.user.name not in page.text.replace("Reviewer", "")
        assert reviewer.user.email not in page.text


def test_revisions_are_compared_word_by_word(cast, returned):
    resubmit(returned, cast.writer, TEXT.replace("a lower temperature", "a <b>much</b> lower temperature"))
    page = get(cast.writer, "my-demonstration", returned.pk)
    assert "Changes since revision 1" in page.text
    assert "<ins>&lt;b&gt;much&lt;/b&gt; </ins>" in page.text


def test_undecided_reviews_are_not_told(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "request_changes", comment="Said, but not settled.")
    assert "Said, but not settled." not in get(cast.writer, "my-demonstration", demonstration.pk).text


def test_a_submission_is_taken_back_until_a_reviewer_begins(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    page = get(cast.writer, "my-demonstration", demonstration.pk)
    assert url(cast.writer, "recall-mine", demonstration.pk) in page.text
    answer = page_client(cast.writer).post(url(cast.writer, "recall-mine", demonstration.pk))
    assert answer["Location"] == url(cast.writer, "desk", demonstration.assignment_id)
    demonstration.refresh_from_db()
    assert demonstration.state == "draft"


def test_afterwards_the_page_says_that_a_reviewer_has_it(cast):
    demonstration = a_submitted_demonstration(cast.writer)
    a_review(cast.reviewer)
    page = get(cast.writer, "my-demonstration", demonstration.pk)
    assert (
        "A reviewer has it." in page.text
        and url(cast.writer, "recall-mine", demonstration.pk) not in page.text
    )
    refused = page_client(cast.writer).post(url(cast.writer, "recall-mine", demonstration.pk))
    assert refused.status_code == 409 and "A reviewer has this now" in refused.text


def test_a_demonstration_is_withdrawn_after_a_question(cast, returned):
    page = get(cast.writer, "my-demonstration", returned.pk)
    assert "Withdraw this demonstration?" in page.text
    answer = page_client(cast.writer).post(url(cast.writer, "withdraw-mine", returned.pk))
    assert answer["Location"] == url(cast.writer, "my-demonstration", returned.pk)
    assert Demonstration.objects.get().state == "withdrawn"
    assert (
        page_client(cast.second_writer).post(url(cast.writer, "withdraw-mine", returned.pk)).status_code
        == 403
    )


def test_text_whose_time_ran_out_is_kept_and_the_task_taken_back(cast):
    a_task(cast.project)
    assignment = an_assignment(cast.writer)
    expired(assignment, cast.writer)
    for query in ("", "?state=kept"):
        page = get(cast.writer, "work", query=query)
        assert url(cast.writer, "desk-take-back", assignment.pk) in page.text
    assert "Half a text.</pre>" in get(cast.writer, "desk", assignment.pk).text
    answer = page_client(cast.writer).post(url(cast.writer, "desk-take-back", assignment.pk))
    assert answer["Location"] == url(cast.writer, "desk", assignment.pk)
    assert "Half a text.</textarea>" in page_client(cast.writer).get(answer["Location"]).text


def test_pages_of_a_long_list_follow_one_another(cast):
    for _ in range(53):
        a_submitted_demonstration(cast.writer)
    first = get(cast.writer, "work", query="?state=submitted")
    assert len(first.context["page"].rows) == 50
    second = get(cast.writer, "work", query=first.context["page"].older)
    assert len(second.context["page"].rows) == 3
    keys = [row.pk for page in (first, second) for row in page.context["page"].rows]
    assert keys == sorted(set(keys), reverse=True)


def test_the_list_costs_the_same_however_long_it_is(cast):
    writer = a_member(a_project(), "annotator")
    a_submitted_demonstration(writer)
    client = page_client(writer)
    with statements() as few:
        client.get(url(writer, "work"))
    for _ in range(15):
        a_submitted_demonstration(writer)
    for _ in range(3):
        a_task(writer.project)
        expired(an_assignment(writer), writer)
    with statements() as many:
        client.get(url(writer, "work"))
    assert len(many) == len(few) <= 10, "\n".join(many)


def test_a_history_costs_the_same_however_many_rounds_it_has(cast, returned):
    client = page_client(cast.writer)
    with statements() as few:
        client.get(url(cast.writer, "my-demonstration", returned.pk))
    for number in range(3):
        resubmit(returned, cast.writer, f"{TEXT} Round {number}.")
        decided(cast.reviewer, "request_changes")
        decided(cast.second_reviewer, "request_changes")
    with statements() as many:
        client.get(url(cast.writer, "my-demonstration", returned.pk))
    assert len(many) == len(few) <= 14, "\n".join(many)
