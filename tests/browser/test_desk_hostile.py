"""What is meant to do harm is shown at the desk as it was typed: nothing runs, and the policy reports nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect

from annotate.drafting import save_draft
from annotate.models import Assignment, Demonstration
from review.deciding import Judgement, SpanComment, decide
from tests.browser.driving import ROOT, in_a_browser, listened, opened
from tests.browser.writing import at_the_desk, response, state
from tests.conftest import Cast
from tests.factories import a_review, a_submitted_demonstration, a_task, an_assignment, full_scores

SHARED = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA", ROOT.parent / "shared" / "data")) / "security"
pytestmark = [
    *in_a_browser,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data folder is not here"),
]


def hostile() -> str:
    """The lists as one text, without the two kinds of character that no text may hold."""
    payloads = (SHARED / "xss-payload-list.head1000.txt").read_text(encoding="utf-8", errors="replace")
    naughty = "\n".join(json.loads((SHARED / "blns.json").read_text(encoding="utf-8")))
    text = f"{payloads}\n{naughty}".replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "ignore").decode("utf-8")


def test_hostile_texts_are_shown_as_they_were_typed(browser: Browser, live_server: Any, cast: Cast) -> None:
    text = hostile()
    lines = text.split("\n")
    a_submitted_demonstration(cast.writer, text="First words.\n" + text[:4000])
    for reviewer in (cast.reviewer, cast.second_reviewer):
        review = a_review(reviewer)
        remarks = [SpanComment(1, 0, 900, line) for line in lines[:40] if line.strip()]
        judgement = Judgement("request_changes", full_scores(review), comment=text[:3000], comments=remarks)
        decide(review, judgement, by=reviewer.user, now=timezone.now())
    returned = Assignment.objects.get()
    said = [{"role": "assistant", "content": text}]
    save_draft(returned, messages=said, version=1, by=cast.writer.user, now=timezone.now())

    context = opened(browser, live_server, cast.writer)
    page = context.new_page()
    complaints, dialogs = listened(page), []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto(f"/p/{cast.project.slug}/write/{returned.pk}/")
    assert page.locator("textarea").first.input_value() == text
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_be_visible()
    page.get_by_role("tab", name="History").click()
    page.goto(f"/p/{cast.project.slug}/work/{Demonstration.objects.get().pk}/")
    expect(page.get_by_text(lines[0], exact=False).first).to_be_visible()

    page.close()
    assert (complaints, dialogs) == ([], [])
    a_task(cast.project, prompt=text[:20_000], context=text[20_000:], category="<script>alert(1)</script>")
    new = Assignment.objects.get(pk=new_work(cast))
    other = at_the_desk(context, new)
    complaints = listened(other)
    other.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    # At once: a browser takes long to type a thousand lines.
    response(other).evaluate(
        "(box, text) => { box.value = text; box.dispatchEvent(new Event('input', {bubbles: true})); }", text
    )
    expect(state(other)).to_contain_text("Saved")
    other.goto(f"/p/{cast.project.slug}/work/")
    assert (complaints, dialogs) == ([], [])
    context.close()


def new_work(cast: Cast) -> int:
    """A second writer's hands are empty: the task is theirs, then handed to the writer of this test."""
    given = an_assignment(cast.second_writer)
    Assignment.objects.filter(pk=given.pk).update(member=cast.writer.require_member())
    given.slot.holder = cast.writer.require_member()
    given.slot.save()
    return given.pk
