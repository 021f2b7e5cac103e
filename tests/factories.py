"""Factory functions: small whole worlds for tests, made through the acts, in the words of the domain."""

from __future__ import annotations

import itertools
import secrets
import uuid
from typing import Any

from django.utils import timezone

from annotate import claiming, guidelines, submitting
from annotate.lanes import lane_for, wake
from annotate.models import Assignment, Demonstration, Slot, Task
from review import claiming as reviewing
from review import deciding
from review.models import Review
from workspace import people, projects
from workspace.access import Standing, standing
from workspace.models import Project, User

_numbers = itertools.count(1)
TEXT = "Water boils at a lower temperature on a mountain, because the air presses on it with less weight."


def a_user(name: str = "", *, superuser: bool = False, password: str | None = None) -> User:
    number = next(_numbers)
    return people.create_user(
        email=f"{name or 'person'}-{number}@cast.test",
        name=name or f"Person {number}",
        superuser=superuser,
        password=password,
    )


def a_project(slug: str = "", **settings: Any) -> Project:
    name = slug or f"project-{next(_numbers)}-{secrets.token_hex(3)}"
    return projects.create_project(slug=name, title="A project", by=None, now=timezone.now(), **settings)


def a_member(
    project: Project,
    *roles: str,
    name: str = "",
    reads: bool = True,
    languages: Any = (),
    categories: Any = (),
) -> Standing:
    """A member with `roles` who, unless told otherwise, has read the newest guideline version."""
    user = a_user(name)
    people.add_member(
        project,
        email=user.email,
        roles=roles,
        languages=languages,
        categories=categories,
        by=None,
        now=timezone.now(),
    )
    stands = standing(user, project.slug)
    if reads:
        guidelines.acknowledge(stands, guidelines.newest(project).number or 1, now=timezone.now())
    return stands


def a_task(project: Project, *, prompt: str = "", overlap: int = 1, **fields: Any) -> Task:
    """A task with its open slots, as intake makes them."""
    values = {"kind": "respond", "category": "open_qa", "language": "en", "priority": 2, **fields}
    if values["kind"] in ("respond", "edit"):
        values["prompt"] = prompt or f"Why does water boil sooner on a mountain? ({uuid.uuid4().hex[:6]})"
    task = Task.objects.create(
        project=project, digest=uuid.uuid4(), shuffle=secrets.randbits(63), overlap=overlap, **values
    )
    lane = lane_for(
        project,
        queue="write",
        priority=task.priority,
        category=task.category,
        language=task.language,
        source=task.source_id,
    )
    Slot.objects.bulk_create(
        Slot(task=task, number=number, lane_id=lane, shuffle=task.shuffle) for number in range(1, overlap + 1)
    )
    wake({lane})
    return task


def an_assignment(writer: Standing) -> Assignment:
    """A task just claimed by `writer`."""
    return Assignment.objects.get(pk=claiming.claim(writer, now=timezone.now()).assignment_id)


def a_submitted_demonstration(writer: Standing, text: str = TEXT) -> Demonstration:
    """Claimed and submitted by `writer`; a task is made where none is open."""
    if not Slot.objects.filter(task__project=writer.project, state="open").exists():
        a_task(writer.project)
    assignment = an_assignment(writer)
    return submitting.submit(
        assignment, messages=[{"role": "assistant", "content": text}], by=writer.user, now=timezone.now()
    )


def a_review(reviewer: Standing) -> Review:
    """A review just claimed by `reviewer`."""
    return Review.objects.get(pk=reviewing.claim(reviewer, now=timezone.now()).review_id)


def full_scores(review: Review, level: int | None = None) -> dict[str, int]:
    """A level for every criterion of the review's rubric: the highest, or `level` where the scale has it."""
    scores: dict[str, int] = {}
    for criterion in review.guideline_version.rubric:
        values = [found["value"] for found in criterion["levels"]]
        scores[criterion["key"]] = level if level is not None and level in values else max(values)
    return scores


def decided(
    reviewer: Standing, decision: str = "approve", *, comment: str = "", level: int | None = None
) -> Review:
    """The next review, claimed and decided by `reviewer`."""
    review = a_review(reviewer)
    words = comment or ("" if decision == "approve" else "The last sentence is wrong.")
    judgement = deciding.Judgement(decision, full_scores(review, level), comment=words)
    return deciding.decide(review, judgement, by=reviewer.user, now=timezone.now())
