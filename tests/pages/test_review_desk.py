"""The reviewer's desk: what it shows, what each button does, what comes back when something is missing, its cost."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from annotate import guidelines, returning, submitting
from review.models import Comment, Review
from tests.conftest import Cast, page_client
from tests.counting import statements
from tests.factories import (
    TEXT,
    a_member,
    a_review,
    a_submitted_demonstration,
    decided,
    full_scores,
)
from tests.pages.reading import HTMX, text_of
from workspace.access import Standing


@pytest.fixture
def browser(cast: Cast) -> Client:
    return page_client(cast.reviewer)


def desk_of(who: Standing) -> str:
    return f"/p/{who.project.slug}/review/"


def form(review: Review, decision: str = "approve", **more: Any) -> dict[str, Any]:
    scores = {f"score-{key}": level for key, level in full_scores(review).items()}
    return {"decision": decision, **scores, **more}


def post(browser: Client, review: Review, act: str = "decide", data: Any = None, **headers: str) -> Any:
    address = f"/p/{review.project.slug}/review/{review.pk}/{act}/"
    return browser.post(address, form(review) if data is None else data, headers=headers)


def test_without_a_review_there_is_a_button_and_then_the_text_to_judge(cast: Cast, browser: Client) -> None:
    a_submitted_demonstration(cast.writer)
    assert "Start next review" in text_of(browser.get(desk_of(cast.reviewer)))

    shown = text_of(browser.post(desk_of(cast.reviewer) + "claim/", follow=True))

    assert TEXT in shown
    for name in ("Approve", "Request changes", "Reject", "Overall comment", "Accuracy"):
        assert name in shown
    assert Review.objects.get().state == "active"


def test_an_empty_queue_says_why(cast: Cast, browser: Client) -> None:
    answer = browser.post(desk_of(cast.reviewer) + "claim/")
    assert "Nothing waits for review at the moment." in text_of(answer)


def test_an_unread_guideline_comes_first(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    fresh = a_member(cast.project, "reviewer", name="fresh", reads=False)
    browser = page_client(fresh)
    shown = text_of(browser.post(desk_of(fresh) + "claim/", follow=True))
    assert "Version 1 of the guideline is new" in shown
    assert f"/p/{cast.project.slug}/guidelines/1/?next=" in shown
    assert not Review.objects.exists()
    guidelines.acknowledge(fresh, 1, now=timezone.now())
    assert "Start next review" in text_of(browser.get(desk_of(fresh)))


def test_a_decision_brings_the_next_review_and_its_undo_in_one_answer(cast: Cast, browser: Client) -> None:
    for number in range(2):
        a_submitted_demonstration(cast.writer, f"{TEXT} {number}")
    first = a_review(cast.reviewer)

    answer = post(browser, first, **{"HX-Request": "true"})

    first.refresh_from_db()
    following = Review.objects.get(state="active")
    shown = text_of(answer)
    assert (answer.status_code, first.state, first.decision) == (200, "decided", "approve")
    assert f'data-review="{following.pk}"' in shown and f'data-done="{first.pk}"' in shown
    assert "Approved." in shown and f"/review/{first.pk}/undo/" in shown
    assert "<html" not in shown


def test_without_javascript_a_decision_leads_to_the_next_page_with_its_undo(
    cast: Cast, browser: Client
) -> None:
    a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    answer = post(browser, review)
    assert (answer.status_code, answer["Location"]) == (302, f"{desk_of(cast.reviewer)}?decided={review.pk}")
    shown = text_of(browser.get(answer["Location"]))
    assert "Your decision is recorded." in shown and f"/review/{review.pk}/undo/" in shown


def test_what_is_missing_is_said_and_everything_typed_comes_back(cast: Cast, browser: Client) -> None:
    a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    typed = {
        "decision": "request_changes",
        "score-accuracy": "2",
        "comment": "Nearly <right>.",
        "reasons": ["style"],
        "fault": "guideline",
        "comment-span": ["1:0:5", "1:6:11"],
        "comment-text": ["Which water?", ""],
    }

    answer = post(browser, review, data=typed, **{"HX-Request": "true"})

    shown = text_of(answer)
    assert answer.status_code == 422 and Review.objects.get().state == "active"
    assert "“Safety” must be scored." in shown.replace("&quot;", '"')
    assert 'id="score-safety-error"' in shown
    assert 'value="2" aria-describedby="score-accuracy-2" checked' in shown
    assert "Nearly &lt;right&gt;." in shown
    assert 'value="style" checked' in shown and 'value="guideline" checked' in shown
    assert 'value="1:0:5"' in shown and "Which water?" in shown and ">Water<" in shown
    assert 'value="1:6:11"' not in shown  # a comment without words is none


def test_changes_without_a_reason_are_refused_beside_the_comment(cast: Cast, browser: Client) -> None:
    a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    answer = post(browser, review, data=form(review, "reject"), **{"HX-Request": "true"})
    assert answer.status_code == 422
    assert 'aria-describedby="comment-error" data-focus' in text_of(answer)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reasons": ["mood"]}, "Use one or more of accuracy"),
        ({"fault": "nobody"}, "Use one of writer, task, guideline"),
        ({"score-accuracy": "9"}, "Choose one of 1, 2, 3, 4, 5."),
        ({"score-accuracy": "much"}, "Choose one of 1, 2, 3, 4, 5."),
        ({"score-charm": "1"}, "The rubric has no such criterion"),
        ({"decision": "shrug"}, "Use one of approve, request_changes, reject."),
        ({"comment-span": "1:5:900", "comment-text": "No."}, "The passage does not lie within the message"),
        ({"comment-span": "nonsense", "comment-text": "No."}, "There is no message -1"),
        ({"comment": "x" * 20_001}, "A comment has at most 20,000 characters."),
    ],
)
def test_what_no_form_sends_is_refused_with_a_sentence(
    cast: Cast, browser: Client, typed: dict[str, Any], sentence: str
) -> None:
    a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    answer = post(browser, review, data=form(review, "reject", comment="Wrong.") | typed)
    assert answer.status_code == 422 and sentence in text_of(answer)
    assert Review.objects.get().state == "active"


def test_passages_are_counted_in_code_points_whatever_ends_the_lines(cast: Cast, browser: Client) -> None:
    a_submitted_demonstration(
        cast.writer, "𝄞 one\r\ntwo 🙂 three\r\nfour words make this long enough to pass."
    )
    review = a_review(cast.reviewer)
    shown = "𝄞 one\ntwo 🙂 three\nfour"
    spans = [(shown.index(word), shown.index(word) + len(word)) for word in ("🙂", "four")]
    typed = {
        "comment-span": [f"1:{start}:{end}" for start, end in spans],
        "comment-text": ["A face?", "Four?"],
    }
    assert post(browser, review, data=form(review, "reject") | typed).status_code == 302
    assert list(Comment.objects.order_by("id").values_list("quote", flat=True)) == ["🙂", "four"]


def test_skipping_is_for_good_and_brings_the_next(cast: Cast, browser: Client) -> None:
    a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    assert "not offered to you again" in text_of(browser.get(desk_of(cast.reviewer)))
    answer = post(browser, review, "skip", data={})
    review.refresh_from_db()
    assert review.state == "skipped" and "You have had a turn at everything" in text_of(answer)


def test_the_second_round_shows_what_changed_and_what_was_said(cast: Cast, browser: Client) -> None:
    written = a_submitted_demonstration(cast.writer, TEXT)
    decided(cast.reviewer, "request_changes", comment="Name the height.")
    decided(cast.second_reviewer, "request_changes", comment="Say how much.")
    messages = [{"role": "assistant", "content": TEXT.replace("a mountain", "the Zugspitze <b>")}]
    submitting.submit(
        written.assignment, messages=messages, version=None, by=cast.writer.user, now=timezone.now()
    )
    a_review(cast.reviewer)

    shown = text_of(browser.get(desk_of(cast.reviewer)))

    assert "Round 2" in shown and "What changed since round 1" in shown
    assert "<del>a mountain</del><ins>the Zugspitze &lt;b&gt;</ins>" in shown
    assert "Name the height." in shown and "Say how much." in shown


def test_the_desk_costs_the_same_however_much_was_reviewed(cast: Cast, browser: Client) -> None:
    for number in range(5):
        a_submitted_demonstration(cast.writer, f"{TEXT} {number}")
    browser.post(desk_of(cast.reviewer) + "claim/")
    page_costs, decision_costs, seconds = [], [], []
    for _ in range(4):
        review = Review.objects.get(state="active")
        with statements() as executed:
            assert browser.get(desk_of(cast.reviewer)).status_code == 200
        page_costs.append(len(executed))
        data, begun = form(review), time.perf_counter()
        with statements() as executed:
            assert post(browser, review, data=data, **HTMX).status_code == 200
        seconds.append(time.perf_counter() - begun)
        decision_costs.append(len(executed))
    assert page_costs == [page_costs[0]] * 4 and page_costs[0] == 6
    assert decision_costs[1:] == [decision_costs[1]] * 3 and decision_costs[1] <= 26
    assert min(seconds) < 0.150, "from decision to the next review"


def test_a_refusal_leaves_the_form_as_it_is(cast: Cast, browser: Client) -> None:
    written = a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    returning.withdraw(cast.writer, written, now=timezone.now())
    answer = post(browser, review, **HTMX)
    assert answer.status_code == 409 and "no longer in your hands" in text_of(answer)
    assert "hx-partial" in text_of(answer) and 'id="desk"' not in text_of(answer)
