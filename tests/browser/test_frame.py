"""The frame in a real browser: its policy and accessibility, keys, messages, and what works without a script."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.driving import NARROW, WIDE, faults_of, in_a_browser, listened, opened
from tests.conftest import Cast

pytestmark = in_a_browser


def visit(context: BrowserContext, path: str) -> tuple[Page, list[str]]:
    """A page and everything its console complains of from the first byte on."""
    page = context.new_page()
    complaints = listened(page)
    page.goto(path)
    return page, complaints


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
        options: dict[str, Any] = {"color_scheme": theme, "viewport": size}
        if who is None:
            context = browser.new_context(base_url=live_server.url, **options)
        else:
            context = opened(browser, live_server, who, **options)
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
