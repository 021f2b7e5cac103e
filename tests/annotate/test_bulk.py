"""Writing by COPY: what foreign keys promise holds, however they are checked."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from annotate import bulk, writing
from annotate.models import Lane, Slot, Task
from annotate.sources.checking import check_task
from annotate.sources.copy_text import copy_text
from annotate.sources.rows import TaskRow, digest
from tests.annotate.importing_of import imported, numbered
from tests.conftest import Cast
from workspace.models import Project

pytestmark = pytest.mark.django_db


def texts(count: int) -> list[bytes]:
    rows = [check_task({"prompt": f"Question {number}?"}, line=1) for number in range(count)]
    return [copy_text(row, digest(row)).encode() for row in rows if isinstance(row, TaskRow)]


def write(project: Project, lane: int, **named: Any) -> list[int]:
    with transaction.atomic():
        return bulk.write_texts(project, texts(2), [lane, lane], now=timezone.now(), **named)


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("at_once", [True, False])
def test_an_import_leaves_no_row_without_what_it_refers_to(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(writing, "may_check_keys_at_once", lambda: at_once)
    source = imported(cast.lead, numbered(50, category="a"))
    assert source.tasks == 50
    assert Task.objects.filter(source__isnull=False, project__isnull=False).count() == 50
    assert Slot.objects.filter(task__source=source, lane__source=source).count() == 50
    assert role() == "origin"


@pytest.mark.parametrize("at_once", [True, False])
def test_rows_for_a_lane_that_is_gone_are_refused(cast: Cast, at_once: bool) -> None:
    if at_once and not bulk.may_check_keys_at_once():
        pytest.skip("this database's user may not switch off the check row by row")
    missing = (Lane.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1000
    with pytest.raises(IntegrityError), transaction.atomic():
        write(cast.project, missing, source_id=None, keys_at_once=at_once)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert role() == "origin" and not Task.objects.filter(project=cast.project).exists()


def test_the_check_row_by_row_is_back_for_what_follows(cast: Cast) -> None:
    imported(cast.lead, numbered(3))
    task = Task.objects.filter(project=cast.project)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Slot.objects.create(task=task, number=9, lane_id=10**9, shuffle=1)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
