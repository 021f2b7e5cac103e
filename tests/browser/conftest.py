"""One real Chromium for the tests of this folder."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
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
    for _ in range(50):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND (state <> 'idle' OR state_change > now() - interval '0.2 s')"
            )
            if cursor.fetchone() == (0,):
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
