"""The demo project made by the ordinary acts: people, tasks, drafts, submissions, reviews. Safe to run again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from annotate import drafting, guidelines, intake, submitting
from annotate.models import Assignment, Slot, Task
from annotate.sources.checking import check_task
from annotate.sources.rows import TaskRow
from review import deciding
from review.demo.content.loading import demo_demonstrations, demo_tasks
from review.models import Review, ReviewPlace
from workspace import people, projects
from workspace.access import Standing, standing
from workspace.auditing import record
from workspace.models import Project, User
from workspace.refusals import Refusal

SLUG = "demo"
# Roles of the demo's people; their addresses are the contract's.
PEOPLE = {
    "admin": ("Ada Admin", ["admin", "adjudicator"]),
    "writer": ("Wanda Writer", ["annotator"]),
    "writer2": ("Walid Writer", ["annotator"]),
    "reviewer": ("Rosa Reviewer", ["reviewer"]),
    "reviewer2": ("Rashid Reviewer", ["reviewer"]),
}
# Sooner in the content is a higher class in the queue.
_CLASS = {1: 1, 0: 2}


def address(name: str) -> str:
    """The log-in of one of the demo's people."""
    return f"{name}@demo.test"


def seed(*, password: str, now: datetime) -> tuple[Project, bool]:
    """Create the demo project with everything in it, unless it is there. Returns it and whether it is new.

    All of it is one transaction: a seeding that was killed leaves nothing.
    """
    existing = Project.objects.filter(slug=SLUG).first()
    if existing is not None:
        return existing, False
    with transaction.atomic():
        project = projects.create_project(
            slug=SLUG,
            title="Everyday questions",
            description="A project to click through: tasks in three languages, some written, reviewed and approved.",
            reviews=2,
            by=None,
            now=now - timedelta(days=14),
        )
        cast = {name: _person(project, name, password, now=now) for name in PEOPLE}
        tasks = _tasks(project, cast["admin"].user, now=now - timedelta(days=13))
        _replay(tasks, cast, now=now)
        _renew_leases(project, now=now)
    return project, True


def _person(project: Project, name: str, password: str, *, now: datetime) -> Standing:
    words, roles = PEOPLE[name]
    user = User.objects.filter(email=address(name)).first()
    if user is None:
        superuser = name == "admin"
        user = people.create_user(email=address(name), name=words, password=password, superuser=superuser)
    people.add_member(project, email=user.email, roles=roles, by=None, now=now)
    found = standing(user, project.slug)
    guidelines.acknowledge(found, 1, now=now - timedelta(days=13))
    return found


def _tasks(project: Project, by: User, *, now: datetime) -> dict[str, Task]:
    rows = []
    for number, values in enumerate(demo_tasks(), start=1):
        used = {name: value for name, value in values.items() if value not in ("", [], None)}
        row = check_task({**used, "priority": _CLASS[values["priority"]]}, line=number)
        if not isinstance(row, TaskRow):
            raise ValueError(f"The demo's task {number} cannot be taken: {row}")
        rows.append(row)
    return {task.external_id: task for task in intake.store_rows(project, rows, by=by, now=now)}


def _replay(tasks: Mapping[str, Task], cast: Mapping[str, Standing], *, now: datetime) -> None:
    """What has been written and judged so far, one after the other over the last days."""
    written = demo_demonstrations()
    step = timedelta(days=11) / max(1, len(written))
    # Drafts come last: a writer holds one task at a time.
    for number, planned in enumerate(sorted(written, key=lambda one: one["state"] == "draft")):
        at = now - timedelta(days=12) + number * step
        try:
            _replay_one(tasks[planned["task"]], planned, cast, at)
        except Refusal as refusal:
            raise ValueError(f"The demo's {planned['task']}: {refusal.detail} {refusal.errors}") from refusal


def _renew_leases(project: Project, *, now: datetime) -> None:
    """What is in hand was taken days ago: as if its writers had opened it just now, so that it stays in their hands."""
    lease = now + project.writing_lease
    in_hand = Assignment.objects.filter(project=project, state="active")
    Slot.objects.filter(state="held", assignments__in=in_hand).update(lease_until=lease)
    in_hand.update(lease_until=lease)


def _replay_one(task: Task, planned: Mapping[str, Any], cast: Mapping[str, Standing], at: datetime) -> None:
    writer = cast[planned["by"]]
    assignment = _take(task, writer, at)
    for number, round_ in enumerate(planned["rounds"]):
        text = [{"role": "assistant", "content": round_["response"]}]
        when = at + timedelta(hours=20 * number)
        if planned["state"] == "draft":
            drafting.save_draft(assignment, messages=text, version=0, by=writer.user, now=when)
            return
        submitting.submit(assignment, messages=text, by=writer.user, now=when + timedelta(minutes=25))
        for order, review in enumerate(round_["reviews"]):
            _review(task, review, cast[review["by"]], when + timedelta(hours=3 + order))


def _take(task: Task, writer: Standing, at: datetime) -> Assignment:
    """This very task into the writer's hands: the demo tells who wrote what, so it cannot draw from the queue."""
    member = writer.require_member()
    slot = Slot.objects.get(task=task, number=1)
    lease = at + writer.project.writing_lease
    Slot.objects.filter(pk=slot.pk).update(state="held", holder=member, lease_until=lease)
    assignment = Assignment.objects.create(
        project=writer.project,
        task=task,
        slot=slot,
        member=member,
        guideline_version=guidelines.newest(writer.project),
        lease_until=lease,
        claimed=at,
    )
    record("assignment.claimed", assignment, by=writer.user, after={"slot": slot.pk, "task": task.pk})
    return assignment


def _review(task: Task, planned: Mapping[str, Any], reviewer: Standing, at: datetime) -> None:
    member = reviewer.require_member()
    place = ReviewPlace.objects.filter(demonstration__task=task, state="open").order_by(
        "-revision_id", "number"
    )[0]
    lease = at + reviewer.project.review_lease
    ReviewPlace.objects.filter(pk=place.pk).update(state="held", holder=member, lease_until=lease)
    review = Review.objects.create(
        project=reviewer.project,
        place=place,
        demonstration_id=place.demonstration_id,
        revision_id=place.revision_id,
        reviewer=member,
        guideline_version_id=place.revision.guideline_version_id,
        lease_until=lease,
        claimed=at,
    )
    record(
        "review.claimed", review, by=reviewer.user, after={"place": place.pk, "revision": place.revision_id}
    )
    last = len(place.revision.messages) - 1
    remarks = tuple(
        deciding.SpanComment(last, remark["start"], remark["end"], remark["text"])
        for remark in planned.get("comments", ())
    )
    judgement = deciding.Judgement(
        decision=planned["decision"],
        scores=planned["scores"],
        comment=planned.get("comment", ""),
        reasons=tuple(planned.get("reasons", ())),
        comments=remarks,
    )
    deciding.decide(review, judgement, by=reviewer.user, now=at + timedelta(minutes=12))
