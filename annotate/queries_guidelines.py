"""The read side of the guideline pages, each function with its number of statements. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count

from annotate.guideline_diff import diff_guidelines
from annotate.guidelines import parts_of
from annotate.measured import Measured, measurements
from annotate.models import Acknowledgement, Demonstration, GuidelineVersion
from workspace.counting import MOST_COUNTED
from workspace.models import Job, Member, Project

_WRITTEN = """
SELECT state, count(*) FROM (
    SELECT state FROM annotate_demonstration WHERE guideline_version_id = %s AND state <> 'draft' LIMIT %s
) d GROUP BY state
"""


@dataclass(frozen=True)
class Figures:
    """What became of a version: how many were written and approved under it, what was scored, who has read it."""

    written: int
    approved: int
    readers: int
    measured: Measured


def figures(version: GuidelineVersion) -> Figures:
    """The figures of a published version, counts up to a bound. Five statements."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [version.pk, MOST_COUNTED + 1])
        states: Mapping[str, int] = dict(cursor.fetchall())
    return Figures(
        written=sum(states.values()),
        approved=states.get("approved", 0),
        readers=Acknowledgement.objects.filter(version=version, member__active=True).count(),
        measured=measurements().of_version(version),
    )


def approved_by_category(project: Project) -> dict[str, int]:
    """How many demonstrations are approved, by category: what a material change would send to review. One statement."""
    rows = Demonstration.objects.filter(project=project, state="approved").order_by()
    return dict(rows.values_list("category").annotate(count=Count("pk")))


def to_be_reviewed_again(approved: Mapping[str, int], categories: Collection[str]) -> int:
    """How many of them a material change in `categories` (none named means all) concerns.

    >>> to_be_reviewed_again({"coding": 2, "": 1}, ["coding"]), to_be_reviewed_again({"coding": 2, "": 1}, [])
    (2, 3)
    """
    return sum(count for key, count in approved.items() if not categories or key in categories)


def reviewing_again(version: GuidelineVersion) -> Job | None:
    """The job that a material version started, or None. One statement."""
    jobs = Job.objects.filter(project=version.project_id, kind="review_again", arguments__version=version.pk)
    return jobs.select_related("project").order_by("-pk").first()


def changes_since_read(
    member: Member | None, version: GuidelineVersion
) -> tuple[int, dict[str, object]] | None:
    """What changed between the last version before `version` that a member has read, and it: number and difference.

    None for who is no member or has read none before. One statement.
    """
    if member is None:
        return None
    read = GuidelineVersion.objects.filter(acknowledgements__member=member, number__lt=version.number)
    last = read.order_by("-number").first()
    if last is None:
        return None
    return last.number or 0, diff_guidelines(parts_of(last), parts_of(version))
