"""The walk along the lanes: how both queues give out a place in one statement at the same cost for ever.

`annotate.claiming` and `review.claiming` call `take()`. A place is taken where the member's cursor stands in the
lane's random order, and the cursor moves behind it; so neither places done by the member nor the dead index entries
of earlier claims lie on the way. A walk from the head of the index, the textbook form, slows down with every claim
before it and collapses beside a long snapshot. A walk wraps once; a lane where a whole turn found nothing is left
alone until places open in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection

LOWEST, HIGHEST = -1, 2**63 - 1
# Candidates one statement looks at; a turn goes on in the next statement.
ROWS = 2000
# A lane that a member found empty is tried again after this at the latest (a place whose taker rolled back).
EMPTY_FOR = timedelta(minutes=2)
# 2**63 divided by the golden ratio: members begin evenly spread along the ring, however many there are.
_GOLDEN = 5_700_357_409_661_599_241


@dataclass(frozen=True)
class Queue:
    """One queue as the statements need it.

    `places`, the table of its places; `holding`, the join that gives a held place `p` its holder's work `h`;
    `unless`, the condition on a place `p` that keeps it from `%(member)s`;
    `take`, the statements that follow `pick` in one `WITH`, ending in the id that is returned.
    """

    name: str
    places: str
    holding: str
    unless: str
    take: str


@dataclass(frozen=True)
class Limits:
    """What a member may take from, and what is paused; empty `languages` or `categories` mean all."""

    languages: Sequence[str] = ()
    categories: Sequence[str] = ()
    paused_categories: Sequence[str] = ()
    paused_sources: Sequence[int] = ()


@dataclass(frozen=True)
class Stretch:
    """A lane that this member may take from, with where they stand in it."""

    lane: int
    position: int


def take(
    queue: Queue, *, member: int, project: int, limits: Limits, now: datetime, values: Mapping[str, Any]
) -> int | None:
    """Take one place for `member`, or None after a full turn of every lane they may take from.

    Parameters: `values`, further parameters of the queue's `take` statements.
    Returns what those return: the id of an assignment or review. Raises `IntegrityError` where the same person
    claims at the same moment elsewhere; nothing is changed then.
    """
    given = {"member": member, "now": now, **values}
    next_one = _execute(
        _next_statement(queue),
        {
            **given,
            **_limits(queue, member, project, limits),
            "void": now - EMPTY_FOR,
            "start": _start(member),
        },
    )
    if next_one is not None:
        return int(next_one[0])
    stretches = _stretches(queue, member=member, project=project, limits=limits, now=now)
    for stretch in stretches:
        taken = _walk(queue, stretch, given)
        if taken is not None:
            return taken
    return _take_expired(queue, _eligible(queue, project=project, member=member, limits=limits), given)


_ELIGIBLE = """
    l.project_id = %(project)s AND l.queue = %(queue)s
    AND CASE WHEN l.reserved = '' THEN
            (cardinality(%(languages)s::text[]) = 0 OR l.language = '' OR l.language = ANY(%(languages)s::text[]))
            AND (cardinality(%(categories)s::text[]) = 0 OR l.category = ANY(%(categories)s::text[]))
        ELSE EXISTS (SELECT 1 FROM annotate_lanereservation r WHERE r.lane_id = l.id AND r.member_id = %(member)s)
        END
    AND l.category <> ALL(%(paused_categories)s::text[])
    AND (l.source_id IS NULL OR l.source_id <> ALL(%(paused_sources)s::bigint[]))
    AND NOT EXISTS (SELECT 1 FROM annotate_source s WHERE s.id = l.source_id AND s.state = 'retired'
                    AND l.queue = 'write')
"""


_LANES_IN_TURN = f"""
    annotate_lane l LEFT JOIN annotate_lanecursor c ON c.lane_id = l.id AND c.member_id = %(member)s
    WHERE {_ELIGIBLE} AND (c.exhausted IS NULL OR c.exhausted < %(void)s)
    ORDER BY l.priority, c.served NULLS FIRST, l.id
"""


def _start(member: int) -> int:
    """Where a member begins in a lane they were never in."""
    return member * _GOLDEN % 2**63


def _stretches(queue: Queue, *, member: int, project: int, limits: Limits, now: datetime) -> list[Stretch]:
    """The lanes to try, by priority, then the one this member was served from longest ago."""
    sql = f"SELECT l.id, coalesce(c.position, %(start)s) FROM {_LANES_IN_TURN}"
    values = _limits(queue, member, project, limits) | {"void": now - EMPTY_FOR, "start": _start(member)}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Stretch(lane, position) for lane, position in cursor.fetchall()]


def _eligible(queue: Queue, *, member: int, project: int, limits: Limits) -> list[int]:
    """Every lane this member may take from, those found empty too."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT l.id FROM annotate_lane l WHERE {_ELIGIBLE}", _limits(queue, member, project, limits)
        )
        return [lane for (lane,) in cursor.fetchall()]


