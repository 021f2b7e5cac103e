"""The demo project: as it was made, it stays, and making it again changes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate import claiming
from annotate.models import Assignment, Demonstration
from review.demo.seeding import seed

pytestmark = pytest.mark.django_db


def test_what_the_demos_writers_hold_stays_in_their_hands() -> None:
    seed(password="demo", now=timezone.now())
    assert claiming.sweep(now=timezone.now()) == 0
    assert Assignment.objects.filter(state="active", lease_until__lt=timezone.now()).count() == 0


def test_making_the_demo_again_changes_nothing() -> None:
    project, new = seed(password="demo", now=timezone.now())
    written = Demonstration.objects.filter(project=project).count()
    assert new and written == 30
    assert seed(password="demo", now=timezone.now()) == (project, False)
    assert Demonstration.objects.filter(project=project).count() == written
