"""The read side of the writer's desk: what is in hand, how the day goes, what was said of earlier rounds.

Each function names its number of statements; nothing here changes a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from annotate.judged import Verdict, judgements
from annotate.models import Assignment, Demonstration, Draft, Revision, Source
from annotate.states import DEMONSTRATION_STATES
from workspace import counting
from workspace.access import Standing
from workspace.counting import CountUpTo
from workspace.models import Member

# The day is counted among so many of a member's newest tasks: a long history costs nothing.
NEWEST = 300


@dataclass(frozen=True)
class Day:
    """How many tasks a member took up today, and how many of them are handed in."""

    submitted: int
    taken: int


def today(member: Member, *, since: datetime) -> Day:
    """The day of `member`, which began at `since`. One statement."""
    newest = Assignment.objects.filter(member=member).order_by("-pk").values("pk")[:NEWEST]
    touched = Assignment.objects.filter(pk__in=newest).filter(Q(claimed__gte=since) | Q(closed__gte=since))
    counts = touched.exclude(state__in=["skipped", "released", "expired"]).aggregate(
        taken=Count("pk"), submitted=Count("pk", filter=Q(state="submitted"))
    )
    return Day(submitted=counts["submitted"], taken=counts["taken"])


def in_hand(member: Member) -> QuerySet[Assignment]:
    """What a member holds now: returned work first, oldest first, then the new task. One statement."""
    held = Assignment.objects.filter(member=member, state="active").select_related("task")
    return held.order_by("-round", "claimed")


def draft_of(assignment: Assignment) -> Draft | None:
    """The working text of an assignment, or None. One statement."""
    return Draft.objects.filter(pk=assignment.pk).first()


def source_of(assignment: Assignment) -> Source | None:
    """Where the task came from, or None. One statement, none for a task without a source."""
    key = assignment.task.source_id
    return Source.objects.filter(pk=key).first() if key else None


def demonstration_of(assignment: Assignment) -> Demonstration | None:
    """What came of an assignment so far, or None. One statement."""
    return Demonstration.objects.filter(assignment=assignment).first()


def revisions_of(demonstration: Demonstration) -> list[Revision]:
    """Every revision, newest first. One statement."""
    rows = demonstration.revisions.select_related("guideline_version")
    return list(rows.order_by("-number"))


def verdicts_on(demonstration: Demonstration, standing: Standing) -> Sequence[Verdict]:
    """What was said of a demonstration, as far as `standing` may read it. Four statements."""
    return judgements().verdicts([demonstration], standing)[demonstration.pk]


def assignment_of(demonstration: Demonstration) -> Assignment:
    """The assignment that a demonstration came of. One statement."""
    return Assignment.objects.get(pk=demonstration.assignment_id)


# --- My work ------------------------------------------------------------------------------------------------------

MOST_COUNTED = 999


def work_counts(member: Member) -> dict[str, int]:
    """How much of a writer's work is in each state, and `kept`: text whose place is gone. Bounded; one statement."""
    mine = Demonstration.objects.filter(author=member)
    kept = Assignment.objects.filter(member=member, state__in=["expired", "released"], draft__isnull=False)
    counts = {name: CountUpTo(mine.filter(state=name), most=MOST_COUNTED) for name in DEMONSTRATION_STATES}
    every = {f"in_{name}": count for name, count in counts.items()}
    every["in_kept"] = CountUpTo(kept, most=MOST_COUNTED)
    found: dict[str, Any] = dict(Member.objects.filter(pk=member.pk).values(**every).get())
    return {name.removeprefix("in_"): int(count) for name, count in found.items()}


def shown_count(count: int) -> str:
    """A count of `work_counts` as people read it."""
    return counting.shown(count, most=MOST_COUNTED)
