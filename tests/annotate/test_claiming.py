"""Claiming, renewing, giving back: who gets which task, and what the end of a lease means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from annotate import claiming, drafting, guidelines
from annotate.lanes import lane_for
from annotate.models import Assignment, LaneCursor, Slot, Source
from tests.factories import TEXT, a_member, a_project, a_task, an_assignment
from workspace import projects
from workspace.access import Standing, standing
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Empty, Invalid, Moved, NotAllowed, Unread


def claim(who: Standing) -> Assignment:
    return Assignment.objects.get(pk=claiming.claim(who, now=timezone.now()).assignment_id)


def run_out(assignment: Assignment) -> None:
    past = timezone.now() - timedelta(minutes=1)
    Assignment.objects.filter(pk=assignment.pk).update(lease_until=past)
    Slot.objects.filter(pk=assignment.slot_id).update(lease_until=past)


def test_a_claim_takes_a_place_until_a_time_and_notes_it(cast):
    task = a_task(cast.project)
    held = claim(cast.writer)
    assert (held.task, held.state, held.round) == (task, "active", 1)
    assert held.lease_until > timezone.now() + timedelta(hours=1, minutes=59)
    assert held.slot.state == "held" and held.slot.holder == cast.writer.member
    event = AuditEvent.objects.get(action="assignment.claimed")
    assert (event.actor, event.object_id, event.after["task"]) == (cast.writer.user, held.pk, task.pk)


@pytest.mark.parametrize("who", ["reviewer", "adjudicator", "lead"])
def test_a_claim_is_refused_by_role(cast, who):
    a_task(cast.project)
    with pytest.raises(NotAllowed, match="Only annotators"):
        claim(getattr(cast, who))


def test_a_claim_never_gives_a_task_of_another_project(cast):
    a_task(cast.project)
    outsider = a_member(a_project(), "annotator")
    with pytest.raises(Empty, match="No tasks have been added"):
        claim(outsider)


def test_a_task_goes_only_to_members_with_its_language_and_category(cast):
    a_task(cast.project, category="coding", language="de")
    for languages, categories in ((["en"], []), ([], ["reasoning"])):
        other = a_member(cast.project, "annotator", languages=languages, categories=categories)
        with pytest.raises(Empty, match="than yours"):
            claim(other)
    assert claim(a_member(cast.project, "annotator", languages=["de", "en"], categories=["coding"]))


def test_a_task_without_a_language_is_for_everybody(cast):
    a_task(cast.project, language="")
    assert claim(a_member(cast.project, "annotator", languages=["de"]))


def test_a_reserved_task_goes_to_the_members_it_is_reserved_for(cast):
    task = a_task(cast.project)
    lane = lane_for(
        cast.project,
        queue="write",
        priority=2,
        category="open_qa",
        language="en",
        source=None,
        reserved_for=[cast.writer.member.pk],
    )
    Slot.objects.filter(task=task).update(lane_id=lane)
    with pytest.raises(Empty, match="reserved for other people"):
        claim(cast.second_writer)
    assert claim(cast.writer).task == task


def test_a_higher_class_comes_first(cast):
    for priority in (3, 1, 2):
        a_task(cast.project, priority=priority)
    got = []
    for _ in range(3):
        held = claim(cast.writer)
        got.append(held.task.priority)
        claiming.skip(held, by=cast.writer.user, reason="unclear", now=timezone.now())
    assert got == [1, 2, 3]


def test_nobody_gets_a_task_twice_and_overlap_gives_it_to_others(cast):
    a_task(cast.project, overlap=2)
    first, second = claim(cast.writer), claim(cast.second_writer)
    assert first.task == second.task and first.slot != second.slot
    claiming.skip(first, by=cast.writer.user, reason="expertise", now=timezone.now())
    with pytest.raises(Empty, match="had a turn"):
        claim(cast.writer)


def test_every_task_of_a_lane_comes_in_one_turn(cast):
    tasks = {a_task(cast.project).pk for _ in range(12)}
    got = []
    for _ in range(12):
        held = claim(cast.writer)
        got.append(held.task_id)
        claiming.skip(held, by=cast.writer.user, reason="unclear", now=timezone.now())
    assert set(got) == tasks
    with pytest.raises(Empty):
        claim(cast.writer)
    assert LaneCursor.objects.get(member=cast.writer.member).exhausted
    task = a_task(cast.project)  # new work wakes whoever had found nothing
    assert claim(cast.writer).task == task


def test_paused_categories_sources_and_members_get_nothing_new(cast):
    source = Source.objects.create(project=cast.project, name="S", format="jsonl", licence="CC0-1.0")
    a_task(cast.project, category="coding")
    paused = projects.pause(cast.lead, kind="category", target="coding", reason="Later", now=timezone.now())
    with pytest.raises(Empty, match="^Later$"):
        claim(cast.writer)
    projects.resume(cast.lead, paused, now=timezone.now())
    projects.pause(
        cast.lead, kind="member", target=str(cast.writer.member.pk), reason="A break", now=timezone.now()
    )
    with pytest.raises(Empty, match="A break"):
        claim(cast.writer)
    assert claim(cast.second_writer)
    a_task(cast.project, category="reasoning", source=source)
    projects.pause(cast.lead, kind="source", target=str(source.pk), reason="Licence", now=timezone.now())
    with pytest.raises(Empty, match="^Licence$"):
        claim(a_member(cast.project, "annotator"))


def test_a_retired_source_gives_nothing_new(cast):
    source = Source.objects.create(
        project=cast.project, name="S", format="jsonl", licence="CC0-1.0", state="retired"
    )
    a_task(cast.project, source=source)
    with pytest.raises(Empty):
        claim(cast.writer)


def test_a_new_version_must_be_read_before_new_work_but_work_in_hand_goes_on(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    guidelines.begin_draft(cast.lead, now=timezone.now())
    guidelines.publish(cast.lead, summary="Shorter.", material=False, now=timezone.now())
    assert claim(cast.writer) == held
    claiming.skip(held, by=cast.writer.user, reason="unclear", now=timezone.now())
    a_task(cast.project)
    with pytest.raises(Unread) as refused:
        claim(cast.writer)
    assert refused.value.extra == {"guideline_version": 2}
    guidelines.acknowledge(cast.writer, 2, now=timezone.now())
    assert claim(cast.writer).guideline_version.number == 2


def test_the_end_of_a_lease_opens_the_place_and_keeps_the_text(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    drafting.save_draft(
        held,
        messages=[{"role": "assistant", "content": TEXT}],
        version=0,
        by=cast.writer.user,
        now=timezone.now(),
    )
    run_out(held)
    assert claiming.sweep(now=timezone.now()) == 1
    held.refresh_from_db()
    assert held.state == "expired" and held.slot.state == "open"
    assert held.draft.messages[-1]["content"] == TEXT
    back = claim(cast.writer)
    assert back.pk == held.pk and back.state == "active"  # the same row, however often it is taken up


def test_one_s_own_expired_task_makes_way_for_the_next_claim(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    run_out(held)
    assert claim(cast.writer).pk == held.pk
    assert Assignment.objects.count() == 1


def test_the_sweeper_leaves_returned_work_and_living_leases_alone(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    assert claiming.sweep(now=timezone.now()) == 0
    run_out(held)
    Assignment.objects.filter(pk=held.pk).update(round=2)
    assert claiming.sweep(now=timezone.now()) == 0


def test_renewing_lengthens_the_lease_of_work_and_place_together(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    later = timezone.now() + timedelta(hours=1)
    claiming.renew(held, by=cast.writer.user, now=later)
    held.slot.refresh_from_db()
    assert held.lease_until == held.slot.lease_until == later + cast.project.writing_lease


def test_work_that_has_ended_cannot_be_renewed_or_given_back_another_way(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    claiming.release(held, by=cast.writer.user, now=timezone.now())
    with pytest.raises(Moved):
        claiming.renew(held, by=cast.writer.user, now=timezone.now())
    with pytest.raises(Moved):
        claiming.skip(held, by=cast.writer.user, reason="unclear", now=timezone.now())


def test_a_skip_needs_a_known_reason(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    for reason, words in (("bored", ""), ("other", " ")):
        with pytest.raises(Invalid):
            claiming.skip(held, by=cast.writer.user, reason=reason, words=words, now=timezone.now())
    claiming.skip(held, by=cast.writer.user, reason="other", words="Too long.", now=timezone.now())
    held.refresh_from_db()
    assert (held.state, held.skip_reason, held.skip_words) == ("skipped", "other", "Too long.")
    assert "Too long." not in str(AuditEvent.objects.get(action="assignment.skipped").after)


def test_returned_work_is_changed_or_withdrawn_never_given_back(cast):
    a_task(cast.project)
    held = claim(cast.writer)
    Assignment.objects.filter(pk=held.pk).update(round=2)
    with pytest.raises(Conflict, match="returned to you"):
        claiming.release(held, by=cast.writer.user, now=timezone.now())


def test_an_operator_who_is_no_member_cannot_hold_a_task(cast):
    a_task(cast.project)
    cast.stranger.user.is_superuser = True
    cast.stranger.user.save()
    operator = standing(cast.stranger.user, cast.project.slug)
    with pytest.raises(NotAllowed):
        claim(operator)
    assert not Assignment.objects.exists() and an_assignment(cast.writer)
