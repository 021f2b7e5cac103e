"""The stop button: no new claims, 204 with the reason as it was typed, and work in hand may finish."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.utils import timezone

from annotate import submitting
from annotate.models import Source
from tests.conftest import Cast, api_client, page_client
from tests.factories import TEXT, a_task, an_assignment
from workspace import projects
from workspace.models import AuditEvent, Pause
from workspace.refusals import Conflict, Invalid

pytestmark = pytest.mark.django_db
REASON = "Paused until Monday: the guideline is being mended (see mail)."


def claim(cast: Cast, who: str = "writer") -> tuple[int, str]:
    answer = api_client(getattr(cast, who)).post(
        f"/api/v1/projects/{cast.project.slug}/queue/claim/", {}, "json"
    )
    return answer.status_code, answer.headers.get("Scriptorium-Reason", "")


def pause(cast: Cast, kind: str = "project", target: str = "", reason: str = REASON) -> Pause:
    return projects.pause(cast.lead, kind=kind, target=target, reason=reason, now=timezone.now())


def test_a_paused_project_gives_nothing_and_says_why_as_it_was_typed(cast: Cast) -> None:
    a_task(cast.project)
    paused = pause(cast)
    assert claim(cast) == (204, REASON)
    projects.resume(cast.lead, paused, now=timezone.now())
    assert claim(cast)[0] == 201


def test_words_beyond_ascii_arrive_whole(cast: Cast) -> None:
    a_task(cast.project)
    pause(cast, reason="متوقف حتى الاثنين – 50 % fertig")
    status, reason = claim(cast)
    assert status == 204
    assert unquote(reason) == "متوقف حتى الاثنين – 50 % fertig"


def test_work_in_hand_may_finish(cast: Cast) -> None:
    a_task(cast.project)
    assignment = an_assignment(cast.writer)
    pause(cast)
    demonstration = submitting.submit(
        assignment, messages=[{"role": "assistant", "content": TEXT}], by=cast.writer.user, now=timezone.now()
    )
    assert demonstration.state == "submitted"


def test_a_paused_member_alone_gets_nothing(cast: Cast) -> None:
    a_task(cast.project, overlap=2)
    pause(cast, "member", str(cast.writer.require_member().pk))
    assert claim(cast) == (204, REASON)
    assert claim(cast, "second_writer")[0] == 201


def test_a_paused_category_or_source_is_passed_over(cast: Cast) -> None:
    source = Source.objects.create(
        project=cast.project, name="s", format="jsonl", licence="CC0-1.0", state="ready"
    )
    a_task(cast.project, category="coding")
    a_task(cast.project, category="open_qa", source=source)
    pause(cast, "category", "coding")
    pause(cast, "source", str(source.pk))
    assert claim(cast)[0] == 204
    open_one = a_task(cast.project, category="open_qa")
    answer = api_client(cast.writer).post(f"/api/v1/projects/{cast.project.slug}/queue/claim/", {}, "json")
    assert answer.json()["task"]["id"] == str(open_one.pk)


def test_reviewing_stops_too(cast: Cast) -> None:
    pause(cast)
    answer = api_client(cast.reviewer).post(
        f"/api/v1/projects/{cast.project.slug}/reviews/claim/", {}, "json"
    )
    assert (answer.status_code, answer.headers["Scriptorium-Reason"]) == (204, REASON)


@pytest.mark.parametrize(
    ("kind", "target", "field"),
    [
        ("everything", "", "kind"),
        ("project", "coding", "target"),
        ("category", "", "target"),
        ("category", "x" * 61, "target"),
        ("source", "²", "target"),
        ("member", "999999", "target"),
        ("member", "9" * 30, "target"),
    ],
)
def test_what_cannot_be_paused_is_refused_by_field(cast: Cast, kind: str, target: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        pause(cast, kind, target)
    assert list(refused.value.errors) == [field]


def test_twice_is_a_conflict_and_a_reason_is_needed(cast: Cast) -> None:
    pause(cast)
    with pytest.raises(Conflict):
        pause(cast)
    with pytest.raises(Invalid):
        pause(cast, "category", "coding", reason="  ")


def test_the_member_of_another_project_cannot_be_named(cast: Cast) -> None:
    with pytest.raises(Invalid):
        pause(cast, "member", str(cast.stranger.require_member().pk))


def test_the_api_pauses_lists_and_resumes(cast: Cast) -> None:
    client, address = api_client(cast.lead), f"/api/v1/projects/{cast.project.slug}/pauses/"
    made = client.post(address, {"kind": "category", "target": "coding", "reason": REASON}, "json")
    assert made.status_code == 201
    assert made.json()["reason"] == REASON
    assert [row["id"] for row in client.get(address).json()["results"]] == [made.json()["id"]]
    assert (
        client.post(address, {"kind": "category", "target": "coding", "reason": "again"}, "json").status_code
        == 409
    )
    for _ in range(2):
        assert client.delete(f"{address}{made.json()['id']}/").status_code == 204
    assert client.get(address).json()["results"] == []
    actions = list(AuditEvent.objects.filter(action__in=["project.paused", "project.resumed"]).order_by("pk"))
    assert [event.action for event in actions] == ["project.paused", "project.resumed"], "twice is one event"
    assert "reason" not in actions[0].after


def test_the_settings_page_pauses_what_it_lists(cast: Cast) -> None:
    browser, page = page_client(cast.lead), f"/p/{cast.project.slug}/settings/"
    choices = dict(browser.get(page).context["pause_form"].fields["what"].choices)
    assert set(choices) >= {"project:", "category:coding", f"member:{cast.writer.require_member().pk}"}
    answer = browser.post(f"/p/{cast.project.slug}/pauses/", {"what": "project:", "reason": REASON})
    assert answer.status_code == 302
    shown = browser.get(page)
    assert REASON in shown.content.decode()
    (paused,) = shown.context["pauses"]
    assert (
        browser.post(f"/p/{cast.project.slug}/pauses/", {"what": "project:", "reason": "x"}).status_code
        == 422
    )
    browser.post(f"/p/{cast.project.slug}/pauses/{paused.pk}/resume/")
    assert browser.get(page).context["pauses"] == []
