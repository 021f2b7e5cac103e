"""The writer's desk in a real browser: whatever happens to the server, the network or the browser, no word is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.crypto import get_random_string
from playwright.sync_api import BrowserContext, expect

from annotate.models import Assignment, Draft, Slot
from tests.browser.driving import in_a_browser, listened, log_in
from tests.browser.writing import SAVED, at_the_desk, response, saved_text, state
from tests.conftest import Cast
from tests.factories import TEXT

pytestmark = in_a_browser
DRAFT = "**/draft/"


def test_typing_is_saved_by_itself_and_the_page_says_when(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    complaints = listened(page)
    response(page).press_sequentially("Water boils sooner.", delay=5)
    expect(state(page)).to_have_text("Not saved yet")
    expect(state(page)).to_have_text(SAVED)
    assert saved_text() == "Water boils sooner."
    page.reload()
    expect(response(page)).to_have_value("Water boils sooner.")
    expect(page.locator("#choice")).to_be_hidden()
    assert complaints == []


def test_while_the_server_is_away_nothing_is_lost(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    context.route(DRAFT, lambda route: route.abort())
    response(page).fill("Typed while the server is away.")
    expect(state(page)).to_have_text("Offline: kept on this computer, will save")
    response(page).press_sequentially(" And more.", delay=5)
    page.get_by_role("button", name="Submit for review").click()
    expect(state(page)).to_have_text("Offline: kept on this computer, will save")
    assert not Draft.objects.exists() and "/write/" in page.url
    context.unroute(DRAFT)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(state(page)).to_have_text(SAVED)
    assert saved_text() == "Typed while the server is away. And more."


def test_where_the_browser_keeps_no_copy_the_page_says_so(context: BrowserContext, held: Assignment) -> None:
    context.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full'); };")
    context.route(DRAFT, lambda route: route.abort())
    page = at_the_desk(context, held)
    response(page).fill("Nowhere to keep this.")
    expect(state(page)).to_have_text("Not saved, and this browser keeps no copy: leave this page open")


def test_a_server_in_trouble_is_tried_again(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    answers = iter([503, 503])

    def answer(route: Any) -> None:
        status = next(answers, None)
        route.fulfill(status=status, body="") if status else route.continue_()

    context.route(DRAFT, answer)
    response(page).fill("Typed through two faults.")
    expect(state(page)).to_contain_text("The server has trouble: kept on this computer")
    expect(state(page)).to_have_text(SAVED, timeout=15_000)
    assert saved_text() == "Typed through two faults."


def test_a_save_whose_answer_was_lost_is_no_conflict(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()
        context.unroute(DRAFT, lose)

    context.route(DRAFT, lose)
    response(page).fill("First words")
    expect(state(page)).to_have_text("Offline: kept on this computer, will save")
    response(page).press_sequentially(" and more.", delay=5)
    expect(state(page)).to_have_text(SAVED)
    expect(page.locator("#choice")).to_be_hidden()
    assert saved_text() == "First words and more."


def test_what_a_crash_left_is_offered_on_return(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    # Offline, so that not even the last request of a closing page arrives.
    context.set_offline(True)
    response(page).fill("Typed, then the browser was killed.")
    assert page.evaluate("localStorage.length") == 1
    page.close()
    context.set_offline(False)

    again = at_the_desk(context, held)
    expect(again.get_by_role("heading", name="This computer keeps a text")).to_be_visible()
    expect(response(again)).to_have_value("")
    response(again).fill("Typed before the choice.")
    expect(state(again)).to_have_text("Two texts: choose one above")
    again.get_by_role("link", name="Take this text").click()
    expect(response(again)).to_have_value("Typed, then the browser was killed.")
    expect(state(again)).to_have_text(SAVED)
    assert saved_text() == "Typed, then the browser was killed."
    again.reload()
    expect(again.locator("#choice")).to_be_hidden()


@pytest.mark.parametrize("choice", ["mine", "other"])
def test_the_second_tab_sees_both_texts_and_chooses(
    context: BrowserContext, held: Assignment, choice: str
) -> None:
    first, second = at_the_desk(context, held), at_the_desk(context, held)
    response(first).fill("Written in the first tab.")
    expect(state(first)).to_have_text(SAVED)
    response(second).fill("Written in the second tab.")
    expect(second.get_by_role("heading", name="This text was saved elsewhere")).to_be_visible()
    expect(second.locator('[data-text="mine"]')).to_have_text("Written in the second tab.")
    expect(second.locator('[data-text="other"]')).to_have_text("Written in the first tab.")
    assert saved_text() == "Written in the first tab."
    second.locator(f'[data-choose="{choice}"]').click()
    kept = "Written in the second tab." if choice == "mine" else "Written in the first tab."
    expect(response(second)).to_have_value(kept)
    expect(state(second)).to_have_text(SAVED)
    assert saved_text() == kept
    response(second).press_sequentially(" On.", delay=5)
    expect(state(second)).to_have_text("Not saved yet")
    expect(state(second)).to_have_text(SAVED)
    assert saved_text() == kept + " On."


def test_a_task_that_passed_on_keeps_its_text_and_can_be_taken_back(
    context: BrowserContext, cast: Cast, held: Assignment
) -> None:
    page = at_the_desk(context, held)
    response(page).fill("Before the time ran out.")
    expect(state(page)).to_have_text(SAVED)
    Assignment.objects.filter(pk=held.pk).update(state="expired")
    Slot.objects.filter(pk=held.slot_id).update(holder=cast.second_writer.require_member())
    response(page).press_sequentially(" And after.", delay=5)
    expect(page.get_by_text("This task is no longer yours.")).to_be_visible()
    assert saved_text() == "Before the time ran out. And after."
    Slot.objects.filter(pk=held.slot_id).update(state="open", holder=None, lease_until=None)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The task is yours again.")).to_be_visible()
    expect(response(page)).to_have_value("Before the time ran out. And after.")


def test_after_the_log_in_expired_it_is_saved_once_one_is_logged_in_again(
    context: BrowserContext, live_server: Any, cast: Cast, held: Assignment
) -> None:
    page = at_the_desk(context, held)
    context.clear_cookies(name="sessionid")
    response(page).fill("Typed after the log-in had expired.")
    expect(page.get_by_text("You are logged out.")).to_be_visible()
    expect(state(page)).to_have_text("Logged out: kept on this computer, will save")
    link = page.get_by_role("link", name="Log in in a new tab")
    assert link.get_attribute("target") == "_blank"
    log_in(context, live_server, cast.writer)
    # A log-in changes the token of every form.
    context.add_cookies([{"name": "csrftoken", "value": get_random_string(32), "url": live_server.url}])
    other = context.new_page()
    other.goto(f"/p/{cast.project.slug}/write/back/")
    expect(other.get_by_role("heading", name="You are logged in again")).to_be_visible()
    other.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(state(page)).to_have_text(SAVED)
    expect(page.get_by_text("You are logged out.")).to_be_hidden()
    assert saved_text() == "Typed after the log-in had expired."
    response(page).fill(TEXT)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
