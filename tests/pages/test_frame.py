"""The frame around every page: who sees which places, themes, refusals in words, and long jobs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from tests.conftest import Cast, page_client
from tests.factories import (
    a_member,
    a_submitted_demonstration,
    decided,
)
from tests.pages.reading import HTMX, text_of
from workspace import running
from workspace.access import Standing
from workspace.models import Job, User
from workspace.places import GROUPS, rail


def rail_of(who: Standing) -> list[str]:
    """The paths of the rail behind `/p/SLUG/`, as the page of `who` shows them."""
    root = f"/p/{who.project.slug}/"
    page = text_of(page_client(who).get(root))
    return [path.removeprefix(root) for path in re.findall(r'class="rail-link" href="([^"]+)"', page)]


def test_each_role_sees_the_places_it_may_enter(cast: Cast) -> None:
    assert rail_of(cast.writer) == ["", "write/", "work/", "demonstrations/", "guidelines/"]
    assert rail_of(cast.reviewer) == ["", "review/", "demonstrations/", "guidelines/"]
    assert rail_of(cast.adjudicator) == ["", "adjudicate/", "demonstrations/", "guidelines/", "agreement/"]
    everything = [place.path for _title, places in GROUPS for place in places]
    desks = {"write/", "work/", "review/", "adjudicate/"}
    assert rail_of(cast.lead) == [path for path in everything if path not in desks]


def test_the_place_one_is_at_is_marked(cast: Cast) -> None:
    groups = rail(cast.lead, f"/p/{cast.project.slug}/releases/3/")
    assert [str(entry.name) for _title, entries in groups for entry in entries if entry.current] == [
        "Releases"
    ]


def test_the_rail_says_how_much_waits_in_one_statement(cast: Cast, django_assert_num_queries: Any) -> None:
    project = cast.project
    everything = a_member(project, "annotator", "reviewer", "adjudicator", "admin")
    a_submitted_demonstration(everything)
    decided(cast.reviewer, "request_changes")
    decided(cast.second_reviewer, "request_changes")
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    a_submitted_demonstration(cast.second_writer)
    with django_assert_num_queries(1):
        groups = rail(everything, "/")
    counts = {str(entry.name): entry.count for _title, entries in groups for entry in entries if entry.count}
    assert counts == {"My work": 1, "Review": 2, "Adjudicate": 1}


def test_a_region_costs_nothing_for_the_frame(cast: Cast) -> None:
    page = text_of(page_client(cast.lead).get("/projects/switch/", headers=HTMX))
    assert "rail" not in page
    assert cast.project.title in page


def test_the_switcher_shows_ones_own_projects_only(cast: Cast) -> None:
    page = text_of(page_client(cast.writer).get("/projects/switch/"))
    assert f"/p/{cast.project.slug}/" in page
    assert f"/p/{cast.stranger.project.slug}/" not in page


def test_the_theme_is_in_the_page_before_any_script(cast: Cast) -> None:
    client = page_client(cast.writer)
    assert 'data-theme="system"' in text_of(client.get("/"))
    assert client.post("/accounts/theme/", {"theme": "dark", "next": "/p/x/"}).url == "/p/x/"  # type: ignore[attr-defined]
    assert 'data-theme="dark" data-bs-theme="dark"' in text_of(client.get("/"))


def test_an_unknown_theme_is_refused_in_words(cast: Cast) -> None:
    response = page_client(cast.writer).post("/accounts/theme/", {"theme": "sepia"})
    assert response.status_code == 422
    assert "Use system, light or dark." in text_of(response)


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
def test_next_never_leads_to_another_site(cast: Cast, elsewhere: str) -> None:
    response = page_client(cast.writer).post("/accounts/theme/", {"theme": "dark", "next": elsewhere})
    assert response.headers["Location"] == "/"


def test_a_right_to_left_language_turns_the_page(cast: Cast) -> None:
    User.objects.filter(pk=cast.writer.user.pk).update(language="ar")
    page = text_of(page_client(cast.writer).get("/"))
    assert '<html lang="ar" dir="rtl"' in page
    assert "tabler.rtl.min.css" in page


def test_the_policy_is_strict_on_every_page(cast: Cast) -> None:
    for client, path in (
        (Client(), "/accounts/login/"),
        (page_client(cast.lead), f"/p/{cast.project.slug}/"),
    ):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_a_plain_request_reads_the_refusal_as_a_page_in_the_frame(cast: Cast) -> None:
    response = page_client(cast.writer).get(f"/p/{cast.project.slug}/jobs/999/")
    assert response.status_code == 404
    page = text_of(response)
    assert "There is nothing here" in page
    assert "rail-link" in page


def test_htmx_gets_a_message_that_changes_nothing_on_the_page(cast: Cast) -> None:
    response = page_client(cast.writer).get(f"/p/{cast.project.slug}/jobs/999/", headers=HTMX)
    assert response.status_code == 404
    page = text_of(response).strip()
    assert page.startswith('<hx-partial hx-target="#alerts" hx-swap="beforeend">')
    assert page.endswith("</hx-partial>")


def test_a_project_of_others_is_not_there(cast: Cast) -> None:
    response = page_client(cast.stranger).get(f"/p/{cast.project.slug}/")
    assert response.status_code == 404
    assert cast.project.title not in text_of(response).replace("A project ·", "")


def test_a_stranger_is_sent_to_log_in(cast: Cast) -> None:
    response = Client().get(f"/p/{cast.project.slug}/")
    assert response.headers["Location"] == f"/accounts/login/?next=/p/{cast.project.slug}/"


def test_an_unknown_address_says_what_to_do(db: None) -> None:
    response = Client().get("/nowhere/at/all/")
    assert response.status_code == 404
    assert "To my work" in text_of(response)


def a_job(cast: Cast, **values: Any) -> Job:
    job = running.start("compute_agreement", project=cast.project, by=None, arguments={})
    Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def test_a_running_job_asks_for_itself_and_an_ended_one_says_so(cast: Cast) -> None:
    job = a_job(cast, state="running", done=40, total=100)
    client, path = page_client(cast.lead), f"/p/{cast.project.slug}/jobs/{job.pk}/"
    region = client.get(path, headers=HTMX)
    assert 'hx-trigger="every 2s"' in text_of(region)
    assert 'value="40" max="100"' in text_of(region)
    Job.objects.filter(pk=job.pk).update(state="succeeded")
    region = client.get(path, headers=HTMX)
    assert "hx-trigger" not in text_of(region)
    assert region.headers["HX-Trigger"] == "job-ended"
    assert region.headers["Vary"].count("HX-Request")


def test_only_a_lead_cancels_a_job(cast: Cast) -> None:
    job = a_job(cast)
    path = f"/p/{cast.project.slug}/jobs/{job.pk}/"
    assert page_client(cast.writer).post(path).status_code == 403
    assert page_client(cast.stranger).post(path).status_code == 404
    assert page_client(cast.lead).post(path).status_code == 302
    job.refresh_from_db()
    assert job.state == "cancelled"


# --- Pages of last resort -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["500.html", "403_csrf.html"])
def test_the_page_of_a_fault_needs_neither_request_nor_database(name: str) -> None:
    page = render_to_string(name)
    assert "To my work" in page
    assert "nothing was" in page


def test_a_form_without_its_token_is_told_what_to_do(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.writer.user)
    response = client.post("/accounts/theme/", {"theme": "dark"})
    assert response.status_code == 403
    assert "This page was open too long" in text_of(response)
