"""One real Chromium for the tests of this folder."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from annotate.models import Assignment
from tests.browser.driving import CHROMIUM, opened
from tests.conftest import Cast
from tests.factories import a_task, an_assignment


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django's check of it is meant for servers.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True)
def settled(transactional_db: None) -> Iterator[None]:
    """Wait for what a closing page still asked of the server: the database is emptied next, and must not be in use."""
    yield
    # A closed browser closes its connections, and each connection's thread ends with the request it serves.
    for _ in range(100):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.1)


@pytest.fixture
def held(cast: Cast) -> Assignment:
    a_task(cast.project)
    return an_assignment(cast.writer)


@pytest.fixture
def context(browser: Browser, live_server: Any, cast: Cast) -> Iterator[BrowserContext]:
    context = opened(browser, live_server, cast.writer)
    yield context
    context.close()
