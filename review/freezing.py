"""Freezing the selection of a release: one snapshot, one set-based statement, before a byte is written.

Enters: a release in the state `building`. Leaves: its items, and in `Release.frozen` everything that manifest and card
say. Called by `review.publishing` once per release; a killed freeze leaves nothing, a repeated one finds it done.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from review.models import Release
from review.release.splits import Shares, shares, split_of
from review.release_papers import described
from review.selecting import CANDIDATES, WHY_NOT, Selection
from workspace.refusals import Conflict

# Task ids per read while splits are drawn.
_DRAW_PAGE = 20_000


def freeze(release: Release, selection: Selection) -> None:
    """Copy the selection of `release` into its items, and what its papers say into `frozen`.

    Raises `Conflict` where nothing would be released, or where a source's licence cannot be read.
    """
    with transaction.atomic():
        _one_snapshot()
        locked = Release.objects.select_for_update().select_related("project").get(pk=release.pk)
        if locked.frozen is not None:
            return
        _draw_splits(locked, selection)
        with connection.cursor() as cursor:
            cursor.execute(_FREEZE, _given(locked, selection))
            rows = cursor.rowcount
            cursor.execute("DROP TABLE release_split")
        if not rows:
            raise Conflict("Nothing can be released: no approved demonstration passes these filters.")
        locked.rows, locked.frozen = rows, described(locked, selection)
        locked.save(update_fields=["rows", "frozen"])
    release.refresh_from_db()


def _one_snapshot() -> None:
    """Everything the freeze reads is of one moment. Inside an outer transaction (a test's) that one decides."""
    if len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with connection.cursor() as cursor:
        # Enough to join and sort a million narrow rows in memory; given back at the end of the transaction.
        cursor.execute("SET LOCAL work_mem = '64MB'")


def _given(release: Release, selection: Selection) -> dict[str, Any]:
    return {"release": release.pk, "project": release.project_id, **selection.parameters}


def _draw_splits(release: Release, selection: Selection) -> None:
    """Fill the temporary table of tasks that are held out of `train`; empty where nothing is held out."""
    bounds = shares(selection.splits)
    key = bytes(release.project.draw_key)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE release_split (task_id bigint PRIMARY KEY, split text) ON COMMIT DROP"
        )
        if bounds == shares(None):
            return
        for tasks in _tasks(release, selection):
            held = _held_out(tasks, bounds, key)
            if held:
                with cursor.copy("COPY release_split (task_id, split) FROM STDIN") as copy:
                    copy.write(held)
        cursor.execute("ANALYZE release_split")


def _held_out(tasks: list[int], bounds: Shares, key: bytes) -> str:
    drawn = ((task, split_of(str(task), bounds, key)) for task in tasks)
    return "".join(f"{task}\t{split}\n" for task, split in drawn if split != "train")


def _tasks(release: Release, selection: Selection) -> Iterator[list[int]]:
    """The tasks of the selection, in pages by id: a million of them are never in memory together."""
    sql = f"""SELECT DISTINCT t.id FROM {CANDIDATES}
        WHERE d.project_id = %(project)s AND d.state = 'approved' AND t.id > %(after)s AND {WHY_NOT} IS NULL
        ORDER BY t.id LIMIT {_DRAW_PAGE}"""
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**_given(release, selection), "after": after})
            page = [task for (task,) in cursor.fetchall()]
        if not page:
            return
        yield page
        after = page[-1]


