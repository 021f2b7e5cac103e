"""The frame in a real browser: its policy and accessibility, keys, messages, and what works without a script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.conftest import Cast, page_client
from workspace.access import Standing

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NARROW, WIDE = {"width": 390, "height": 800}, {"width": 1280, "height": 900}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM}; set CHROMIUM"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run `make test`"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django's check of it is meant for servers.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def opened(browser: Browser, server: Any, who: Standing | None, **options: Any) -> BrowserContext:
    """A browser of its own in which `who` is logged in."""
    context = browser.new_context(base_url=server.url, **{"viewport": WIDE, **options})
    context.set_default_timeout(10_000)
    if who is not None:
        session = page_client(who).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    return context


def visit(context: BrowserContext, path: str) -> tuple[Page, list[str]]:
    """A page and everything its console complains of from the first byte on."""
    page = context.new_page()
    complaints: list[str] = []

    def hear(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path)
    return page, complaints


def faults_of(page: Page) -> list[str]:
    """What axe-core finds, each with the first element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_pages_keep_the_policy_and_are_accessible(
    browser: Browser, live_server: Any, cast: Cast, theme: str, size: Any
) -> None:
    slug = cast.project.slug
    pages = [
        (None, ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/styleguide/"]),
        (
            cast.lead,
            ["/", f"/p/{slug}/", f"/p/{slug}/guidelines/", "/accounts/profile/", "/accounts/logout/"],
        ),
        (cast.writer, ["/", f"/p/{slug}/"]),
    ]
    for who, paths in pages:
        context = opened(browser, live_server, who, color_scheme=theme, viewport=size)
        for path in paths:
            page, complaints = visit(context, path)
            assert faults_of(page) == [], path
            assert complaints == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
            page.close()
        context.close()


def test_single_keys_rest_while_one_types_and_can_be_switched_off(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    context = opened(browser, live_server, cast.reviewer)
    page, _ = visit(context, "/styleguide/")
    sheet = page.locator("#keys-sheet")
    page.get_by_label("Response").click()
    page.keyboard.type("?")
    expect(sheet).to_be_hidden()
    expect(page.get_by_label("Response")).to_have_value("Because the air presses on it with less weight.?")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Score the criterion in focus")
    page.get_by_label("Single keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    page.reload()
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    context.close()


def test_a_refusal_and_a_fault_speak_in_the_corner_and_leave_the_page(
    browser: Browser, live_server: Any, cast: Cast
) -> None:
    context = opened(browser, live_server, cast.lead)
    page, _ = visit(context, f"/p/{cast.project.slug}/")
    page.evaluate(
        """slug => {
            const probe = document.createElement("button");
            probe.textContent = "Probe";
            probe.setAttribute("hx-post", `/p/${slug}/jobs/999/`);
            document.querySelector("main").append(probe);
            htmx.process(probe);
        }""",
        cast.project.slug,
    )
    with page.expect_request("**/jobs/999/") as sent:
        page.get_by_role("button", name="Probe").click()
    assert sent.value.headers["x-csrftoken"]
    expect(page.get_by_role("alert")).to_contain_text("There is no job “999” that you may see.")
    page.get_by_role("button", name="Close this message").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.route("**/jobs/999/", lambda route: route.fulfill(status=500, body="<!doctype html><p>broken"))
    page.get_by_role("button", name="Probe").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing on this page is lost")
    expect(page.get_by_role("button", name="Probe")).to_be_visible()
    context.close()


def test_places_and_menus_open_without_a_script(browser: Browser, live_server: Any, cast: Cast) -> None:
    context = opened(
        browser, live_server, cast.lead, java_script_enabled=False, viewport=NARROW, color_scheme="dark"
    )
    page, _ = visit(context, "/")
    page.get_by_role("link", name=cast.project.title).click()
    expect(page.get_by_role("link", name="Releases")).to_be_hidden()
    page.get_by_role("button", name="Places of this project").click()
    expect(page.get_by_role("link", name="Releases")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Light").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    context.close()
