"""The guideline in a real browser: a draft that saves itself and loses nothing, two admins, the gate for readers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotate import guidelines
from annotate.models import Acknowledgement, GuidelineVersion
from tests.browser.driving import NARROW, WIDE, faults_of, in_a_browser, listened, opened
from tests.conftest import Cast
from tests.factories import a_member, a_task

pytestmark = in_a_browser

SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")
AT_ONCE = {"timeout": 12_000}


@pytest.fixture
def context(browser: Browser, live_server: Any, cast: Cast) -> Iterator[BrowserContext]:
    context = opened(browser, live_server, cast.lead)
    yield context
    context.close()


@pytest.fixture
def draft(cast: Cast) -> GuidelineVersion:
    guidelines.begin_draft(cast.lead, now=timezone.now())
    body = "## One\n\nFirst words.\n\n## Two\n\nSecond words.\n"
    return guidelines.change_draft(cast.lead, now=timezone.now(), body=body)


def opened_section(context: BrowserContext, cast: Cast, name: str = "Two") -> Page:
    page = context.new_page()
    page.goto(f"/p/{cast.project.slug}/guidelines/draft/")
    page.get_by_role("link", name=f"Edit {name}").click()
    expect(page.get_by_label(f"Section “{name}”")).to_be_focused()
    return page


def state(page: Page, region: str) -> Any:
    return page.locator(f"#{region} .save-state")


def kept(draft: GuidelineVersion) -> str:
    draft.refresh_from_db()
    return draft.body


def test_a_section_saves_itself_and_shows_its_preview(
    context: BrowserContext, cast: Cast, draft: GuidelineVersion
) -> None:
    page = opened_section(context, cast)
    complaints = listened(page)
    page.get_by_label("Section “Two”").fill("## Two\n\nNow *better*.\n")
    expect(state(page, "section-1")).to_have_text("Not saved yet")
    expect(state(page, "section-1")).to_have_text(SAVED, **AT_ONCE)
    expect(page.locator("#section-1 em")).to_have_text("better")
    assert kept(draft).endswith("Now *better*.\n") and faults_of(page) == []
    page.get_by_label("Section “Two”").press_sequentially("!")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "!" in kept(draft) and complaints == []


def test_while_the_server_is_away_the_text_stays_and_is_sent_again(
    context: BrowserContext, cast: Cast, draft: GuidelineVersion
) -> None:
    page = opened_section(context, cast)
    context.set_offline(True)
    page.get_by_label("Section “Two”").fill("## Two\n\nKept.\n")
    expect(state(page, "section-1")).to_contain_text("the server does not answer", **AT_ONCE)
    context.set_offline(False)
    expect(state(page, "section-1")).to_have_text(SAVED, timeout=15_000)
    assert "Kept." in kept(draft)


def test_the_second_admin_sees_both_texts_and_chooses(
    browser: Browser, live_server: Any, context: BrowserContext, cast: Cast, draft: GuidelineVersion
) -> None:
    mine = opened_section(context, cast)
    other = opened(browser, live_server, a_member(cast.project, "admin"))
    theirs = opened_section(other, cast)
    theirs.get_by_label("Section “Two”").fill("## Two\n\ntheir words\n")
    expect(state(theirs, "section-1")).to_have_text(SAVED, **AT_ONCE)
    mine.get_by_label("Section “Two”").fill("## Two\n\nmy words\n")
    expect(mine.get_by_text("Another admin saved this")).to_be_visible(**AT_ONCE)
    expect(mine.locator("#section-1 pre")).to_contain_text("their words")
    expect(mine.get_by_label("Section “Two”")).to_have_value("## Two\n\nmy words\n")
    assert "their words" in kept(draft) and faults_of(mine) == []
    mine.get_by_role("button", name="Keep mine").click()
    expect(mine.get_by_text("Saved.")).to_be_visible()
    assert "my words" in kept(draft)
    other.close()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_rows_come_and_errors_stand_beside_their_fields(
    browser: Browser, live_server: Any, cast: Cast, draft: GuidelineVersion, viewport: Any
) -> None:
    context = opened(browser, live_server, cast.lead, viewport=viewport, color_scheme="dark")
    page = context.new_page()
    page.goto(f"/p/{cast.project.slug}/guidelines/draft/rubric/")
    page.get_by_role("button", name="Add a criterion").click()
    expect(page.get_by_role("group", name=re.compile("Criterion 6"))).to_be_visible()
    page.locator("[name='rubric.5.name']").fill("Kindness")
    error = page.locator("[data-error-of='rubric.5.question']")
    expect(error).to_have_text("This is needed.", **AT_ONCE)
    expect(state(page, "part")).to_contain_text("things to correct")
    assert faults_of(page) == []
    page.locator("[name='rubric.5.key']").fill("kindness")
    page.locator("[name='rubric.5.question']").fill("Is it kind?")
    for place, words in enumerate(("No", "Yes")):
        page.locator(f"[name='rubric.5.levels.{place}.value']").fill(str(place))
        page.locator(f"[name='rubric.5.levels.{place}.anchor']").fill(words)
    expect(state(page, "part")).to_have_text(SAVED, **AT_ONCE)
    expect(error).to_be_hidden()
    draft.refresh_from_db()
    assert draft.rubric[5]["key"] == "kindness" and len(draft.rubric[5]["levels"]) == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    context.close()


def test_a_draft_is_written_and_published_without_javascript(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    context = opened(browser, live_server, cast.lead, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/p/{cast.project.slug}/guidelines/draft/")
    page.get_by_role("button", name="Begin a draft").click()
    page.get_by_role("link", name="Edit Honesty").click()
    page.get_by_label("Section “Honesty”").fill("## Honesty\n\nSay what you know.\n\n")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("link", name=re.compile("^Categories")).click()
    page.get_by_role("button", name="Add a category").click()
    page.locator("[name='categories.11.key']").fill("poetry")
    page.locator("[name='categories.11.name']").fill("Poetry")
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("link", name="Publish…").click()
    page.get_by_label("What changed, in words").fill("Poetry, too.")
    page.get_by_label("No: what is approved stays approved").check()
    page.get_by_role("button", name="Publish version 2").click()
    version = guidelines.newest(cast.project)
    assert version.number == 2 and "Say what you know." in version.body
    assert version.categories[-1] == {"key": "poetry", "name": "Poetry", "target": 0}
    context.close()


def test_a_writer_reads_what_changed_before_the_next_task(
    browser: Browser, live_server: Any, cast: Cast, draft: GuidelineVersion
) -> None:
    a_task(cast.project)
    guidelines.publish(cast.lead, summary="Two sections are left.", material=True, now=timezone.now())
    context = opened(browser, live_server, cast.writer)
    page = context.new_page()
    page.goto(f"/p/{cast.project.slug}/write/")
    page.get_by_role("link", name=re.compile("version 2|guideline", re.I)).last.click()
    page.goto(f"/p/{cast.project.slug}/guidelines/2/?next=/p/{cast.project.slug}/write/")
    expect(page.get_by_role("heading", name="What changed since version 1")).to_be_visible()
    expect(page.get_by_text("Two sections are left.").first).to_be_visible()
    expect(page.locator("#changes ins").first).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="I have read this version").click()
    expect(page).to_have_url(re.compile("/write/"))
    assert Acknowledgement.objects.filter(member=cast.writer.member, version=draft).exists()
    context.close()


def test_the_count_is_seen_before_anything_happens(
    context: BrowserContext, cast: Cast, draft: GuidelineVersion
) -> None:
    page = context.new_page()
    complaints = listened(page)
    page.goto(f"/p/{cast.project.slug}/guidelines/draft/publish/")
    page.get_by_label("Yes, the change is material").check()
    expect(page.locator("#preview")).to_contain_text("0 approved demonstrations will go to review again")
    assert faults_of(page) == [] and complaints == []
    page.goto(f"/p/{cast.project.slug}/guidelines/1/diff/1/")
    assert faults_of(page) == [] and complaints == []
