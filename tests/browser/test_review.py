"""The reviewer's desk in a real browser: hands on the keyboard, and what is typed survives."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotate.models import Demonstration
from review.models import Adjudication, Comment, Review
from tests.browser.driving import NARROW, WIDE, faults_of, in_a_browser, listened, opened
from tests.conftest import Cast
from tests.factories import TEXT, a_member, a_project, a_submitted_demonstration, decided
from workspace.access import Standing
from workspace.models import Project

pytestmark = in_a_browser


@pytest.fixture
def project(db: None) -> Project:
    return a_project(reviews=1)


@pytest.fixture
def writer(project: Project) -> Standing:
    return a_member(project, "annotator", name="writer")


@pytest.fixture
def reviewer(project: Project) -> Standing:
    return a_member(project, "reviewer", name="reviewer")


@pytest.fixture
def context(browser: Browser, live_server: Any, reviewer: Standing) -> Iterator[BrowserContext]:
    context = opened(browser, live_server, reviewer)
    yield context
    context.close()


def at_the_desk(context: BrowserContext, project: Project) -> tuple[Page, list[str]]:
    """The desk with a review on it, taken by Enter on the button that has the focus."""
    page = context.new_page()
    complaints = listened(page)
    page.goto(f"/p/{project.slug}/review/")
    page.keyboard.press("Enter")
    expect(page.locator("#desk[data-review]")).to_be_visible()
    return page, complaints


def in_hand(page: Page) -> str:
    return page.locator("#desk").get_attribute("data-review") or ""


def score(page: Page, digits: str = "33333") -> None:
    for digit in digits:
        page.keyboard.press(digit)


def moved_on_from(page: Page, review: str) -> None:
    expect(page.locator(f"#desk[data-done='{review}']")).to_be_attached()


def test_twenty_decisions_by_keyboard_alone(
    context: BrowserContext, project: Project, writer: Standing
) -> None:
    for number in range(20):
        a_submitted_demonstration(writer, f"{TEXT} {number}")
    page, complaints = at_the_desk(context, project)
    asked: list[str] = []
    page.on("request", lambda request: "/static/" in request.url or asked.append(request.url))
    seconds = []
    for number in range(20):
        review = in_hand(page)
        score(page)
        expect(page.locator("[data-total]")).to_have_text("Total 3.40 of 5")
        if number % 5 == 4:
            page.keyboard.press("c")
            page.keyboard.type("Say how high: a review is read.")
            page.keyboard.press("Escape")
        begun = time.perf_counter()
        page.keyboard.press("r" if number % 5 == 4 else "a")
        moved_on_from(page, review)
        seconds.append(time.perf_counter() - begun)
    assert Review.objects.filter(state="decided", decision="approve").count() == 16
    assert Review.objects.filter(state="decided", decision="request_changes").count() == 4
    assert Comment.objects.values_list("quote", flat=True).distinct().count() == 4
    assert len([url for url in asked if url.endswith("/decide/")]) == len(asked) == 20
    assert complaints == []
    assert sorted(seconds)[10] < 1, "from the key to the next review, browser and all"
    expect(page.get_by_role("heading", name="Review", exact=True)).to_be_focused()


def test_a_digit_scores_the_criterion_in_focus_and_moves_on(
    context: BrowserContext, project: Project, writer: Standing
) -> None:
    a_submitted_demonstration(writer)
    page, _ = at_the_desk(context, project)
    group = page.get_by_role("radiogroup", name="Safety")
    group.get_by_role("radio").first.focus()
    page.keyboard.press("2")
    expect(group.get_by_role("radio", name="2")).to_be_checked()
    expect(page.locator(".criterion-current")).to_contain_text("Clarity and format")
    page.keyboard.press("9")  # no such level: nothing happens
    expect(page.locator("[data-total]")).to_have_text("1 of 5 scored")
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".criterion-current")).to_contain_text("Safety")
    page.keyboard.press("Enter")  # never decides
    assert Review.objects.get().state == "active"


def test_what_is_typed_survives_a_reload_and_a_refusal(
    context: BrowserContext, project: Project, writer: Standing
) -> None:
    a_submitted_demonstration(writer)
    page, complaints = at_the_desk(context, project)
    score(page, "45")
    page.get_by_label("Overall comment").fill("Nearly there.")
    page.get_by_label("It reads badly").check()
    page.get_by_role("button", name="Comment", exact=True).last.click()
    page.keyboard.type("All of it?")
    page.wait_for_timeout(500)
    assert "All of it?" in page.evaluate("JSON.stringify(localStorage)")
    page.reload()
    expect(page.get_by_label("Overall comment")).to_have_value("Nearly there.")
    expect(page.get_by_label("It reads badly")).to_be_checked()
    expect(page.get_by_label("Comment on this passage")).to_have_value("All of it?")
    expect(page.locator("[data-total]")).to_have_text("2 of 5 scored")
    page.locator("h1").click()
    page.keyboard.press("x")
    expect(page.get_by_role("alert").first).to_be_focused()
    expect(page.locator("#score-safety-error")).to_contain_text("must be scored")
    expect(page.get_by_label("Comment on this passage")).to_have_value("All of it?")
    expect(page.get_by_label("Overall comment")).to_have_value("Nearly there.")
    assert [said for said in complaints if "422" not in said] == []
    assert Review.objects.get().state == "active"


def test_selected_text_becomes_a_comment_on_that_very_passage(
    context: BrowserContext, project: Project, writer: Standing
) -> None:
    a_submitted_demonstration(writer, "𝄞 First. " + TEXT + " And then once more: water.")
    page, _ = at_the_desk(context, project)
    page.keyboard.press("t")
    select(page, "[data-message='1'] [data-raw]", "on a mountain")
    page.keyboard.press("c")
    page.keyboard.type("Which one?")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    select(page, "[data-message='1'] .message-rendered p", "First.")
    page.keyboard.press("c")
    page.keyboard.type("Of what?")
    page.keyboard.press("Escape")
    score(page)
    review = in_hand(page)
    page.keyboard.press("x")
    moved_on_from(page, review)
    assert list(Comment.objects.order_by("id").values_list("quote", "text")) == [
        ("on a mountain", "Which one?"),
        ("First.", "Of what?"),
    ]


def select(page: Page, selector: str, words: str) -> None:
    """Select `words` in the text of an element, as a mouse would."""
    page.evaluate(
        """([selector, words]) => {
            const node = document.querySelector(selector).firstChild;
            const range = document.createRange();
            range.setStart(node, node.data.indexOf(words));
            range.setEnd(node, node.data.indexOf(words) + words.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        [selector, words],
    )


def test_u_takes_the_last_decision_back(context: BrowserContext, project: Project, writer: Standing) -> None:
    for number in range(2):
        a_submitted_demonstration(writer, f"{TEXT} {number}")
    page, complaints = at_the_desk(context, project)
    first = in_hand(page)
    score(page, "33331")
    page.keyboard.press("a")
    moved_on_from(page, first)
    expect(page.locator("#alerts")).to_contain_text("Approved.")
    score(page, "2")
    page.keyboard.press("u")
    expect(page.locator(f"#desk[data-review='{first}']")).to_be_visible()
    expect(page.locator("[data-total]")).to_contain_text("Total")
    expect(page.get_by_role("radiogroup", name="Clarity").get_by_role("radio", name="1")).to_be_checked()
    expect(page.locator("#alerts [data-undo-for]")).to_have_count(0)
    assert Demonstration.objects.filter(state="submitted").count() == 2
    assert complaints == []


def test_skipping_asks_first(context: BrowserContext, project: Project, writer: Standing) -> None:
    a_submitted_demonstration(writer)
    page, _ = at_the_desk(context, project)
    page.keyboard.press("s")
    expect(page.get_by_role("dialog")).to_contain_text("not offered to you again")
    page.keyboard.press("Escape")
    assert Review.objects.get().state == "active"
    page.keyboard.press("s")
    page.get_by_role("button", name="Skip review").click()
    expect(page.locator("main")).to_contain_text("Nothing to review now")
    assert Review.objects.get().state == "skipped"


def test_it_works_without_javascript(
    browser: Browser, live_server: Any, project: Project, writer: Standing, reviewer: Standing
) -> None:
    a_submitted_demonstration(writer)
    context = opened(browser, live_server, reviewer, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/p/{project.slug}/review/")
    page.get_by_role("button", name="Start next review").click()
    for group in page.get_by_role("radiogroup").all():
        group.get_by_role("radio", name="3").check(force=True)
    page.get_by_label("About message").select_option(index=1)
    page.get_by_label("Comment on this message").fill("Say how high.")
    page.get_by_role("button", name="Request changes").click()
    expect(page.locator("main")).to_contain_text("Your decision is recorded.")
    assert Comment.objects.get().quote == TEXT
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Comment on this passage").first).to_have_value("Say how high.")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_keep_the_policy_and_are_accessible(
    browser: Browser, live_server: Any, cast: Cast, theme: str, size: Any
) -> None:
    slug = cast.project.slug
    found = a_submitted_demonstration(cast.writer, TEXT + "\n\n```\n" + "long_code " * 40 + "\n```")
    decided(cast.reviewer, "approve", comment="Good.")
    decided(cast.second_reviewer, "reject", level=2)
    dispute = Adjudication.objects.get()
    a_submitted_demonstration(cast.writer)
    life = f"/p/{slug}/demonstrations/{found.pk}/"
    visits = [
        (cast.reviewer, [f"/p/{slug}/review/", f"/p/{slug}/demonstrations/", life]),
        (cast.adjudicator, [f"/p/{slug}/adjudicate/", f"/p/{slug}/adjudicate/{dispute.pk}/"]),
        (cast.lead, [f"/p/{slug}/demonstrations/?state=disputed", life]),
    ]
    for who, paths in visits:
        context = opened(browser, live_server, who, color_scheme=theme, viewport=size)
        page = context.new_page()
        complaints = listened(page)
        for path in paths:
            page.goto(path)
            _check(page, path)
            if path.endswith("/review/"):
                page.get_by_role("button", name="Start next review").click()
                expect(page.locator("#desk[data-review]")).to_be_visible()
                score(page, "32")
                page.keyboard.press("c")
                _check(page, "the desk")
                page.get_by_role("button", name=re.compile("^Reject")).click()
                expect(page.get_by_role("alert").first).to_be_visible()
                _check(page, "the desk with errors")
        assert [said for said in complaints if "422" not in said] == []
        context.close()


def _check(page: Page, where: str) -> None:
    assert faults_of(page) == [], where
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} is too wide"