# The chosen rows are numbered while they are narrow, and the rest is looked up in their order: sorting whole
# conversations would cost more than all else. Scores: the mean of the reviews of the released revision, or the
# adjudicator's own where they gave some.
_FREEZE = f"""
WITH chosen AS MATERIALIZED (
    SELECT d.id AS demonstration_id, d.revision, d.quality_rating, d.settled, n.id AS revision_id, n.submitted,
        n.guideline_version_id, n.findings, t.id AS task_id,
        coalesce(drawn.split, 'train') AS split,
        row_number() OVER (PARTITION BY coalesce(drawn.split, 'train') ORDER BY d.id) - 1 AS position
    FROM {CANDIDATES}
    LEFT JOIN release_split drawn ON drawn.task_id = t.id
    WHERE d.project_id = %(project)s AND d.state = 'approved' AND {WHY_NOT} IS NULL
    ORDER BY d.id
)
INSERT INTO review_releaseitem (release_id, split, position, revision_id, demonstration_id, source_id,
    rubric_version_id, quality_rating, scores, reviews, origin, context, metadata, lineage, created, approved)
SELECT %(release)s, c.split, c.position, c.revision_id, c.demonstration_id, t.source_id,
    coalesce(judged.version_id, c.guideline_version_id), c.quality_rating,
    CASE WHEN settled.scores <> '{{}}' THEN settled.scores
        WHEN judged.reviews = 1 THEN (
            SELECT coalesce(jsonb_object_agg(o.criterion, o.level), '{{}}') FROM review_score o
            WHERE o.review_id = judged.first_id
        )
        ELSE (
            SELECT coalesce(jsonb_object_agg(m.criterion, m.mean), '{{}}') FROM (
                SELECT o.criterion, trim_scale(round(avg(o.level), 2)) AS mean
                FROM review_review r JOIN review_score o ON o.review_id = r.id
                JOIN review_reviewplace p ON p.id = r.place_id AND p.state <> 'closed'
                WHERE r.revision_id = c.revision_id AND r.state = 'decided' GROUP BY o.criterion
            ) m
        ) END,
    judged.reviews,
    CASE WHEN t.kind <> 'edit' THEN 'human'
        WHEN t.draft_response = (
            SELECT n.messages -> -1 ->> 'content' FROM annotate_revision n WHERE n.id = c.revision_id
        ) THEN 'machine_confirmed'
        ELSE 'machine_edited' END,
    t.context, t.metadata,
    jsonb_build_object(
        'task', t.id::text, 'kind', t.kind, 'external_id', t.external_id, 'source', t.source_id::text,
        'revision', c.revision, 'revisions', coalesce(earlier.ids, jsonb_build_array(c.revision_id::text)),
        'checks',
        CASE WHEN c.findings = '[]' THEN c.findings ELSE jsonb_path_query_array(c.findings, '$[*].check') END,
        'reviews', coalesce(judged.ids, '[]'), 'adjudication', settled.id::text
    ),
    coalesce(earlier.submitted, c.submitted), coalesce(c.settled, c.submitted)
FROM chosen c
JOIN annotate_task t ON t.id = c.task_id
LEFT JOIN LATERAL (
    SELECT count(*) AS reviews, min(r.id) AS first_id, max(r.guideline_version_id) AS version_id,
        jsonb_agg(r.id::text ORDER BY r.id) AS ids, bool_or(p.guideline_version_id IS NOT NULL) AS again
    -- Not those whose places a material change has closed: they judged by an earlier version.
    FROM review_review r JOIN review_reviewplace p ON p.id = r.place_id AND p.state <> 'closed'
    WHERE r.revision_id = c.revision_id AND r.state = 'decided'
) judged ON true
LEFT JOIN LATERAL (
    SELECT a.id, a.scores FROM review_adjudication a
    WHERE a.demonstration_id = c.demonstration_id AND a.revision_id = c.revision_id AND a.state = 'resolved'
        AND (judged.again IS NOT TRUE OR a.opened >= (
            SELECT max(r.decided) FROM review_review r WHERE r.revision_id = c.revision_id AND r.state = 'decided'))
    ORDER BY a.id DESC LIMIT 1
) settled ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(e.id::text ORDER BY e.number) AS ids, min(e.submitted) AS submitted
    FROM annotate_revision e WHERE e.demonstration_id = c.demonstration_id AND c.revision > 1
) earlier ON true
"""