def _walk(queue: Queue, stretch: Stretch, given: Mapping[str, Any]) -> int | None:
    """One turn of one lane: from the cursor to the end, then from the beginning to the cursor."""
    busy = False
    for after, until in ((stretch.position, HIGHEST), (LOWEST, stretch.position)):
        while after < until:
            here = {**given, "lane": stretch.lane, "after": after, "until": until}
            taken = _execute(_statement(queue, _pick(queue, _ON_STRETCH)), here)
            if taken is not None:
                return int(taken[0])
            seen, last, free = _execute(_LOOK.format(places=queue.places, unless=queue.unless), here) or (
                0,
                None,
                False,
            )
            busy = busy or bool(free)
            if seen < ROWS:
                break
            after = int(last)
    if not busy:
        _mark_exhausted(stretch, given)
    return None


# The candidates are a lazy sub-select in the order of the index, bounded in rows; only the one taken is locked.
_PICK = """
    SELECT p.* FROM (
        SELECT id, shuffle FROM {places} WHERE {here} ORDER BY shuffle LIMIT {rows}
    ) c JOIN {places} p ON p.id = c.id
    WHERE p.state = 'open' AND NOT ({unless})
    ORDER BY c.shuffle LIMIT 1 FOR UPDATE OF p SKIP LOCKED
"""
_ON_STRETCH = "lane_id = %(lane)s AND state = 'open' AND shuffle > %(after)s AND shuffle <= %(until)s"
# The usual case in one statement: the first lane in turn, from the cursor on, else from its beginning to the cursor.
_NEXT = """
WITH lane AS MATERIALIZED (
    SELECT l.id, coalesce(c.position, %(start)s::bigint) AS position FROM {lanes} LIMIT 1
), ahead AS MATERIALIZED ({ahead}
), behind AS MATERIALIZED ({behind}
), pick AS MATERIALIZED (SELECT * FROM ahead UNION ALL SELECT * FROM behind),
"""
_IN_LANE = "lane_id = (SELECT id FROM lane) AND state = 'open' AND shuffle"
_AHEAD = f"{_IN_LANE} > (SELECT position FROM lane)"
_BEHIND = f"NOT EXISTS (SELECT 1 FROM ahead) AND {_IN_LANE} <= (SELECT position FROM lane)"
# The holder's work is locked with the place, or the place left alone: a late save locks the work first and the place
# after it, and waiting for each other would end in a deadlock. Whoever saves at this moment keeps the place.
_PICK_EXPIRED = """
    SELECT p.* FROM {places} p JOIN {holding}
    WHERE p.lane_id = ANY(%(lanes)s) AND p.state = 'held' AND p.lease_until < %(now)s AND NOT ({unless})
    LIMIT 1 FOR UPDATE OF p, h SKIP LOCKED
"""
_LOOK = f"""
    SELECT count(*), max(p.shuffle), bool_or(NOT ({{unless}})) FROM (
        SELECT * FROM {{places}}
        WHERE lane_id = %(lane)s AND state = 'open' AND shuffle > %(after)s AND shuffle <= %(until)s
        ORDER BY shuffle LIMIT {ROWS}
    ) p
"""
_MOVE_CURSOR = """
    moved AS (
        INSERT INTO annotate_lanecursor (member_id, lane_id, position, served)
        SELECT %(member)s, pick.lane_id, pick.shuffle, %(now)s FROM pick
        ON CONFLICT (member_id, lane_id) DO UPDATE SET position = EXCLUDED.position, served = EXCLUDED.served
    )
"""
_EXHAUST = """
    INSERT INTO annotate_lanecursor (member_id, lane_id, position, exhausted)
    VALUES (%(member)s, %(lane)s, %(after)s, %(now)s)
    ON CONFLICT (member_id, lane_id) DO UPDATE SET exhausted = EXCLUDED.exhausted
"""


@cache
def _next_statement(queue: Queue) -> str:
    ahead, behind = _pick(queue, _AHEAD), _pick(queue, _BEHIND)
    return f"{_NEXT.format(lanes=_LANES_IN_TURN, ahead=ahead, behind=behind)}{_MOVE_CURSOR},\n{queue.take}"


@cache
def _statement(queue: Queue, pick: str) -> str:
    return f"WITH pick AS MATERIALIZED ({pick}),\n{_MOVE_CURSOR},\n{queue.take}"


def _pick(queue: Queue, here: str) -> str:
    return _PICK.format(places=queue.places, unless=queue.unless, rows=ROWS, here=here)


def _take_expired(queue: Queue, lanes: list[int], given: Mapping[str, Any]) -> int | None:
    """A place whose lease has passed, where nothing is open: the sweeper only tidies."""
    if not lanes:
        return None
    expired = _PICK_EXPIRED.format(places=queue.places, holding=queue.holding, unless=queue.unless)
    taken = _execute(_statement(queue, expired), {**given, "lanes": lanes})
    return int(taken[0]) if taken else None


def _mark_exhausted(stretch: Stretch, given: Mapping[str, Any]) -> None:
    _execute(_EXHAUST, {**given, "lane": stretch.lane, "after": stretch.position})


def _execute(sql: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone() if cursor.description else None


def _limits(queue: Queue, member: int, project: int, limits: Limits) -> dict[str, Any]:
    return {
        "queue": queue.name,
        "member": member,
        "project": project,
        "languages": list(limits.languages),
        "categories": list(limits.categories),
        "paused_categories": list(limits.paused_categories),
        "paused_sources": list(limits.paused_sources),
    }
