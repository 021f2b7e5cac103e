"""The one way in which a demonstration changes its state: by the table, as a compare-and-set, with an audit event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from annotate.models import Demonstration
from annotate.states import DEMONSTRATION_MOVES, UNDO_MOVES
from workspace.auditing import record
from workspace.models import User
from workspace.refusals import Conflict

_WORDS = {
    "draft": "is a draft",
    "submitted": "is in review",
    "changes_requested": "was returned for changes",
    "disputed": "waits for an adjudicator",
    "approved": "is approved",
    "rejected": "is rejected",
    "needs_review": "waits for another review",
    "withdrawn": "is withdrawn",
}


def advance(demonstration: Demonstration, to: str, *, by: User | None, now: datetime, **values: Any) -> None:
    """Move a demonstration to state `to` by compare-and-set, set `values`, write the audit event.

    Called inside the transaction of an act. Raises `Conflict`, with the state it is in, where the table has no
    such move or somebody else moved it first.
    """
    _move(DEMONSTRATION_MOVES, demonstration, to, f"demonstration.{to}", by, values)


def restore(demonstration: Demonstration, to: str, *, by: User, now: datetime, **values: Any) -> None:
    """As `advance`, for the undoing of a decision: back to the state before it."""
    _move(UNDO_MOVES, demonstration, to, "demonstration.restored", by, values)


def _move(
    moves: Mapping[str, frozenset[str]],
    demonstration: Demonstration,
    to: str,
    action: str,
    by: User | None,
    values: Mapping[str, Any],
) -> None:
    old = demonstration.state
    rows = Demonstration.objects.filter(pk=demonstration.pk, state=old)
    moved = to in moves.get(old, ()) and rows.update(state=to, **values)
    if not moved:
        current = (
            Demonstration.objects.filter(pk=demonstration.pk).values_list("state", flat=True).first() or old
        )
        raise Conflict(
            f"This demonstration {_WORDS[current]}; that cannot be done to it now.", extra={"state": current}
        )
    demonstration.state = to
    for name, value in values.items():
        setattr(demonstration, name, value)
    record(
        action,
        demonstration,
        by=by,
        before={"state": old},
        after={"state": to, "revision": demonstration.revision},
    )
