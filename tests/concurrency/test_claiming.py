"""The writing queue under many hands at once: nothing twice, nothing lost, nothing over."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from annotate import claiming, drafting, returning, submitting
from annotate.lanes import lane_for
from annotate.models import Assignment, Demonstration, Draft, Revision, Slot, Task
from tests.concurrency.racing import at_once, only
from tests.factories import TEXT, a_member, a_project, a_task, an_assignment
from workspace.refusals import Empty, Moved, Stale

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, TASKS, OVERLAP = 16, 5_000, 2
_HAND_IN = """
WITH done AS (UPDATE annotate_assignment SET state = 'submitted' WHERE id = %s RETURNING slot_id)
UPDATE annotate_slot SET state = 'filled', lease_until = NULL FROM done WHERE annotate_slot.id = done.slot_id
"""


def many_tasks(project, count, overlap):
    lane = lane_for(project, queue="write", priority=2, category="", language="en", source=None)
    tasks = [
        Task(
            project=project,
            kind="respond",
            prompt=f"Question {number}?",
            language="en",
            digest=uuid.uuid4(),
            shuffle=secrets.randbits(63),
            overlap=overlap,
        )
        for number in range(count)
    ]
    Task.objects.bulk_create(tasks, batch_size=1000)
    slots = [
        Slot(task=task, number=number, lane_id=lane, shuffle=task.shuffle)
        for task in tasks
        for number in range(1, overlap + 1)
    ]
    Slot.objects.bulk_create(slots, batch_size=1000)


def claim_until_empty(writer):
    """Claim and hand in until nothing is left. Returns the ids of what was got."""
    got: list[int] = []
    while True:
        try:
            given = claiming.claim(writer, now=timezone.now())
        except Empty:
            return got
        assert given.new
        with connection.cursor() as cursor:
            cursor.execute(_HAND_IN, [given.assignment_id])
        got.append(given.assignment_id)


def test_sixteen_writers_empty_a_queue_with_nothing_twice_lost_or_over():
    project = a_project(overlap=OVERLAP)
    writers = [a_member(project, "annotator") for _ in range(WRITERS)]
    many_tasks(project, TASKS, OVERLAP)

    ended = at_once(*(partial(claim_until_empty, writer) for writer in writers))

    only((), ended)
    got = [key for keys in ended for key in keys]
    assert len(got) == len(set(got)) == TASKS * OVERLAP  # none lost, none double
    assert not Slot.objects.exclude(state="filled").exists()
    per_task = Assignment.objects.values("task").annotate(
        several=Count("pk"), people=Count("member", distinct=True), places=Count("slot", distinct=True)
    )
    assert {(row["several"], row["people"], row["places"]) for row in per_task} == {(OVERLAP,) * 3}


def test_two_tabs_of_one_person_get_one_and_the_same_task():
    project = a_project()
    writer = a_member(project, "annotator")
    for _ in range(6):
        for _ in range(4):
            a_task(project)
        ended = at_once(*[lambda: claiming.claim(writer, now=timezone.now())] * 4)
        only((), ended)
        assert len({claim.assignment_id for claim in ended}) == 1
        assert sum(claim.new for claim in ended) == 1
        held = Assignment.objects.get(member=writer.member, state="active")
        assert Slot.objects.filter(state="held").count() == 1
        claiming.skip(held, by=writer.user, reason="unclear", now=timezone.now())


def test_an_autosave_and_a_submission_never_lose_text():
    project = a_project()
    writer = a_member(project, "annotator")
    for _ in range(12):
        a_task(project)
        held = an_assignment(writer)
        drafting.save_draft(held, messages=said(TEXT), version=0, by=writer.user, now=timezone.now())
        one, other = (Assignment.objects.get(pk=held.pk) for _ in range(2))
        saved, handed_in = at_once(
            partial(
                drafting.save_draft,
                one,
                messages=said(TEXT + " Saved."),
                version=1,
                by=writer.user,
                now=timezone.now(),
            ),
            partial(
                submitting.submit,
                other,
                messages=said(TEXT + " Submitted."),
                version=1,
                by=writer.user,
                now=timezone.now(),
            ),
        )
        only((Moved, Stale), [saved, handed_in])
        draft = Draft.objects.get(pk=held.pk).messages[-1]["content"]
        held.refresh_from_db()
        if isinstance(handed_in, Exception):
            # The save came first: the submission is refused with the saved text, and nothing was handed in.
            assert isinstance(handed_in, Stale) and draft.endswith("Saved.")
            assert handed_in.extra["draft"]["messages"][-1]["content"].endswith("Saved.")
            assert held.state == "active"
            claiming.skip(held, by=writer.user, reason="unclear", now=timezone.now())
        else:
            assert isinstance(saved, Moved) and draft.endswith("Submitted.") and held.state == "submitted"
            revision = Revision.objects.get(demonstration=handed_in)
            assert revision.messages[-1]["content"] == draft


def test_two_submissions_at_once_make_one_revision():
    project = a_project()
    writer = a_member(project, "annotator")
    for _ in range(8):
        a_task(project)
        held = an_assignment(writer)
        works = [Assignment.objects.get(pk=held.pk) for _ in range(3)]
        ended = at_once(
            *(
                partial(
                    submitting.submit,
                    work,
                    messages=said(TEXT),
                    version=0,
                    by=writer.user,
                    now=timezone.now(),
                )
                for work in works
            )
        )
        only((), ended)
        assert len({found.pk for found in ended}) == 1
        assert Revision.objects.filter(demonstration=ended[0]).count() == 1


@pytest.mark.parametrize("act", ["submit", "save", "renew", "release"])
def test_the_end_of_a_lease_and_a_late_writer_leave_one_holder(act):
    project = a_project()
    writer, successor = a_member(project, "annotator"), a_member(project, "annotator")
    seen = set()
    for _ in range(15):
        Task.objects.filter(slots__state="open").update(state="closed")
        a_task(project)
        held = an_assignment(writer)
        past = timezone.now() - timedelta(minutes=1)
        Slot.objects.filter(pk=held.slot_id).update(lease_until=past)
        Assignment.objects.filter(pk=held.pk).update(lease_until=past)
        late = Assignment.objects.select_related("member__project", "task").get(pk=held.pk)

        mine, theirs = at_once(
            partial(act_on, act, late, writer),
            partial(claiming.claim, successor, now=timezone.now()),
        )

        only((Moved, Empty), [mine, theirs])
        slot = Slot.objects.get(pk=held.slot_id)
        held.refresh_from_db()
        active = Assignment.objects.filter(slot=slot, state__in=["active", "submitted"])
        assert active.count() <= 1
        if isinstance(theirs, Exception):
            seen.add("kept")
            assert not isinstance(mine, Exception)
            assert slot.holder_id in (held.member_id, None)
        else:
            seen.add("passed on")
            assert slot.holder == successor.member and slot.state == "held"
            assert held.state in ("expired", "released")
            if act in ("submit", "save"):
                assert isinstance(mine, Moved)
                assert Draft.objects.get(pk=held.pk).messages[-1]["content"] == TEXT  # kept all the same
            claiming.skip(active.get(), by=successor.user, reason="unclear", now=timezone.now())
        close(held)
    assert seen  # which of the two wins is chance; that exactly one does is not


def test_a_writer_who_is_saving_keeps_the_place_and_nobody_waits_in_a_ring():
    project = a_project()
    writer, successor = a_member(project, "annotator"), a_member(project, "annotator")
    a_task(project)
    held = an_assignment(writer)
    past = timezone.now() - timedelta(minutes=1)
    Slot.objects.filter(pk=held.slot_id).update(lease_until=past)
    Assignment.objects.filter(pk=held.pk).update(lease_until=past)
    late = Assignment.objects.select_related("member__project").get(pk=held.pk)
    locked = threading.Event()

    def save_slowly():
        with transaction.atomic():
            drafting.lock(late)
            locked.set()
            time.sleep(0.3)  # the claim of the other has come to the place by now
            return drafting.hold_place(late, now=timezone.now())

    def claim_meanwhile():
        locked.wait(timeout=10)
        return claiming.claim(successor, now=timezone.now())

    kept, theirs = at_once(save_slowly, claim_meanwhile)

    assert kept is True and isinstance(theirs, Empty)
    assert Slot.objects.filter(pk=held.slot_id, lease_until__gt=timezone.now()).exists()


def test_a_withdrawal_beside_a_submission_ends_one_way_or_the_other():
    project = a_project()
    writer = a_member(project, "annotator")
    a_task(project)
    held = an_assignment(writer)
    drafting.save_draft(held, messages=said(TEXT), version=0, by=writer.user, now=timezone.now())
    work = Assignment.objects.select_related("member__project", "task").get(pk=held.pk)
    locked = threading.Event()

    def submit_slowly():
        with transaction.atomic():
            drafting.lock(work)
            locked.set()
            time.sleep(0.3)  # the withdrawal has come to its locks by now
            return submitting.submit(work, version=1, by=writer.user, now=timezone.now())

    def withdraw_meanwhile():
        locked.wait(timeout=10)
        return returning.withdraw(writer, held.demonstration, now=timezone.now())

    ended = at_once(submit_slowly, withdraw_meanwhile)

    only((), ended)
    assert Demonstration.objects.get().state == "withdrawn"
    assert Slot.objects.get().state == "open"


def act_on(act, work, writer):
    now = timezone.now()
    if act == "submit":
        return submitting.submit(work, messages=said(TEXT), version=0, by=writer.user, now=now)
    if act == "save":
        return drafting.save_draft(work, messages=said(TEXT), version=0, by=writer.user, now=now)
    if act == "renew":
        return claiming.renew(work, by=writer.user, now=now)
    return claiming.release(work, by=writer.user, now=now)


def close(held):
    """Nothing of this round is left for the next one."""
    Slot.objects.filter(pk=held.slot_id).update(state="closed", holder=None, lease_until=None)
    Assignment.objects.filter(slot=held.slot_id, state="active").update(state="skipped")


def said(text):
    return [{"role": "assistant", "content": text}]
