"""Synthetic volume for benchmarks: a million tasks, demonstrations and reviews in minutes, by set-based SQL.

Enters: a project and three numbers. Leaves: rows that hold every constraint and every promise of the acts (places,
leases, ratings, states). Called by `manage.py demo --tasks N …` and by `benchmarks/`.

Only the digests differ from what an import would store: they are drawn from the row's number, not from its text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from annotate import guidelines
from annotate.lanes import lane_for, wake
from annotate.models import GuidelineVersion, Source
from review.rating import quality_rating
from workspace import people
from workspace.access import standing
from workspace.auditing import record
from workspace.models import Member, Project, User
from workspace.refusals import Invalid

# Rows per transaction: each batch is whole, and a killed filling leaves whole batches.
BATCH = 20_000
WRITERS, REVIEWERS = 8, 4
_LANGUAGE = "en"


@dataclass(frozen=True)
class _Plan:
    """What the statements are told besides the numbers of the batch."""

    project: Project
    source: int
    version: GuidelineVersion
    categories: list[str]
    write_lanes: list[int]
    review_lanes: list[int]
    writers: list[int]
    reviewers: list[int]
    rating: str | None
    scores: str
    now: datetime


def fill(
    project: Project,
    *,
    tasks: int,
    demonstrations: int,
    reviews: int,
    now: datetime,
    writer: Member | None = None,
) -> Source:
    """Add `tasks` tasks with open places, the first of them with demonstrations, the first of those with reviews.

    Parameters: `reviews`, how many decided reviews, all approvals; a demonstration with as many as the project plans
    is approved, the others wait in the review queue; `writer`, who wrote them all (default: eight synthetic people).
    Returns the new source that all tasks belong to. Raises `Invalid` where the numbers do not fit together.
    """
    _check(project, tasks, demonstrations, reviews)
    with transaction.atomic():
        plan = _plan(project, now=now, writer=writer)
    for first in range(0, tasks, BATCH):
        last = min(first + BATCH, tasks)
        with transaction.atomic():
            _fill_batch(plan, first, last, demonstrations, reviews)
    with transaction.atomic():
        Source.objects.filter(pk=plan.source).update(tasks=tasks, state="ready")
        wake({*plan.write_lanes, *plan.review_lanes})
        after = {"source": plan.source, "tasks": tasks, "demonstrations": demonstrations, "reviews": reviews}
        record("demo.filled", project, by=None, project=project, after=after)
    _refresh_statistics()
    return Source.objects.get(pk=plan.source)


def _check(project: Project, tasks: int, demonstrations: int, reviews: int) -> None:
    errors = {}
    if tasks < 1:
        errors["tasks"] = ["Ask for at least one task."]
    if not 0 <= demonstrations <= tasks:
        errors["demonstrations"] = ["There can be at most one for each task."]
    if not 0 <= reviews <= demonstrations * project.reviews:
        errors["reviews"] = [f"There can be at most {project.reviews} for each demonstration."]
    if errors:
        raise Invalid("These numbers do not fit together.", errors=errors)


def _plan(project: Project, *, now: datetime, writer: Member | None) -> _Plan:
    version = guidelines.newest(project)
    count = Source.objects.filter(project=project, name__startswith="Synthetic volume").count() + 1
    source = Source.objects.create(
        project=project,
        name=f"Synthetic volume {count}",
        format="jsonl",
        licence="CC0-1.0",
        language=_LANGUAGE,
        created=now,
    )
    categories = [category["key"] for category in version.categories][:4] or [""]
    scores = {one["key"]: max(level["value"] for level in one["levels"]) for one in version.rubric}
    rating = quality_rating(version.rubric, [scores])
    writers = [writer.pk] if writer is not None else _people(project, "writer", "annotator", WRITERS, now)
    return _Plan(
        project=project,
        source=source.pk,
        version=version,
        categories=categories,
        write_lanes=[_lane(project, "write", category, source.pk) for category in categories],
        review_lanes=[_lane(project, "review", category, None) for category in categories],
        writers=writers,
        reviewers=_people(project, "reviewer", "reviewer", REVIEWERS, now),
        rating=str(rating) if rating is not None else None,
        scores=json.dumps(scores),
        now=now,
    )


def _lane(project: Project, queue: str, category: str, source: int | None) -> int:
    return lane_for(project, queue=queue, priority=2, category=category, language=_LANGUAGE, source=source)


def _people(project: Project, name: str, role: str, count: int, now: datetime) -> list[int]:
    """Members without a password: they have done work, and nobody logs in as one of them."""
    found = []
    for number in range(1, count + 1):
        email = f"volume-{name}-{number}@demo.test"
        user = User.objects.filter(email=email).first() or people.create_user(
            email=email, name=f"Synthetic {name} {number}", password=None
        )
        member = Member.objects.filter(project=project, user=user).first()
        if member is None:
            people.add_member(project, email=email, roles=[role], by=None, now=now)
            stands = standing(user, project.slug)
            guidelines.acknowledge(stands, guidelines.newest(project).number or 1, now=now)
            member = stands.require_member()
        found.append(member.pk)
    return found


def _fill_batch(plan: _Plan, first: int, last: int, demonstrations: int, reviews: int) -> None:
    """Rows `first` up to `last`. All ids are drawn before, so that the statements need not wait for each other."""
    given: dict[str, Any] = {
        "first": first,
        "last": last - 1,
        "written": demonstrations,
        "reviews": reviews,
        "planned": plan.project.reviews,
        "overlap": plan.project.overlap,
        "project": plan.project.pk,
        "source": plan.source,
        "version": plan.version.pk,
        "categories": plan.categories,
        "write_lanes": plan.write_lanes,
        "review_lanes": plan.review_lanes,
        "writers": plan.writers,
        "reviewers": plan.reviewers,
        "rating": plan.rating,
        "scores": plan.scores,
        "language": _LANGUAGE,
        "now": plan.now,
    }
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement, given)


def _refresh_statistics() -> None:
    """The planner must not go on as if the tables were small; outside of a test's transaction only."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


