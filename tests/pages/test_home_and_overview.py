"""What waits for people across projects and in one, and the pipeline that leads to its lists."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from review import queries_overview
from tests.conftest import Cast, page_client
from tests.factories import (
    a_member,
    a_review,
    a_submitted_demonstration,
    a_task,
    a_user,
    an_assignment,
    decided,
)
from tests.pages.reading import text_of
from workspace import projects
from workspace.access import standing


def test_home_tells_a_newcomer_what_will_happen(db: None) -> None:
    client = Client()
    client.force_login(a_user("nobody"))
    assert "You belong to no project yet" in text_of(client.get("/"))


def test_home_shows_what_waits_in_each_project(cast: Cast, django_assert_num_queries: Any) -> None:
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "request_changes")
    decided(cast.second_reviewer, "request_changes")
    a_task(cast.project)
    an_assignment(cast.second_writer)
    a_task(cast.project)
    assert "1 demonstration came back to you" in text_of(page_client(cast.writer).get("/"))
    assert "You hold a task" in text_of(page_client(cast.second_writer).get("/"))
    with django_assert_num_queries(1):
        (wait,) = queries_overview.waiting_everywhere(cast.writer.user)
    assert (wait.returned, wait.held, wait.open_tasks, wait.unread) == (1, False, 1, None)


def test_home_names_an_unread_guideline_first(cast: Cast) -> None:
    unread = a_member(cast.project, "annotator", reads=False)
    a_task(cast.project)
    page = text_of(page_client(unread).get("/"))
    assert f"/p/{cast.project.slug}/guidelines/1/?next=/" in page
    assert "Start next task" not in page


def test_a_reviewer_is_shown_the_review_in_hand_and_open_ones(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    assert "Start next review" in text_of(page_client(cast.reviewer).get("/"))
    a_review(cast.reviewer)
    assert "Go on reviewing" in text_of(page_client(cast.reviewer).get("/"))


def test_the_operator_makes_a_project_and_others_may_not(cast: Cast) -> None:
    client = Client()
    client.force_login(a_user("operator", superuser=True))
    assert cast.project.slug in text_of(client.get("/"))
    sent = {"title": "New", "slug": "brand-new", "overlap": 1, "reviews": 2, "blind": "on"}
    assert client.post("/projects/new/", sent).headers["Location"] == "/p/brand-new/"
    again = client.post("/projects/new/", sent)
    assert again.status_code == 422
    assert "There is a project “brand-new” already." in text_of(again)
    assert page_client(cast.lead).get("/projects/new/").status_code == 403


def test_each_stage_of_the_pipeline_leads_to_its_list(cast: Cast, django_assert_num_queries: Any) -> None:
    a_task(cast.project)
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "reject")
    decided(cast.second_reviewer, "reject")
    a_task(cast.project)
    a_submitted_demonstration(cast.second_writer)
    a_task(cast.project)
    with django_assert_num_queries(1):
        stages = queries_overview.pipeline(cast.lead)
    counts = {stage.state: stage.count for stage in stages}
    # A rejected demonstration's place is open again for another writer.
    assert counts == {
        "waiting": 2, "draft": 0, "submitted": 1, "changes_requested": 0, "disputed": 0, "approved": 0, "rejected": 1,
    }  # fmt: skip
    assert sum(stage.width for stage in stages) == 1000
    page = text_of(page_client(cast.lead).get(f"/p/{cast.project.slug}/"))
    for stage in stages:
        assert stage.url and f'href="{stage.url}"' in page


def test_an_annotator_counts_what_the_list_would_show_them(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    a_submitted_demonstration(cast.second_writer)
    counts = {stage.state: stage.count for stage in queries_overview.pipeline(cast.writer)}
    assert counts["submitted"] == 1
    assert (
        next(stage for stage in queries_overview.pipeline(cast.writer) if stage.state == "waiting").url == ""
    )


@pytest.mark.parametrize(("who", "statements"), [("writer", 10), ("reviewer", 10), ("lead", 12)])
def test_the_overview_costs_the_same_however_much_there_is(
    cast: Cast, who: str, statements: int, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        a_submitted_demonstration(cast.writer)
    client = page_client(getattr(cast, who))
    client.get("/")
    with django_assert_max_num_queries(statements):
        client.get(f"/p/{cast.project.slug}/")


def test_a_paused_project_says_why_on_its_overview(cast: Cast) -> None:
    projects.pause(cast.lead, kind="project", target="", reason="Back on Monday.", now=timezone.now())
    assert "Back on Monday." in text_of(page_client(cast.writer).get(f"/p/{cast.project.slug}/"))


def test_an_operator_who_is_no_member_sees_the_overview(cast: Cast) -> None:
    operator = standing(a_user("operator", superuser=True), cast.project.slug)
    page = page_client(operator).get(f"/p/{cast.project.slug}/")
    assert page.status_code == 200
    assert "What waits for you" not in text_of(page)
