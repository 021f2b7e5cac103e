"""The audit trail only grows, and its page finds what happened."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Cast, page_client
from workspace import people
from workspace.auditing import record
from workspace.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(cast: Cast) -> AuditEvent:
    return record("member.changed", cast.lead.member, by=cast.lead.user, after={"roles": ["admin"]})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE workspace_auditevent SET action = 'nothing' WHERE id = %s",
        "UPDATE workspace_auditevent SET actor_id = actor_id + 1 WHERE id = %s",
        "UPDATE workspace_auditevent SET actor_id = NULL, action = 'nothing' WHERE id = %s",
        "DELETE FROM workspace_auditevent WHERE id = %s",
    ],
)
def test_no_event_is_changed_or_deleted(event: AuditEvent, statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [event.pk])
    event.refresh_from_db()
    assert event.action == "member.changed"


def test_erasure_may_empty_the_person(event: AuditEvent) -> None:
    AuditEvent.objects.filter(pk=event.pk).update(actor=None)
    event.refresh_from_db()
    assert event.actor is None


def test_truncation_is_refused_save_in_test_databases(event: AuditEvent) -> None:
    """The trigger asks the database's name; here it stands in for one that is not called `test_…`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('workspace_audit_only_grows'::regproc)")
        definition = cursor.fetchone()[0]
        assert "current_database() LIKE 'test\\_%'" in definition
        with transaction.atomic():
            cursor.execute("SAVEPOINT real_name")
            cursor.execute(definition.replace("current_database()", "'scriptorium'"))
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                cursor.execute("TRUNCATE workspace_auditevent")
            cursor.execute("ROLLBACK TO SAVEPOINT real_name")
    assert AuditEvent.objects.filter(pk=event.pk).exists()


def test_the_trail_holds_no_text_that_people_wrote(cast: Cast) -> None:
    browser = page_client(cast.lead)
    people.add_member(
        cast.project,
        email="secret@example.org",
        roles=["annotator"],
        name="Secret Name",
        by=None,
        now=timezone.now(),
    )
    browser.post(
        f"/p/{cast.project.slug}/settings/",
        {
            **{"title": "Secret title", "description": "Secret words", "overlap": 1, "overlap_share": 1},
            **{"reviews": 2, "writing_minutes": 120, "review_minutes": 30},
        },
    )
    cast.project.refresh_from_db()
    assert cast.project.title == "Secret title"
    for event in AuditEvent.objects.all():
        assert "ecret" not in f"{event.before}{event.after}", event


def test_the_page_filters_by_its_address(cast: Cast, event: AuditEvent) -> None:
    browser = page_client(cast.lead)
    page = f"/p/{cast.project.slug}/audit/"
    everything = browser.get(page).context["page"].rows
    assert len(everything) > 3
    rows = browser.get(page, {"action": "member.changed"}).context["page"].rows
    assert [row.pk for row in rows] == [event.pk]
    member = cast.lead.require_member()
    rows = browser.get(page, {"object": f"member:{member.pk}"}).context["page"].rows
    assert {row.action for row in rows} == {"member.added", "member.changed"}
    rows = browser.get(page, {"actor": cast.lead.user.pk}).context["page"].rows
    assert rows
    assert {row.actor for row in rows} == {cast.lead.user}
    assert "lead" in browser.get(page).content.decode(), "the actor stands there by name"


def test_the_trail_of_another_project_is_not_in_it(cast: Cast) -> None:
    rows = page_client(cast.stranger).get(f"/p/{cast.stranger.project.slug}/audit/").context["page"].rows
    assert {row.project_id for row in rows} == {cast.stranger.project.pk}


def test_pages_of_the_trail_join_without_gap_or_repeat(cast: Cast) -> None:
    for _ in range(120):
        record("job.started", None, by=cast.lead.user, project=cast.project)
    browser = page_client(cast.lead)
    seen: list[int] = []
    address = f"/p/{cast.project.slug}/audit/"
    query = "?action=job.started"
    while query:
        page = browser.get(address + query).context["page"]
        seen += [row.pk for row in page.rows]
        query = page.older
    assert len(seen) == 120
    assert seen == sorted(set(seen), reverse=True)


def test_a_filter_looks_through_a_bounded_part_and_offers_to_go_on(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workspace.queries.EVENTS_LOOKED_THROUGH", 10)
    first = record("release.built", None, by=None, project=cast.project)
    for _ in range(25):
        record("job.started", None, by=None, project=cast.project)
    browser = page_client(cast.lead)
    address, query = f"/p/{cast.project.slug}/audit/", "?action=release.built"
    found: list[int] = []
    pages = 0
    while query:
        page = browser.get(address + query).context["page"]
        found += [row.pk for row in page.rows]
        query, pages = page.older, pages + 1
    assert found == [first.pk]
    assert pages > 2


def test_the_page_costs_the_same_however_long_the_trail(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(60):
        record("job.started", None, by=cast.writer.user, project=cast.project)
    browser = page_client(cast.lead)
    with django_assert_max_num_queries(6):
        browser.get(f"/p/{cast.project.slug}/audit/")
