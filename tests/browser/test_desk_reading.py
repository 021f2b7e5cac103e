"""The writer's pages are accessible and keep the policy, in every state, theme and width."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from annotate.drafting import save_draft
from annotate.models import Assignment, Demonstration, Slot
from review.deciding import Judgement, SpanComment, decide
from review.models import ReviewPlace
from tests.browser.driving import NARROW, WIDE, faults_of, in_a_browser, listened, opened
from tests.conftest import Cast
from tests.factories import a_review, a_submitted_demonstration, a_task, an_assignment, decided, full_scores
from workspace.access import Standing
from workspace.models import User

pytestmark = in_a_browser


def filled(cast: Cast) -> Assignment:
    """Work in every state: approved, in review, returned, kept, and a new task of two turns in hand."""
    writer = cast.writer
    a_submitted_demonstration(writer)
    decided(cast.reviewer)
    decided(cast.second_reviewer)
    returned = a_submitted_demonstration(writer)
    a_task(cast.project)
    kept = an_assignment(writer)
    said = [{"role": "assistant", "content": "Half a text."}]
    save_draft(kept, messages=said, version=0, by=writer.user, now=timezone.now())
    Assignment.objects.filter(pk=kept.pk).update(state="expired")
    Slot.objects.filter(pk=kept.slot_id).update(state="closed", holder=None, lease_until=None)
    a_submitted_demonstration(writer)
    a_task(
        cast.project, kind="converse", messages=[{"role": "user", "content": "Why?"}], context="At 3,000 m."
    )
    new = an_assignment(writer)
    for reviewer in (cast.reviewer, cast.second_reviewer):
        sent_back(returned, reviewer)
    return new


def sent_back(demonstration: Demonstration, reviewer: Standing) -> None:
    """Returned by `reviewer`, with a remark at its first word, whichever the queue would give next."""
    ReviewPlace.objects.exclude(demonstration=demonstration).filter(state="open").update(state="closed")
    review = a_review(reviewer)
    remarks = [SpanComment(1, 0, 5, "Say why the air matters.")]
    judgement = Judgement("request_changes", full_scores(review), comment="Nearly.", comments=remarks)
    decide(review, judgement, by=reviewer.user, now=timezone.now())


def faultless(page: Page, where: str) -> None:
    assert faults_of(page) == [], where
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{where} scrolls sideways by {wide} px"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_state_of_the_desk_is_accessible(
    browser: Browser, live_server: Any, cast: Cast, theme: Any, size: Any
) -> None:
    context = opened(browser, live_server, cast.writer, viewport=size, color_scheme=theme)
    page = context.new_page()
    complaints = listened(page)
    root = f"/p/{cast.project.slug}"
    page.goto(f"{root}/write/")
    faultless(page, "waiting")
    page.get_by_role("button", name="Start next task").click()
    expect(page.get_by_role("heading", name="Nothing to write at the moment")).to_be_visible()
    faultless(page, "nothing left")
    page.goto(f"{root}/work/")
    faultless(page, "no work yet")

    assignment = filled(cast)
    page.goto(f"{root}/write/{assignment.pk}/")
    faultless(page, "a new task")
    page.get_by_role("textbox", name="Response", exact=True).fill("Short, with a fence:\n```\nx")
    page.get_by_role("button", name="Add a user turn").click()
    page.get_by_role("tab", name="Checks").click()
    expect(page.locator("#checks a")).not_to_have_count(0)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()
    faultless(page, "findings and preview")
    page.get_by_role("button", name="Skip task").click()
    faultless(page, "skip dialog")
    page.keyboard.press("Escape")
    page.evaluate("""document.getElementById("desk-form").dispatchEvent(new CustomEvent("desk:choose", {
        detail: {kind: "elsewhere", messages: [{role: "assistant", content: "Other."}], category: "", version: 9}}))""")
    faultless(page, "two texts")
    page.goto(f"{root}/write/")
    page.get_by_role("tab", name="History").click()
    faultless(page, "returned work")
    page.get_by_role("tab", name="Rubric").click()
    faultless(page, "rubric")
    assert complaints == []
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_my_work_is_accessible(browser: Browser, live_server: Any, cast: Cast, theme: Any, size: Any) -> None:
    filled(cast)
    context = opened(browser, live_server, cast.writer, viewport=size, color_scheme=theme)
    page = context.new_page()
    complaints = listened(page)
    root = f"/p/{cast.project.slug}"
    for path in ("/work/", "/work/?state=approved", "/work/?state=kept", "/work/?state=disputed"):
        page.goto(root + path)
        faultless(page, path)
    for state in ("changes_requested", "approved", "submitted"):
        page.goto(f"{root}/work/?state={state}")
        page.locator("#list a").click()
        faultless(page, f"one {state}")
    page.get_by_role("button", name="Withdraw").click()
    faultless(page, "withdraw dialog")
    kept = Assignment.objects.get(state="expired")
    page.goto(f"{root}/write/{kept.pk}/")
    faultless(page, "kept text")
    assert complaints == []
    context.close()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_stand_from_right_to_left_and_with_a_long_prompt(
    browser: Browser, live_server: Any, cast: Cast, size: Any
) -> None:
    filled(cast)
    a_task(cast.project, prompt="لماذا يغلي الماء على الجبل عند حرارة أقل؟ " * 300)
    long = an_assignment(cast.second_writer)
    Assignment.objects.filter(pk=long.pk).update(member=cast.writer.require_member(), round=3)
    User.objects.filter(pk=cast.writer.user.pk).update(language="ar")
    context = opened(browser, live_server, cast.writer, viewport=size)
    page = context.new_page()
    complaints = listened(page)
    root = f"/p/{cast.project.slug}"
    returned = Assignment.objects.get(round=2)
    for path in ("/work/", f"/write/{returned.pk}/", f"/write/{long.pk}/", "/work/?state=kept"):
        page.goto(root + path)
        assert page.locator("html").get_attribute("dir") == "rtl"
        faultless(page, path)
    assert complaints == []
    context.close()
