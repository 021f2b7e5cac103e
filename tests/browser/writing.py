"""At the writer's desk in a browser: the page, its text boxes, what the server has of them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page

from annotate.models import Assignment, Draft

SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")


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
