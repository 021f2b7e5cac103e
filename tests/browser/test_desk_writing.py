"""Writing at the desk in a real browser: hands on the keyboard, findings at their words, turns, submitting."""

from __future__ import annotations

from typing import Any

from django.db import connection
from playwright.sync_api import Browser, BrowserContext, expect

from annotate.models import Assignment, Demonstration, Draft
from tests.browser.driving import in_a_browser, listened, opened
from tests.browser.writing import SAVED, at_the_desk, response, saved_text, state, until
from tests.conftest import Cast
from tests.factories import TEXT, a_task, an_assignment

pytestmark = in_a_browser


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


def test_a_long_prompt_has_a_pane_that_is_searched_and_keeps_its_place(
    context: BrowserContext, cast: Cast
) -> None:
    parts = [f"Part {number} speaks of the pressure of the air, at some length." for number in range(300)]
    a_task(cast.project, prompt="\n\n".join(parts))
    page = at_the_desk(context, an_assignment(cast.writer))
    pane = page.get_by_role("region", name="What the task gives")
    editor = response(page).bounding_box()
    beside = pane.bounding_box()
    assert beside["x"] + beside["width"] <= editor["x"], "side by side"
    search = page.get_by_role("searchbox", name="Search the prompt")
    search.fill("PART 29")
    expect(page.locator("#prompt-found")).to_have_text("1 of 11; Enter goes to the next.")
    search.press("Enter")
    expect(page.locator("#prompt-found")).to_have_text("2 of 11; Enter goes to the next.")
    assert "/write/" in page.url, "Enter in the search field sends nothing"
    expect(page.get_by_text("Part 290 speaks")).to_be_in_viewport()
    page.wait_for_timeout(300)
    page.reload()
    expect(page.get_by_text("Part 290 speaks")).to_be_in_viewport()
    expect(response(page)).to_be_in_viewport()


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
