"""Recall against a reviewer's claim: one of them wins, and the other is told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate import returning
from annotate.models import Assignment, Demonstration
from review import claiming
from review.models import Review, ReviewPlace
from tests.concurrency.racing import at_once, only
from tests.factories import a_member, a_project, a_submitted_demonstration, a_task
from workspace.refusals import Conflict, Empty

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 15


def test_a_submission_is_never_both_taken_back_and_under_review() -> None:
    project = a_project(reviews=2)
    writer = a_member(project, "annotator")
    reviewers = [a_member(project, "reviewer") for _ in range(3)]
    outcomes = set()
    for _ in range(ROUNDS):
        a_task(project)
        demonstration = a_submitted_demonstration(writer)

        def recall(found: Demonstration = demonstration) -> str:
            return returning.recall(writer, found, now=timezone.now()).state

        claims = [lambda who=who: claiming.claim(who, now=timezone.now()) for who in reviewers]
        recalled, *claimed = at_once(recall, *claims)
        only((Conflict, Empty), [recalled, *claimed])
        given = [one for one in claimed if isinstance(one, claiming.Claim)]
        demonstration.refresh_from_db()
        assignment = Assignment.objects.get(pk=demonstration.assignment_id)
        if recalled == "draft":
            assert given == [] and (demonstration.state, assignment.state) == ("draft", "active")
            assert not Review.objects.filter(demonstration=demonstration, state="active").exists()
            assert (
                not ReviewPlace.objects.filter(demonstration=demonstration).exclude(state="closed").exists()
            )
        else:
            assert isinstance(recalled, Conflict) and given
            assert (demonstration.state, assignment.state) == ("submitted", "submitted")
        outcomes.add(recalled if isinstance(recalled, str) else "refused")
        # The table is cleared for the next round.
        returning.withdraw(writer, demonstration, now=timezone.now())
    assert outcomes <= {"draft", "refused"}
