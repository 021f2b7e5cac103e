"""Why a queue has nothing for somebody, in one sentence: which limit left nothing. Read only when it is so."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from annotate.gate import Gate
from annotate.models import Lane
from workspace.access import Standing

NOTHING_YET = "No tasks have been added to this project yet."
ALL_TAKEN = "Every task has been taken; there is nothing open at the moment."


def reason_nothing_is_left(
    standing: Standing,
    gate: Gate,
    *,
    queue: str = "write",
    places: str = "annotate_slot",
    taken: str = ALL_TAKEN,
) -> str:
    """The sentence for a 204: the first limit which, taken away, would have left something.

    Parameters: `queue` and `places`, which queue and its table; `taken`, the words for nothing open at all.
    """
    lanes = _open_lanes(standing.project.pk, queue, places)
    if not lanes:
        known = Lane.objects.filter(project=standing.project, queue=queue).exists()
        return taken if known or queue != "write" else NOTHING_YET
    limits = gate.limits
    steps: list[tuple[Callable[[Lane], bool], str]] = [
        (lambda lane: not lane.reserved, "What is open is reserved for other people."),
        (
            lambda lane: not limits.languages or not lane.language or lane.language in limits.languages,
            f"What is open is in other languages than yours ({', '.join(limits.languages)}): "
            f"{_list(lane.language for lane in lanes)}.",
        ),
        (
            lambda lane: not limits.categories or lane.category in limits.categories,
            f"What is open is in other categories than yours ({', '.join(limits.categories)}): "
            f"{_list(lane.category for lane in lanes)}.",
        ),
    ]
    for keeps, sentence in steps:
        lanes = [lane for lane in lanes if keeps(lane)]
        if not lanes:
            return sentence
    paused = [_reasons(gate, lane) for lane in lanes]
    if all(paused):
        return "; ".join(sorted({reason for reasons in paused for reason in reasons}))
    return "You have had a turn at everything that is open; the rest waits for other people."


def _open_lanes(project: int, queue: str, places: str) -> list[Lane]:
    """The lanes that hold an open place: one probe of the index a lane."""
    sql = f"""
        SELECT l.id FROM annotate_lane l LEFT JOIN annotate_source s ON s.id = l.source_id
        WHERE l.project_id = %s AND l.queue = %s AND coalesce(s.state, '') <> 'retired'
          AND EXISTS (SELECT 1 FROM {places} p WHERE p.lane_id = l.id AND p.state = 'open')
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [project, queue])
        return list(Lane.objects.filter(pk__in=[lane for (lane,) in cursor.fetchall()]))


def _reasons(gate: Gate, lane: Lane) -> list[str]:
    """Why a lane is paused, as it was typed: its category, its source, or both. Empty where it is not."""
    stops = (("category", lane.category), ("source", str(lane.source_id)))
    return [gate.pauses[stop] for stop in stops if stop in gate.pauses]


def _list(words: Iterable[str]) -> str:
    return ", ".join(sorted({word or "none" for word in words}))