TABLES = (
    "annotate_task",
    "annotate_slot",
    "annotate_assignment",
    "annotate_demonstration",
    "annotate_revision",
    "review_reviewplace",
    "review_review",
    "review_score",
)

# Texts of about a kilobyte in a row, different in each; the shuffle is a hash, so that two fillings are alike.
_BATCH = """
CREATE TEMPORARY TABLE volume ON COMMIT DROP AS
SELECT n, n < %(written)s::int AS written,
    -- How many of the planned reviews this demonstration has.
    greatest(0, least(%(planned)s::int, %(reviews)s::bigint - n * %(planned)s::int))::int AS judged,
    nextval(pg_get_serial_sequence('annotate_task', 'id')) AS task,
    nextval(pg_get_serial_sequence('annotate_slot', 'id')) AS slot,
    nextval(pg_get_serial_sequence('annotate_assignment', 'id')) AS assignment,
    nextval(pg_get_serial_sequence('annotate_demonstration', 'id')) AS demonstration,
    nextval(pg_get_serial_sequence('annotate_revision', 'id')) AS revision,
    md5(concat(%(project)s::bigint, ' ', %(source)s::bigint, ' ', n)) AS mark,
    (%(categories)s::text[])[1 + n %% cardinality(%(categories)s::text[])] AS category,
    (%(write_lanes)s::bigint[])[1 + n %% cardinality(%(categories)s::text[])] AS write_lane,
    (%(review_lanes)s::bigint[])[1 + n %% cardinality(%(categories)s::text[])] AS review_lane,
    (%(writers)s::bigint[])[1 + n %% cardinality(%(writers)s::bigint[])] AS writer,
    'Question ' || n || ': why is the sky red at dusk, and what does ' || md5(n::text)
        || ' say? Answer in a few sentences.' AS prompt
FROM generate_series(%(first)s::int, %(last)s::int) AS n
"""
_TASKS = """
INSERT INTO annotate_task (id, project_id, source_id, kind, prompt, category, language, priority, external_id,
    digest, overlap, overlap_probability, overlap_drawn, shuffle, created)
SELECT task, %(project)s, %(source)s, 'respond', prompt, category, %(language)s, 2, 'volume-' || n, mark::uuid,
    %(overlap)s, 1.0, true, ('x' || left(mark, 16))::bit(64)::bigint & 9223372036854775807, %(now)s
FROM volume
"""
_SLOTS = """
INSERT INTO annotate_slot (id, task_id, number, lane_id, shuffle, state, holder_id)
SELECT CASE WHEN place = 1 THEN slot ELSE nextval(pg_get_serial_sequence('annotate_slot', 'id')) END,
    task, place, write_lane, ('x' || left(mark, 16))::bit(64)::bigint & 9223372036854775807,
    CASE WHEN written AND place = 1 THEN 'filled' ELSE 'open' END,
    CASE WHEN written AND place = 1 THEN writer END
FROM volume, generate_series(1, %(overlap)s::int) AS place
"""
_ASSIGNMENTS = """
INSERT INTO annotate_assignment (id, project_id, task_id, slot_id, member_id, guideline_version_id, state, round,
    lease_until, claimed, closed)
SELECT assignment, %(project)s, task, slot, writer, %(version)s, 'submitted', 1,
    %(now)s::timestamptz + interval '2 hours', %(now)s, %(now)s
FROM volume WHERE written
"""
_DEMONSTRATIONS = """
INSERT INTO annotate_demonstration (id, project_id, task_id, slot_id, assignment_id, author_id, state, category,
    language, guideline_version_id, revision, quality_rating, rating_reviews, created, submitted, settled)
SELECT demonstration, %(project)s, task, slot, assignment, writer,
    CASE WHEN judged = %(planned)s::int THEN 'approved' ELSE 'submitted' END, category, %(language)s, %(version)s, 1,
    CASE WHEN judged = %(planned)s::int THEN %(rating)s::numeric END,
    CASE WHEN judged = %(planned)s::int THEN judged ELSE 0 END,
    %(now)s, %(now)s, CASE WHEN judged = %(planned)s::int THEN %(now)s::timestamptz END
FROM volume WHERE written
"""
_REVISIONS = """
INSERT INTO annotate_revision (id, demonstration_id, number, messages, category, language, guideline_version_id,
    author_id, submitted)
SELECT revision, demonstration, 1, jsonb_build_array(
        jsonb_build_object('role', 'user', 'content', prompt),
        jsonb_build_object('role', 'assistant', 'content', 'Air scatters short waves more than long ones (' || mark
            || E').\\n\\n'
            || repeat('By day blue comes from everywhere; at dusk the way is long and red is left. ', 2)
            || 'That is all there is to it, and “' || n || '” is only a number.')),
    category, %(language)s, %(version)s, writer, %(now)s
FROM volume WHERE written
"""
_PLACES = """
INSERT INTO review_reviewplace (revision_id, number, demonstration_id, author_id, lane_id, shuffle, state, holder_id)
SELECT revision, place, demonstration, writer, review_lane,
    ('x' || right(mark, 16))::bit(64)::bigint & 9223372036854775807,
    CASE WHEN place <= judged THEN 'filled' ELSE 'open' END,
    CASE WHEN place <= judged
        THEN (%(reviewers)s::bigint[])[1 + (n + place) %% cardinality(%(reviewers)s::bigint[])] END
FROM volume, generate_series(1, %(planned)s::int) AS place WHERE written
"""
_REVIEWS = """
INSERT INTO review_review (project_id, place_id, demonstration_id, revision_id, reviewer_id, guideline_version_id,
    state, decision, lease_until, claimed, decided)
SELECT %(project)s, p.id, demonstration, revision, p.holder_id, %(version)s, 'decided', 'approve',
    %(now)s::timestamptz + interval '30 minutes', %(now)s, %(now)s
FROM volume JOIN review_reviewplace p ON p.revision_id = revision AND p.state = 'filled' WHERE written
"""
_SCORES = """
INSERT INTO review_score (review_id, criterion, level)
SELECT r.id, s.key, s.value::smallint
FROM volume JOIN review_review r ON r.revision_id = revision, jsonb_each_text(%(scores)s::jsonb) AS s WHERE written
"""
STATEMENTS = (
    _BATCH,
    _TASKS,
    _SLOTS,
    _ASSIGNMENTS,
    _DEMONSTRATIONS,
    _REVISIONS,
    _PLACES,
    _REVIEWS,
    _SCORES,
    # Dropped by name, not by the commit alone: inside of an outer transaction a second batch would meet it.
    "DROP TABLE volume",
)
