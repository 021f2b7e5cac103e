"""Synthetic volume is made of the same things as real work: claims, reviews and settings meet it as their own."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from annotate.models import Demonstration, Slot, Task
from review.demo.volume import STATEMENTS, fill
from review.models import Review, ReviewPlace, Score
from tests.conftest import Cast
from tests.factories import a_review, an_assignment, decided
from workspace.refusals import Invalid


def filled(cast: Cast, tasks: int = 12, demonstrations: int = 8, reviews: int = 9) -> None:
    fill(cast.project, tasks=tasks, demonstrations=demonstrations, reviews=reviews, now=timezone.now())
    # Foreign keys are checked at the commit, which a test never reaches.
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_filling_makes_as_many_as_were_asked_for(cast: Cast) -> None:
    filled(cast)
    assert Task.objects.filter(project=cast.project).count() == 12
    states = Demonstration.objects.filter(project=cast.project).order_by("id").values_list("state", flat=True)
    assert list(states) == ["approved"] * 4 + ["submitted"] * 4
    assert Review.objects.filter(project=cast.project, state="decided").count() == 9
    assert ReviewPlace.objects.filter(state="open").count() == 7
    criteria = len(Review.objects.all()[0].guideline_version.rubric)
    assert Score.objects.count() == 9 * criteria


def test_a_filled_project_gives_out_work_like_any_other(cast: Cast) -> None:
    filled(cast)
    assert an_assignment(cast.writer).task.external_id.startswith("volume-")
    assert Slot.objects.filter(state="open").count() == 3
    review = a_review(cast.reviewer)
    assert review.demonstration.state == "submitted"


def test_a_synthetic_demonstration_settles_with_its_last_review(cast: Cast) -> None:
    filled(cast, tasks=1, demonstrations=1, reviews=1)
    decided(cast.reviewer)
    settled = Demonstration.objects.get(project=cast.project)
    assert (settled.state, settled.rating_reviews) == ("approved", 2)


def test_two_fillings_add_up(cast: Cast) -> None:
    filled(cast)
    filled(cast)
    assert Task.objects.filter(project=cast.project).count() == 24


def test_a_batch_takes_the_same_number_of_statements_however_big(cast: Cast) -> None:
    filled(cast, tasks=1, demonstrations=1, reviews=1)
    with connection.execute_wrapper(counted := _Counter()):
        filled(cast, tasks=500, demonstrations=500, reviews=1000)
    assert counted.statements < len(STATEMENTS) + 80


class _Counter:
    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.statements += 1
        return execute(sql, params, many, context)


def test_numbers_that_do_not_fit_are_refused(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        fill(cast.project, tasks=2, demonstrations=3, reviews=7, now=timezone.now())
    assert set(refused.value.errors) == {"demonstrations", "reviews"}


def test_the_demo_command_adds_volume(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", tasks=3, demonstrations=2, reviews=1)
    assert "3 tasks, 2 demonstrations, 1 reviews" in capsys.readouterr().out
    with pytest.raises(CommandError, match="at most one for each task"):
        call_command("demo", tasks=1, demonstrations=2)
