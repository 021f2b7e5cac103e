"""What waits for people, and how far a project is: the read side of the home page and the overview.

Every count is bounded (`workspace.counting`) and leads to the list of what it counts; many of them are one statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable

from annotate.access import visible_demonstrations
from annotate.models import Acknowledgement, Assignment, Demonstration, GuidelineVersion, Slot
from annotate.models.queue import REVIEW, WRITE
from review.models import Adjudication, Release, Review, ReviewPlace
from workspace.access import Standing
from workspace.appearance import LOOKS, Look
from workspace.counting import CountUpTo
from workspace.models import Job, Member, Pause, Project, User
from workspace.permissions import ADJUDICATOR, ANNOTATOR, REVIEWER
from workspace.places import MOST_SHOWN

# The pipeline in the order of the way; what is withdrawn has left it, and is counted only in lists.
STAGES = ("draft", "submitted", "changes_requested", "disputed", "approved", "needs_review", "rejected")
# Where an old piece of work is a reason to act.
AGEING = ("submitted", "changes_requested", "disputed", "needs_review")
MOST_PROJECTS = 50
MOST_JOBS = 5


@dataclass(frozen=True)
class Stage:
    """One part of the pipeline: how many, since when the oldest waits, and where they are listed ("" where not)."""

    state: str
    look: Look
    count: int
    oldest: datetime | None
    url: str
    begin: int = 0
    width: int = 0


@dataclass(frozen=True)
class Waiting:
    """What waits for one member in one project; counts stop at `MOST_SHOWN` + 1."""

    member: Member
    project: Project
    unread: int | None
    returned: int
    held: bool
    open_tasks: int
    reviewing: bool
    open_reviews: int
    open_disputes: int

    @property
    def writes(self) -> bool:
        return ANNOTATOR in self.member.roles

    @property
    def reviews(self) -> bool:
        return REVIEWER in self.member.roles

    @property
    def adjudicates(self) -> bool:
        return ADJUDICATOR in self.member.roles

    @property
    def nothing(self) -> bool:
        """Whether this person may rest here."""
        writing = self.writes and (self.returned or self.held or self.open_tasks)
        reviewing = self.reviews and (self.reviewing or self.open_reviews)
        return not (writing or reviewing or (self.adjudicates and self.open_disputes))


def waiting_everywhere(user: User) -> list[Waiting]:
    """What waits for somebody in each of their projects, by title. One statement."""
    mine = (
        Member.objects.filter(user=user, active=True)
        .select_related("project")
        .order_by("project__title", "pk")
    )
    return _waiting(mine[:MOST_PROJECTS])


def waiting_here(member: Member) -> Waiting:
    """What waits for one member. One statement."""
    return _waiting(Member.objects.filter(pk=member.pk).select_related("project"))[0]


def other_projects(user: User) -> list[Project]:
    """For the operator: the projects they are no member of. One statement."""
    if not user.is_superuser:
        return []
    mine = Member.objects.filter(user=user, active=True).values("project")
    return list(Project.objects.exclude(pk__in=mine).order_by("title", "pk")[:MOST_PROJECTS])


def pipeline(standing: Standing) -> list[Stage]:
    """The stages of what this person may see, the open places of tasks first. One statement."""
    rows = visible_demonstrations(standing).select_related(None)
    wanted: dict[str, Combinable] = {"waiting": CountUpTo(_open_slots(standing.project.pk))}
    for state in STAGES:
        wanted[state] = CountUpTo(rows.filter(state=state))
    for state in AGEING:
        oldest = rows.filter(state=state).order_by("pk").values("submitted")[:1]
        wanted[f"{state}_since"] = Subquery(oldest)
    found = Project.objects.filter(pk=standing.project.pk).annotate(**wanted).values(*wanted).get()
    root = f"/p/{standing.project.slug}"
    first = Stage(
        "waiting",
        LOOKS["slot"]["open"],
        found["waiting"],
        None,
        f"{root}/tasks/?state=open" if standing.may("task.list") else "",
    )
    stages = [first]
    for state in STAGES:
        look, since = LOOKS["demonstration"][state], found.get(f"{state}_since")
        stages.append(Stage(state, look, found[state], since, f"{root}/demonstrations/?state={state}"))
    return _measured([stage for stage in stages if stage.count or stage.state != "needs_review"])


def _measured(stages: list[Stage], whole: int = 1000) -> list[Stage]:
    """The same stages with their place on a bar `whole` units wide; what is there at all stays visible."""
    total = sum(stage.count for stage in stages)
    if not total:
        return stages
    least = whole // 100
    widths = [max(least, stage.count * whole // total) if stage.count else 0 for stage in stages]
    scale = whole / sum(widths)
    measured, at = [], 0.0
    for stage, width in zip(stages, widths, strict=True):
        begin, at = round(at), at + width * scale
        measured.append(
            Stage(stage.state, stage.look, stage.count, stage.oldest, stage.url, begin, round(at) - begin)
        )
    return measured


def latest_release(project: Project) -> Release | None:
    """The newest release, whatever its state. One statement."""
    return Release.objects.filter(project=project).order_by("-number").first()


def running_jobs(project: Project) -> list[Job]:
    """The newest jobs that are queued or running, each with its project. One statement."""
    jobs = list(
        Job.objects.filter(project=project, state__in=["queued", "running"]).order_by("-pk")[:MOST_JOBS]
    )
    for job in jobs:
        job.project = project
    return jobs


def stops(standing: Standing) -> list[Pause]:
    """What stops this person from taking new work: pauses of the project, and of themselves. One statement."""
    member = str(standing.member.pk) if standing.member else ""
    paused = Pause.objects.filter(project=standing.project, lifted__isnull=True)
    return [
        pause
        for pause in paused
        if pause.kind == "project" or (pause.kind == "member" and pause.target == member)
    ]


def newest_guideline(project: Project) -> GuidelineVersion:
    """The newest published version without its long parts. One statement."""
    published = GuidelineVersion.objects.filter(project=project, number__isnull=False)
    return published.defer("body", "examples", "rubric", "categories", "bounds").latest("number")


def _waiting(members: QuerySet[Member]) -> list[Waiting]:
    here = OuterRef("project")
    newest = GuidelineVersion.objects.filter(project=here, number__isnull=False).order_by("-number")
    mine = Assignment.objects.filter(member=OuterRef("pk"), state="active")
    counts = {
        "returned": Demonstration.objects.filter(author=OuterRef("pk"), state="changes_requested"),
        "open_tasks": _open_slots(here),
        "open_reviews": _open_reviews(here),
        "open_disputes": Adjudication.objects.filter(project=here, state="open"),
    }
    rows = members.annotate(
        newest_id=Subquery(newest.values("pk")[:1]),
        newest_number=Subquery(newest.values("number")[:1]),
        has_held=Exists(mine.filter(round=1)),
        has_review=Exists(Review.objects.filter(reviewer=OuterRef("pk"), state="active")),
        **{f"{name}_count": CountUpTo(found, most=MOST_SHOWN) for name, found in counts.items()},
    ).annotate(
        has_read=Exists(Acknowledgement.objects.filter(member=OuterRef("pk"), version=OuterRef("newest_id")))
    )
    return [_waiting_of(row) for row in rows]


def _waiting_of(row: Any) -> Waiting:
    return Waiting(
        member=row,
        project=row.project,
        unread=None if row.has_read else row.newest_number,
        returned=row.returned_count,
        held=row.has_held,
        open_tasks=row.open_tasks_count,
        reviewing=row.has_review,
        open_reviews=row.open_reviews_count,
        open_disputes=row.open_disputes_count,
    )


def _open_slots(project: Any) -> QuerySet[Slot]:
    return Slot.objects.filter(lane__project=project, lane__queue=WRITE, state="open")


def _open_reviews(project: Any) -> QuerySet[ReviewPlace]:
    return ReviewPlace.objects.filter(lane__project=project, lane__queue=REVIEW, state="open")
