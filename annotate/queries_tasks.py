"""The read side of sources and tasks, for their pages and calls. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from annotate.models import Source, Task
from annotate.states import TASK_KINDS, TASK_STATES
from workspace.models import Project
from workspace.refusals import Invalid

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
