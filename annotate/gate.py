"""What stands between a member and the next claim, read in one statement. Called by both queues' claims.

Written as SQL: built from querysets it cost the claim more than everything else together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from annotate.queueing import Limits
from workspace.models import Member

# In hand: new work, and the oldest that came back from review.
WRITING_HANDS = """
    (SELECT jsonb_build_array(a.id, extract(epoch FROM a.lease_until)) FROM annotate_assignment a
     WHERE a.member_id = m.id AND a.state = 'active' AND a.round = 1),
    (SELECT a.id FROM annotate_assignment a
     WHERE a.member_id = m.id AND a.state = 'active' AND a.round <> 1 ORDER BY a.claimed LIMIT 1)
"""
_GATE = """
SELECT v.id, v.number,
    EXISTS (SELECT 1 FROM annotate_acknowledgement k WHERE k.member_id = m.id AND k.version_id = v.id),
    (SELECT jsonb_agg(jsonb_build_array(p.kind, p.target, p.reason)) FROM workspace_pause p
     WHERE p.project_id = m.project_id AND p.lifted IS NULL),
    {hands}
FROM workspace_member m CROSS JOIN LATERAL (
    SELECT g.id, g.number FROM annotate_guidelineversion g
    WHERE g.project_id = m.project_id AND g.number IS NOT NULL ORDER BY g.number DESC LIMIT 1
) v
WHERE m.id = %s
"""


@dataclass(frozen=True)
class Gate:
    """The newest version and whether it was read; work in hand; what is paused; what the member may take.

    `held` is the id of the new work in hand, with `held_until`, the end of its lease in seconds since 1970. `pauses`
    holds the reason of each, as it was typed, by kind and target.
    """

    member: Member
    version_id: int
    version_number: int
    has_read: bool
    held: int | None
    held_until: float
    returned: int | None
    stop: str | None
    pauses: Mapping[tuple[str, str], str]
    limits: Limits

    def holds(self, now: datetime) -> bool:
        """Whether the member holds new work whose lease has not passed."""
        return self.held is not None and self.held_until > now.timestamp()


def open_gate(member: Member, hands: str = WRITING_HANDS) -> Gate:
    """The gate of `member` to a queue: one statement.

    Parameters: `hands`, two expressions over the member `m`: `[id, lease]` of new work in hand, and returned work.
    """
    with connection.cursor() as cursor:
        cursor.execute(_GATE.format(hands=hands), [member.pk])
        version_id, number, has_read, stops, held, returned = cursor.fetchone()
    held = _json(held)
    pauses = {(kind, target): reason for kind, target, reason in _json(stops) or []}
    return Gate(
        member=member,
        version_id=version_id,
        version_number=number,
        has_read=has_read,
        held=held[0] if held else None,
        held_until=held[1] if held else 0.0,
        returned=returned,
        stop=pauses.get(("project", "")) or pauses.get(("member", str(member.pk))),
        pauses=pauses,
        limits=Limits(
            languages=tuple(member.languages),
            categories=tuple(member.categories),
            paused_categories=tuple(target for kind, target in pauses if kind == "category"),
            paused_sources=tuple(int(target) for kind, target in pauses if kind == "source"),
        ),
    )


def _json(value: Any) -> Any:
    """JSON of a raw cursor comes as text: Django's own fields decode it, a bare statement must."""
    return orjson.loads(value) if isinstance(value, str | bytes) else value
