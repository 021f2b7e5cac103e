"""The whole path in a real browser: three people, each with a browser of their own, from an empty desk to a release.

With SCRIPTORIUM_SCREENSHOTS=docs/images the pictures of the README are made on the way.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from annotate.models import Demonstration
from review.demo.seeding import address, seed
from tests.browser.driving import WIDE, in_a_browser, listened
from tests.browser.pictures import take
from tests.factories import a_member, a_project, a_task
from tests.working_off import work_off_jobs
from workspace.access import Standing
from workspace.models import Project

pytestmark = in_a_browser
PICTURES = os.environ.get("SCRIPTORIUM_SCREENSHOTS", "")
PASSWORD = "correct horse battery staple"
PROMPT = "Why does bread rise?"
FIRST = "It rises because of the yeast, and everybody who has ever baked a loaf knows that."
BETTER = (
    "Yeast eats the sugar in the dough and gives off gas. The gluten holds the bubbles, so the dough grows."
)
RETURNED = "Say what the yeast does, and what keeps the gas in."
DECISIONS = {"Approve": "Approved.", "Request changes": "Changes requested."}


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    expect.set_options(timeout=15_000)
    yield
    expect.set_options(timeout=5_000)


class Someone:
    """A person at a browser of their own, whose console is listened to."""

    def __init__(self, browser: Browser, server: Any, login: str, password: str, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=server.url, accept_downloads=True, **{"viewport": WIDE, **options}
        )
        self.context.set_default_timeout(10_000)
        self.page: Page = self.context.new_page()
        self.complaints = listened(self.page)
        self.page.goto("/accounts/login/")
        self.page.get_by_label("Email").fill(login)
        self.page.get_by_label("Password").fill(password)
        self.press("Log in")
        expect(self.page.get_by_role("heading", name="Log in")).to_have_count(0)

    def goto(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def read_guideline(self, project: Project) -> None:
        self.goto(f"/p/{project.slug}/guidelines/1/")
        self.press("I have read this version")

    def leave(self) -> None:
        """Go; nothing may have been complained of, a breach of the Content-Security-Policy least of all."""
        self.context.close()
        assert self.complaints == []


def with_password(who: Standing) -> Standing:
    who.user.set_password(PASSWORD)
    who.user.save()
    return who


@pytest.fixture
def project(db: None) -> Project:
    return a_project("bread", reviews=2)


@pytest.fixture
def people(browser: Browser, live_server: Any, project: Project) -> Iterator[dict[str, Someone]]:
    """A writer, a reviewer, and a lead who reviews too; none of them has read the guideline."""
    roles = {"writer": ["annotator"], "reviewer": ["reviewer"], "lead": ["admin", "reviewer"]}
    found = {
        name: Someone(
            browser,
            live_server,
            with_password(a_member(project, *held, name=name, reads=False)).user.email,
            PASSWORD,
        )
        for name, held in roles.items()
    }
    yield found
    for person in found.values():
        person.leave()


def test_three_people_from_an_empty_desk_to_a_release(
    people: dict[str, Someone], project: Project, tmp_path: Path
) -> None:
    a_task(project, prompt=PROMPT)
    for person in people.values():
        person.read_guideline(project)
    writer, reviewers = people["writer"], (people["reviewer"], people["lead"])

    write(writer, project, "", FIRST)
    for person in reviewers:
        review(person, project, "Request changes", digit="1", comment=RETURNED)
    page = writer.goto(f"/p/{project.slug}/work/")
    expect(page.get_by_text(PROMPT).first).to_be_visible()
    write(writer, project, FIRST, BETTER)
    for person in reviewers:
        review(person, project, "Approve", digit="3")
    assert Demonstration.objects.get().state == "approved"

    agree(people["lead"], project)
    check(release(people["lead"], project, tmp_path / "bread-0001"))


def write(writer: Someone, project: Project, before: str, text: str) -> None:
    page = writer.goto(f"/p/{project.slug}/write/")
    if not before:
        writer.press("Start next task")
    else:
        expect(page.get_by_text(RETURNED).first).to_be_attached()
    box = page.get_by_role("textbox", name="Response", exact=True)
    expect(box).to_have_value(before)
    box.fill(text)
    expect(page.locator("#save-state")).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Submitted for review.")).to_be_visible()


def review(person: Someone, project: Project, decision: str, *, digit: str, comment: str = "") -> None:
    page = person.goto(f"/p/{project.slug}/review/")
    person.press("Start next review")
    expect(page.get_by_text(PROMPT).first).to_be_visible()
    assert "Wanda" not in page.content() and "writer-" not in page.content(), "reviews are blind"
    for criterion in page.get_by_role("radiogroup").all():
        criterion.get_by_role("radio", name=digit, exact=True).check(force=True)
    if comment:
        page.get_by_label("Overall comment").fill(comment)
    page.get_by_role("button", name=decision).click()
    expect(page.get_by_text(DECISIONS[decision])).to_be_visible()


def agree(lead: Someone, project: Project) -> None:
    page = lead.goto(f"/p/{project.slug}/agreement/")
    lead.press("Compute now")
    assert [job.state for job in work_off_jobs()] == ["succeeded"]
    # The bar asks once more, learns that the job has ended, and the table comes by itself.
    row = page.get_by_role("row").filter(has_text="Decision").first
    expect(row).to_contain_text("1.000")


def release(lead: Someone, project: Project, directory: Path) -> Path:
    page = lead.goto(f"/p/{project.slug}/releases/")
    lead.press("Build release")
    assert [job.state for job in work_off_jobs()] == ["succeeded"]
    page.goto(f"/p/{project.slug}/releases/1/")
    for link in page.locator("#files a[download]").all():
        name = link.inner_text().strip()
        with page.expect_download() as download:
            link.click()
        download.value.save_as(directory / name)
    return directory


def check(directory: Path) -> None:
    sums = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=directory, capture_output=True, check=False
    )
    assert sums.returncode == 0, sums.stdout + sums.stderr
    (path,) = (directory / "data").iterdir()
    (row,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert (row["prompt"], row["response"], row["reviews"]) == (PROMPT, BETTER, 2)


def test_reading_and_writing_without_javascript(browser: Browser, live_server: Any, project: Project) -> None:
    a_task(project, prompt=PROMPT)
    member = with_password(a_member(project, "annotator", name="writer", reads=False))
    writer = Someone(browser, live_server, member.user.email, PASSWORD, java_script_enabled=False)
    writer.read_guideline(project)
    page = writer.goto(f"/p/{project.slug}/write/")
    writer.press("Start next task")
    page.get_by_role("textbox", name="Response", exact=True).fill(BETTER)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("textbox", name="Response", exact=True)).to_have_value(BETTER)
    page.get_by_role("button", name="Submit for review").click()
    assert Demonstration.objects.get().state == "submitted"
    for place in ("", "work/", "guidelines/", "guidelines/1/", "write/"):
        page = writer.goto(f"/p/{project.slug}/{place}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
    writer.goto(f"/p/{project.slug}/work/")
    expect(page.get_by_text(PROMPT).first).to_be_visible()
    writer.leave()


def test_the_demo_project_has_something_on_every_page(
    browser: Browser, live_server: Any, transactional_db: None
) -> None:
    seed(password=PASSWORD, now=timezone.now())
    size = {"width": 1320, "height": 780}
    places = {
        "writer": ["", "work/", "guidelines/1/", "write/"],
        "reviewer": ["", "review/", "demonstrations/"],
        "admin": [
            "",
            "demonstrations/",
            "tasks/",
            "sources/",
            "people/",
            "agreement/",
            "releases/",
            "settings/",
        ],
    }
    for name, paths in places.items():
        person = Someone(browser, live_server, address(name), PASSWORD, viewport=size)
        for path in paths:
            page = person.goto(f"/p/demo/{path}")
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            begin(person, path)
            if PICTURES and path in ("write/", "review/"):
                page.wait_for_timeout(800)
                take(page, Path(PICTURES) / f"{path.strip('/')}.png")
        person.leave()


def begin(person: Someone, path: str) -> None:
    """Take up the work that a desk offers."""
    if path == "write/":
        # The returned work comes first; the task begun before it is one link away.
        person.page.get_by_role("link", name="new task:").click()
        box = person.page.get_by_role("textbox", name="Response", exact=True)
        expect(box).not_to_be_empty()
        box.fill(box.input_value().strip() + "\n\nGive it a week before you judge it.")
        expect(person.page.locator("#save-state")).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
        person.page.reload()
        expect(person.page.get_by_text("left", exact=False).first).to_be_visible()
    if path == "review/":
        person.press("Start next review")
        expect(person.page.get_by_role("radiogroup").first).to_be_visible()
