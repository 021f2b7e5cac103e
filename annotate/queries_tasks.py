"""The read side of sources and tasks, for their pages and calls. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from annotate.models import Source, Task
from annotate.states import TASK_KINDS, TASK_STATES
from workspace.models import Job, Member, Project
from workspace.permissions import ANNOTATOR
from workspace.refusals import Invalid

MOST_CHOICES = 200
LINE = 160
TASK_FILTERS = ("state", "kind", "category", "language", "source", "external_id")


def sources_of(project: Project) -> QuerySet[Source]:
    """Every source, newest first, each with its job and without its long summary. One statement."""
    return Source.objects.filter(project=project).select_related("job").defer("summary").order_by("-pk")


def task_list(project: Project, filters: Mapping[str, str]) -> QuerySet[Task]:
    """The tasks of a project, newest first, narrowed by `filters` (names in `TASK_FILTERS`, empty ones ignored).

    One statement; answers that sources gave are not read. Raises `Invalid` by field.
    """
    rows = Task.objects.filter(project=project).select_related("source").defer("reference", "source__summary")
    given = {name: filters.get(name, "").strip() for name in TASK_FILTERS if filters.get(name, "").strip()}
    for name, known in (("state", TASK_STATES), ("kind", TASK_KINDS)):
        if name in given and given[name] not in known:
            raise _wrong(name, f"Use one of {', '.join(known)}.")
    source = given.pop("source", "")
    if source and not (source.isascii() and source.isdigit() and len(source) < 19):
        raise _wrong("source", "Give the number of a source.")
    if source:
        rows = rows.filter(source=int(source))
    return rows.filter(**given).order_by("-pk")


def _wrong(name: str, sentence: str) -> Invalid:
    return Invalid("This list cannot be shown.", errors={name: [sentence]})


def trial_of(project: Project) -> QuerySet[Job]:
    """The jobs of a project that only check a file."""
    return Job.objects.filter(
        project=project, kind="import_source", arguments__has_key="trial"
    ).select_related("project")


def source_choices(project: Project) -> list[Source]:
    """The newest sources, for a filter. One statement."""
    return list(Source.objects.filter(project=project).only("name").order_by("-pk")[:MOST_CHOICES])


def writers_of(project: Project) -> list[Member]:
    """Those for whom a task can be reserved. One statement."""
    writers = Member.objects.filter(project=project, active=True, roles__contains=[ANNOTATOR])
    return list(writers.select_related("user").order_by("user__name", "pk")[:MOST_CHOICES])


def task_line(task: Task) -> str:
    """What a task asks, as one line of a list."""
    said = task.prompt or task.brief or (task.messages[-1]["content"] if task.messages else "")
    words = " ".join(said[: 2 * LINE].split())
    return words if len(words) <= LINE else words[: LINE - 1].rstrip() + "…"
