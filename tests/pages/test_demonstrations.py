"""The demonstrations list and the life of one row: what each reader sees, filters, costs; and blindness everywhere."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from annotate import submitting
from annotate.models import Demonstration
from review import exporting
from review.models import Adjudication
from tests.conftest import Cast, api_client, page_client
from tests.counting import statements
from tests.factories import (
    TEXT,
    a_member,
    a_review,
    a_submitted_demonstration,
    a_task,
    an_assignment,
    decided,
)
from tests.pages.reading import text_of
from tests.structure.test_permissions import DOORS, Door
from workspace.access import Standing
from workspace.models import AuditEvent
from workspace.permissions import IN_PROJECT


def address(cast: Cast, found: Demonstration | None = None, **filters: Any) -> str:
    base = f"/p/{cast.project.slug}/demonstrations/" + (f"{found.pk}/" if found else "")
    return f"{base}?{urlencode(filters)}" if filters else base


def listed(who: Standing, cast: Cast, **filters: Any) -> set[int]:
    """The ids on the page of the list that `who` gets."""
    answer = page_client(who).get(address(cast, **filters))
    assert answer.status_code == 200
    return {
        int(key)
        for key in re.findall(rf'href="/p/{cast.project.slug}/demonstrations/(\d+)/"', text_of(answer))
    }


@pytest.fixture
def approved(cast: Cast) -> Demonstration:
    found = a_submitted_demonstration(cast.writer, TEXT + " A peculiar ending.")
    decided(cast.reviewer, comment="Good.")
    decided(cast.second_reviewer)
    return Demonstration.objects.get(pk=found.pk)


@pytest.fixture
def waiting(cast: Cast) -> Demonstration:
    a_task(cast.project, category="coding", language="de")
    return a_submitted_demonstration(cast.second_writer)


def test_everybody_sees_what_is_theirs_to_see(
    cast: Cast, approved: Demonstration, waiting: Demonstration
) -> None:
    both = {approved.pk, waiting.pk}
    assert listed(cast.lead, cast) == both == listed(cast.adjudicator, cast)
    assert listed(cast.writer, cast) == {approved.pk} == listed(cast.reviewer, cast)
    assert page_client(cast.writer).get(address(cast, waiting)).status_code == 403
    assert page_client(cast.reviewer).get(address(cast, waiting)).status_code == 403
    assert page_client(cast.stranger).get(address(cast, waiting)).status_code == 404


def test_filters_stand_in_the_address(cast: Cast, approved: Demonstration, waiting: Demonstration) -> None:
    writer = cast.writer.require_member().pk
    expected: list[tuple[dict[str, Any], set[int]]] = [
        ({"state": "approved"}, {approved.pk}),
        ({"category": "coding"}, {waiting.pk}),
        ({"language": "de"}, {waiting.pk}),
        ({"guideline_version": 1}, {approved.pk, waiting.pk}),
        ({"guideline_version": 2}, set()),
        ({"annotator": writer}, {approved.pk}),
        ({"q": "peculiar"}, {approved.pk}),
        ({"q": "peculiar", "state": "submitted"}, set()),
        ({"source": 12345}, set()),
    ]
    for filters, found in expected:
        assert listed(cast.lead, cast, **filters) == found, filters
    assert "Nothing fits these filters" in text_of(page_client(cast.lead).get(address(cast, q="nowhere")))


@pytest.mark.parametrize(
    "filters", [{"state": "odd"}, {"source": "x"}, {"q": "x" * 150}, {"annotator": "me"}]
)
def test_a_filter_that_cannot_be_is_told(
    cast: Cast, approved: Demonstration, filters: dict[str, Any]
) -> None:
    answer = page_client(cast.lead).get(address(cast, **filters))
    assert answer.status_code == 422
    assert re.search("Use one of|Give a number|Search for at most", text_of(answer))


def test_in_a_blind_project_no_filter_is_an_oracle(cast: Cast, approved: Demonstration) -> None:
    asked = address(cast, annotator=cast.writer.require_member().pk)
    assert page_client(cast.reviewer).get(asked).status_code == 403
    assert page_client(cast.adjudicator).get(asked).status_code == 403


def test_the_list_is_paged_by_keyset_and_keeps_its_filters(cast: Cast, approved: Demonstration) -> None:
    Demonstration.objects.exclude(pk=approved.pk).delete()
    for _ in range(51):
        a_task(cast.project)
        an_assignment(cast.second_writer)
        submitting.submit(
            cast.second_writer.require_member().assignments.get(state="active"),
            messages=[{"role": "assistant", "content": TEXT}],
            by=cast.second_writer.user,
            now=timezone.now(),
        )
    browser = page_client(cast.lead)
    first = text_of(browser.get(address(cast, state="submitted")))
    following = re.search(r'href="(\?state=submitted&amp;after=\d+)"', first)
    assert following and first.count('<th scope="row"') == 50
    rest = text_of(browser.get(address(cast) + following[1].replace("&amp;", "&")))
    assert rest.count('<th scope="row"') == 1 and 'href="?state=submitted"' in rest


def exported(who: Standing, cast: Cast, **filters: Any) -> list[dict[str, str]]:
    answer: Any = page_client(who).get(address(cast) + f"export/?{urlencode(filters)}")
    assert (
        answer["Content-Type"] == "text/csv; charset=utf-8" and "attachment" in answer["Content-Disposition"]
    )
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def test_the_list_is_exported_as_it_is_filtered_and_no_cell_runs(
    cast: Cast, approved: Demonstration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 1)
    risky = a_submitted_demonstration(cast.second_writer, '=HYPERLINK("http://x","y") ' + TEXT)
    rows = exported(cast.lead, cast)
    assert [row["id"] for row in rows] == [str(risky.pk), str(approved.pk)]
    assert rows[0]["response"].startswith("'=HYPERLINK") and rows[1]["quality_rating"] == "5.00"
    assert [row["annotator"] for row in rows] == ["writer2", "writer"]
    assert [row["id"] for row in exported(cast.lead, cast, state="approved")] == [str(approved.pk)]
    assert [row["annotator"] for row in exported(cast.reviewer, cast)] == [""]
    assert page_client(cast.reviewer).get(address(cast) + "export/?annotator=1").status_code == 403


def test_the_life_of_a_row_is_whole_for_an_admin(cast: Cast) -> None:
    found = a_submitted_demonstration(cast.writer, TEXT)
    decided(cast.reviewer, "request_changes", comment="Name the height.")
    decided(cast.second_reviewer, "request_changes", comment="Say how much.")
    messages = [{"role": "assistant", "content": TEXT.replace("lower", "much lower")}]
    submitting.submit(found.assignment, messages=messages, by=cast.writer.user, now=timezone.now())
    shown = text_of(page_client(cast.lead).get(address(cast, found)))
    for words in (
        "Round 2",
        "Round 1",
        "<ins>much </ins>",
        "Name the height.",
        "Say how much.",
        "reviewer2",
        "demonstration.submitted",
        "demonstration.changes_requested",
        "Who held the task",
        "in none",
    ):
        assert words in shown, words


def test_the_writer_reads_the_reviews_without_names_and_nothing_before_they_are_settled(cast: Cast) -> None:
    found = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve", comment="Very clear.")
    browser = page_client(cast.writer)
    assert "Very clear." not in text_of(browser.get(address(cast, found)))
    decided(cast.second_reviewer, "approve", comment="Agreed.")
    shown = text_of(browser.get(address(cast, found)))
    assert "Very clear." in shown and "Agreed." in shown
    assert ">reviewer<" not in shown and "reviewer2" not in shown and "demonstration.submitted" not in shown


def test_withdrawing_is_for_its_writer_and_admins(
    cast: Cast, approved: Demonstration, waiting: Demonstration
) -> None:
    assert "Withdraw this demonstration?" in text_of(page_client(cast.writer).get(address(cast, approved)))
    assert "Withdraw this demonstration?" not in text_of(
        page_client(cast.reviewer).get(address(cast, approved))
    )
    assert page_client(cast.second_writer).post(address(cast, approved) + "withdraw/").status_code == 403
    for who, found in ((cast.writer, approved), (cast.lead, waiting)):
        answer = page_client(who).post(address(cast, found) + "withdraw/", follow=True)
        assert "Its place in the task is open for another writer." in text_of(answer)
        found.refresh_from_db()
        assert found.state == "withdrawn"
    again = page_client(cast.writer).post(address(cast, approved) + "withdraw/")
    assert again.status_code == 409 and "is withdrawn" in text_of(again)


def test_what_the_pages_cost_does_not_grow(cast: Cast) -> None:
    costs: dict[str, list[tuple[int, int]]] = {"lead": [], "adjudicator": [], "reviewer": [], "writer": []}
    for _ in range(3):
        found = a_submitted_demonstration(cast.writer)
        decided(cast.reviewer, comment="Good.")
        decided(cast.second_reviewer)
        for name, seen in costs.items():
            browser = page_client(getattr(cast, name))
            with statements() as rows:
                browser.get(address(cast))
            with statements() as one:
                browser.get(address(cast, found))
            seen.append((len(rows), len(one)))
    for name, seen in costs.items():
        assert seen == [seen[0]] * 3, name
        assert seen[0][0] <= 8 and seen[0][1] <= 14, (name, seen)


def told(doors: list[Door], who: Standing, cast: Cast, ids: dict[str, int]) -> list[tuple[Door, str]]:
    """Everything that `who` can read through these doors, with the ids of what exists."""
    answers = []
    for door in doors:
        if door.method != "GET" or door.action not in IN_PROJECT:
            continue
        client = api_client(who) if door.api else page_client(who)
        sorts = door.route.removeprefix("api/v1/").removeprefix("p/<slug:slug>/").split("/")[0]
        text = door.route.replace("<slug:slug>", cast.project.slug)
        text = re.sub(r"<(number:\w+|int:\w+)>", "1", text)
        text = re.sub(r"<(str:)?\w+>", str(ids.get(sorts, 1)), text)
        answer: Any = client.get("/" + text)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answers.append((door, body.decode(errors="replace")))
    return answers


def test_nothing_a_reviewer_or_adjudicator_can_read_tells_who_wrote_or_judged(cast: Cast) -> None:
    """Every page and every answer of a blind project, as each judge: no other person's name, address or id."""
    names = {"writer": "Wilhelmina Quill", "second_writer": "Zebedee Inkwell"}
    names |= {"reviewer": "Ottoline Marks", "second_reviewer": "Percival Stern"}
    for part, name in names.items():
        user = getattr(cast, part).user
        user.name, user.email = name, f"{name.split()[0].lower()}@secret.test"
        user.save()
    found = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    dispute = Adjudication.objects.get(demonstration=found)
    a_submitted_demonstration(cast.second_writer)
    held = a_review(cast.reviewer)
    third = a_member(cast.project, "reviewer", name="third")
    ids = {
        "demonstrations": found.pk,
        "adjudications": dispute.pk,
        "adjudicate": dispute.pk,
        "reviews": held.pk,
    }
    assert AuditEvent.objects.exists()
    read = 0
    for who in (cast.reviewer, third, cast.adjudicator, cast.writer):
        others = [name for part, name in names.items() if getattr(cast, part).user != who.user]
        secrets = others + [f"{name.split()[0].lower()}@secret.test" for name in others]
        for door, text in told(DOORS, who, cast, ids):
            read += 1
            assert [secret for secret in secrets if secret in text] == [], f"{door} to {who.user}"
            assert '"annotator"' not in text or who == cast.writer, f"{door} to {who.user}"
    assert read > 80
