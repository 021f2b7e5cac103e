"""The writer's desk in a real browser: nothing typed is ever lost, and hands stay on the keyboard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils.crypto import get_random_string
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotate.models import Assignment, Demonstration, Draft, Slot
from tests.browser.driving import in_a_browser, listened, log_in, opened
from tests.conftest import Cast
from tests.factories import TEXT, a_task, an_assignment

pytestmark = in_a_browser
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")
DRAFT = "**/draft/"


@pytest.fixture
def held(cast: Cast) -> Assignment:
    a_task(cast.project)
    return an_assignment(cast.writer)


@pytest.fixture
def context(browser: Browser, live_server: Any, cast: Cast) -> Iterator[BrowserContext]:
    context = opened(browser, live_server, cast.writer)
    yield context
    context.close()


def at_the_desk(context: BrowserContext, assignment: Assignment) -> Page:
    page = context.new_page()
    page.goto(f"/p/{assignment.project.slug}/write/{assignment.pk}/")
    return page


def response(page: Page) -> Any:
    return page.get_by_role("textbox", name="Response", exact=True)


def state(page: Page) -> Any:
    return page.locator("#save-state")


def saved_text() -> str:
    draft = Draft.objects.first()
    return draft.messages[-1]["content"] if draft else ""


def until(true: Callable[[], bool], seconds: float = 8) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


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


def test_the_back_button_does_not_bring_an_old_text_back(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    response(page).fill(TEXT)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="My demonstration")).to_be_visible()


def test_submitting_twice_in_a_hurry_submits_once(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    response(page).fill(TEXT)
    page.get_by_role("button", name="Submit for review").dblclick()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
    assert Demonstration.objects.get().revision == 1


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
    page.close()
    context.set_offline(False)

    again = at_the_desk(context, held)
    expect(again.get_by_role("heading", name="This computer keeps a text")).to_be_visible()
    expect(response(again)).to_have_value("")
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


def test_nothing_is_sent_while_an_input_method_composes(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    sent: list[str] = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    box = response(page)
    box.focus()
    box.evaluate("""box => {
        box.dispatchEvent(new CompositionEvent("compositionstart", {bubbles: true}));
        box.value = "みず";
        box.dispatchEvent(new InputEvent("input", {bubbles: true, isComposing: true}));
    }""")
    page.wait_for_timeout(1800)
    assert sent == []
    copies = page.evaluate("Object.values(localStorage).filter(text => text.includes('みず')).length")
    assert copies == 1, "the copy on this computer has every keystroke"
    box.evaluate("""box => {
        box.value = "水";
        box.dispatchEvent(new CompositionEvent("compositionend", {bubbles: true, data: "水"}));
        box.dispatchEvent(new InputEvent("input", {bubbles: true}));
    }""")
    expect(state(page)).to_have_text(SAVED)
    assert saved_text() == "水"


def test_from_claim_to_submission_by_keyboard_alone(context: BrowserContext, cast: Cast) -> None:
    a_task(cast.project)
    page = context.new_page()
    complaints = listened(page)
    page.goto(f"/p/{cast.project.slug}/write/")
    start = page.get_by_role("button", name="Start next task")
    for _ in range(40):
        if start.evaluate("button => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    box = response(page)
    box.wait_for()
    for _ in range(60):
        if box.evaluate("box => box === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(TEXT)
    page.keyboard.press("Control+s")
    expect(state(page)).to_have_text(SAVED)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
    expect(page.get_by_role("button", name="Start next task")).to_be_visible()
    assert Demonstration.objects.get().state == "submitted"
    assert complaints == []


def test_what_blocks_is_said_beside_the_button_and_leads_to_its_words(
    context: BrowserContext, held: Assignment
) -> None:
    page = at_the_desk(context, held)
    submit = page.get_by_role("button", name="Submit for review")
    expect(page.locator("#submit-reason")).to_have_text("Nothing is written yet.")
    response(page).fill("🙂 Ten words and a smile stand here before the fence:\n```python\nx = 1")
    expect(page.locator("#submit-reason")).to_contain_text("never closed")
    expect(submit).to_have_attribute("aria-disabled", "true")
    page.get_by_role("tab", name="Checks").click()
    page.get_by_role("link", name="never closed").click()
    selected = page.evaluate("""() => {
        const box = document.activeElement;
        return box.value.slice(box.selectionStart, box.selectionEnd);
    }""")
    assert selected == "```python"
    response(page).press_sequentially("\n```", delay=5)
    response(page).fill(f"{TEXT}\n```python\nx = 1\n```")
    expect(page.locator("#submit-reason")).to_have_text("")
    expect(submit).not_to_have_attribute("aria-disabled", "true")


def test_turns_are_added_moved_and_removed_at_once(context: BrowserContext, cast: Cast) -> None:
    a_task(cast.project, kind="converse", messages=[{"role": "user", "content": "Why?"}])
    page = at_the_desk(context, an_assignment(cast.writer))
    response(page).fill("Because the air is thin.")
    page.get_by_role("button", name="Add a user turn").click()
    page.keyboard.type("And in a pressure cooker?")
    page.get_by_role("button", name="Add an assistant turn").click()
    page.keyboard.type("There it boils later.")
    expect(page.get_by_role("textbox", name="Turn 3, user")).to_have_value("And in a pressure cooker?")
    expect(response(page)).to_have_value("There it boils later.")
    expect(state(page)).to_have_text(SAVED)
    assert [one["role"] for one in Draft.objects.get().messages] == ["user", "assistant", "user", "assistant"]
    response(page).press("Alt+ArrowUp")
    expect(page.get_by_role("textbox", name="Turn 3, assistant")).to_be_focused()
    page.get_by_role("button", name="Remove this turn").last.click()
    expect(page.get_by_role("textbox", name="Turn 3, user")).to_have_count(0)
    assert until(lambda: len(Draft.objects.get().messages) == 3)
    assert Draft.objects.get().messages[-1]["content"] == "There it boils later."


def test_the_toolbar_writes_markdown_that_can_be_undone(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    box = response(page)
    box.fill("one\ntwo")
    box.press("Control+a")
    page.get_by_role("button", name="Numbered list").click()
    expect(box).to_have_value("1. one\n2. two")
    box.press("Control+z")
    expect(box).to_have_value("one\ntwo")
    box.press("Control+a")
    page.get_by_role("button", name="Code block").click()
    expect(box).to_have_value("```\none\ntwo\n```")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview pre code")).to_have_text("one\ntwo\n")


def test_a_skip_says_why_and_what_was_typed_is_kept(context: BrowserContext, held: Assignment) -> None:
    page = at_the_desk(context, held)
    response(page).fill("Not my field.")
    page.get_by_role("button", name="Skip task").click()
    page.get_by_label("Not my expertise").check()
    page.get_by_role("button", name="Skip this task").click()
    expect(page.get_by_text("This task will not be offered to you again.")).to_be_visible()
    held.refresh_from_db()
    assert (held.state, held.skip_reason) == ("skipped", "expertise") and saved_text() == "Not my field."


def test_the_last_five_minutes_are_announced_and_writing_renews_them(
    context: BrowserContext, held: Assignment
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE annotate_assignment SET lease_until = now() + interval '4 minutes'")
        cursor.execute(
            "UPDATE annotate_slot SET lease_until = now() + interval '4 minutes' WHERE state = 'held'"
        )
    page = at_the_desk(context, held)
    expect(page.get_by_text("Five minutes are left for this task.")).to_be_visible()
    response(page).fill("Still writing.")
    expect(page.get_by_text("Five minutes are left for this task.")).to_be_hidden()
    expect(page.locator("#lease")).to_contain_text("h")


def test_the_guideline_opens_at_the_category_and_can_be_searched(
    context: BrowserContext, held: Assignment
) -> None:
    page = at_the_desk(context, held)
    expect(page.locator(".guideline-here")).to_have_text("Open questions")
    page.get_by_role("searchbox", name="Search the guideline").fill("idioms")
    expect(page.locator("#guideline-found")).to_have_text("1 part holds these words.")
    expect(page.get_by_text("Translate idioms by idioms")).to_be_visible()
    expect(page.locator(".guideline-here")).to_be_hidden()


def test_everything_can_be_done_without_a_script(browser: Browser, live_server: Any, cast: Cast) -> None:
    a_task(cast.project)
    context = opened(browser, live_server, cast.writer, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/p/{cast.project.slug}/write/")
    page.get_by_role("button", name="Start next task").click()
    response(page).fill("Too short.")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Draft saved.")).to_be_visible()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Your text is saved.")).to_be_visible()
    response(page).fill(TEXT)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()
    page.get_by_role("link", name="My work").last.click()
    page.locator("#list a").click()
    page.get_by_role("button", name="Take it back to draft").click()
    expect(response(page)).to_have_value(TEXT)
    context.close()
