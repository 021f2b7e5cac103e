"""Driving a browser through the pages: who is logged in, what the console says, what axe-core finds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page

from tests.conftest import page_client
from workspace.access import Standing

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}

# `pytestmark = in_a_browser` in each file.
in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no Chromium at {CHROMIUM}; set CHROMIUM"),
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; run `make test`"),
]


def opened(browser: Browser, server: Any, who: Standing, **options: Any) -> BrowserContext:
    """A browser of its own in which `who` is logged in."""
    context = browser.new_context(base_url=server.url, **{"viewport": WIDE, **options})
    context.set_default_timeout(10_000)
    log_in(context, server, who)
    return context


def log_in(context: BrowserContext, server: Any, who: Standing) -> None:
    """Give the browser a session of `who`, as a log-in in another tab would."""
    session = page_client(who).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])


def listened(page: Page) -> list[str]:
    """Everything the page's console complains of from now on; failed requests of a test's own making aside."""
    complaints: list[str] = []
    page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def faults_of(page: Page) -> list[str]:
    """What axe-core finds, each with the first element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found["violations"]]
