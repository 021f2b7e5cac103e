"""Changing how many writers answer a task: the setting at once, the tasks nobody has begun in a job.

A task that somebody has claimed, skipped or written keeps its places. The draw is that of intake (`annotate.drawing`),
done again in SQL: it falls on the same tasks for the same share, and a larger share adds tasks to those drawn before.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from annotate.drawing import bound
from annotate.lanes import wake
from annotate.models import Task
from workspace import projects, running
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Job, Project
from workspace.refusals import Invalid

BATCH = 5000
HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Effect:
    """What a change would mean, in tasks that nobody has begun and in their places."""

    gaining: int
    losing: int
    places_added: int
    places_removed: int
    begun: int  # left as they are


# `wanted`, the places each task of a stretch should have; `drawn`, whether the draw fell on it.
_WANTED = """
    SELECT t.id, t.overlap, t.overlap_probability, t.overlap_drawn,
           CASE WHEN drawn THEN %(most)s ELSE 1 END AS wanted, drawn,
           EXISTS (SELECT 1 FROM annotate_assignment a WHERE a.task_id = t.id) AS begun
    FROM (
        SELECT *, %(bound)s::bytea IS NULL
                  OR substring(sha256(%(key)s::bytea || convert_to(id::text, 'UTF8')) FOR 8) < %(bound)s::bytea AS drawn
        FROM annotate_task
        WHERE project_id = %(project)s AND state = 'open' AND id > %(after)s AND id <= %(until)s
    ) t
"""
_PREVIEW = f"""
SELECT count(*) FILTER (WHERE NOT begun AND wanted > overlap), count(*) FILTER (WHERE NOT begun AND wanted < overlap),
       coalesce(sum(wanted - overlap) FILTER (WHERE NOT begun AND wanted > overlap), 0),
       coalesce(sum(overlap - wanted) FILTER (WHERE NOT begun AND wanted < overlap), 0),
       count(*) FILTER (WHERE begun)
FROM ({_WANTED}) w
"""
# A slot that is being claimed at this moment is locked, or no longer open once its claim has committed: its task has
# fewer slots here than it should, and is left alone. A claim that comes later skips the slots locked here.
_CHANGE = f"""
WITH w AS MATERIALIZED ({_WANTED}), different AS MATERIALIZED (
    SELECT * FROM w WHERE NOT begun AND (overlap <> wanted OR overlap_drawn <> drawn
                                         OR overlap_probability <> %(probability)s)
), locked AS MATERIALIZED (
    SELECT s.id, s.task_id, s.number, s.lane_id, s.shuffle FROM annotate_slot s
    JOIN different d ON d.id = s.task_id WHERE s.state = 'open' ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
), chosen AS MATERIALIZED (
    SELECT d.id, d.wanted, d.drawn, d.overlap, min(l.lane_id) AS lane_id, min(l.shuffle) AS shuffle
    FROM different d JOIN locked l ON l.task_id = d.id
    GROUP BY d.id, d.wanted, d.drawn, d.overlap HAVING count(*) = d.overlap
), removed AS (
    DELETE FROM annotate_slot s USING locked l, chosen c
    WHERE s.id = l.id AND l.task_id = c.id AND l.number > c.wanted RETURNING s.id
), added AS (
    INSERT INTO annotate_slot (task_id, number, lane_id, shuffle)
    SELECT c.id, n, c.lane_id, c.shuffle FROM chosen c, generate_series(c.overlap + 1, c.wanted) n RETURNING lane_id
), updated AS (
    UPDATE annotate_task t SET overlap = c.wanted, overlap_drawn = c.drawn, overlap_probability = %(probability)s
    FROM chosen c WHERE t.id = c.id RETURNING t.id
)
SELECT (SELECT count(*) FROM updated), (SELECT count(*) FROM added), (SELECT count(*) FROM removed),
       (SELECT array_agg(DISTINCT lane_id) FROM added)
"""


def preview(standing: Standing, *, overlap: int, overlap_share: float) -> Effect:
    """What the change would mean. One statement over the project's open tasks. Raises `Invalid` by field."""
    standing.require("project.change")
    project = _judged(standing.project, overlap, overlap_share)
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEW, _values(project) | {"after": 0, "until": HIGHEST_ID})
        return Effect(*(int(number) for number in cursor.fetchone()))


def change(standing: Standing, *, overlap: int, overlap_share: float, now: datetime) -> Job:
    """Change the project's overlap and start the job that redraws the tasks nobody has begun.

    Raises `Invalid` by field, `Conflict` while an import or another such job of this project runs.
    """
    standing.require("project.change")
    _judged(standing.project, overlap, overlap_share)
    with transaction.atomic():
        projects.change_project(standing, overlap=overlap, overlap_share=overlap_share, now=now)
        return running.start(
            "change_overlap",
            project=standing.project,
            by=standing.user,
            arguments={"overlap": overlap, "overlap_share": overlap_share},
            # An import draws by the setting it began with.
            exclusive=f"import:{standing.project.pk}",
        )


def redraw(run: running.Run) -> dict[str, Any]:
    """The job: batch by batch, each in a transaction of its own; done again it changes nothing."""
    project = run.job.project
    assert project is not None
    project.overlap = run.job.arguments["overlap"]
    project.overlap_share = run.job.arguments["overlap_share"]
    after, seen = 0, 0
    told = {"tasks": 0, "places_added": 0, "places_removed": 0}
    keys = Task.objects.filter(project=project).order_by("id").values_list("pk", flat=True)
    while stretch := list(keys.filter(pk__gt=after)[:BATCH]):
        changed = _change(project, after=after, until=stretch[-1])
        told = {name: told[name] + number for name, number in zip(told, changed, strict=True)}
        after, seen = stretch[-1], seen + len(stretch)
        run.progress(seen, message="Changing places in tasks that nobody has begun")
    record("project.overlap_drawn", project, by=run.job.created_by, project=project, after=told)
    return told


def effect_as_dict(effect: Effect) -> dict[str, int]:
    """The numbers by name."""
    return asdict(effect)


def _change(project: Project, *, after: int, until: int) -> tuple[int, int, int]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CHANGE, _values(project) | {"after": after, "until": until})
        tasks, added, removed, lanes = cursor.fetchone()
        wake(set(lanes or ()))
    return int(tasks), int(added), int(removed)


def _values(project: Project) -> dict[str, Any]:
    several = project.overlap > 1
    return {
        "project": project.pk,
        "most": project.overlap,
        "probability": project.overlap_share if several else 1.0,
        "key": bytes(project.draw_key),
        "bound": bound(project.overlap_share) if several else None,
    }


def _judged(project: Project, overlap: int, overlap_share: float) -> Project:
    """The project as it would be, not saved; `Invalid` by field."""
    errors = {}
    if not 1 <= overlap <= 20:
        errors["overlap"] = ["Give a number of writers from 1 to 20."]
    if not 0 <= overlap_share <= 1:
        errors["overlap_share"] = ["Give a share from 0 to 1."]
    if errors:
        raise Invalid("This overlap cannot be set.", errors=errors)
    return Project(pk=project.pk, draw_key=project.draw_key, overlap=overlap, overlap_share=overlap_share)
