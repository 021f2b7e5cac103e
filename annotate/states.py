"""PURE. The states of tasks, slots, assignments and demonstrations, and every move that is allowed between them."""

from __future__ import annotations

TASK_KINDS = ("respond", "compose", "edit", "converse")
TASK_STATES = ("open", "set_aside", "closed")
SLOT_STATES = ("open", "held", "filled", "closed")

ASSIGNMENT_STATES = ("active", "submitted", "skipped", "released", "expired")
ASSIGNMENT_MOVES: dict[str, frozenset[str]] = {
    "active": frozenset({"submitted", "skipped", "released", "expired"}),
    "submitted": frozenset({"active"}),  # returned or recalled work
    "expired": frozenset({"active"}),  # the same person takes it back while the place is free
    "released": frozenset({"active"}),
    "skipped": frozenset(),
}

DEMONSTRATION_STATES = (
    "draft",
    "submitted",
    "changes_requested",
    "disputed",
    "approved",
    "rejected",
    "needs_review",
    "withdrawn",
)
DEMONSTRATION_MOVES: dict[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "withdrawn"}),
    "submitted": frozenset({"draft", "approved", "changes_requested", "rejected", "disputed", "withdrawn"}),
    "changes_requested": frozenset({"submitted", "withdrawn"}),
    "disputed": frozenset({"approved", "rejected", "changes_requested", "withdrawn"}),
    "approved": frozenset({"needs_review", "withdrawn"}),
    "rejected": frozenset({"disputed", "withdrawn"}),
    "needs_review": frozenset({"approved", "rejected", "changes_requested", "disputed", "withdrawn"}),
    "withdrawn": frozenset(),
}
# Undoing a decision, within seconds of it, restores the state before it (`annotate.advancing.restore`).
UNDO_MOVES: dict[str, frozenset[str]] = {
    state: frozenset({"submitted", "needs_review"})
    for state in ("approved", "rejected", "changes_requested", "disputed")
}
# In these the place in the task is free for another writer; every other state is live.
NOT_LIVE = ("rejected", "withdrawn")

SKIP_REASONS = {
    "unclear": "The task is unclear",
    "unsafe": "The task is unsafe",
    "expertise": "Not my expertise",
    "broken": "The task is broken",
    "other": "Another reason",
}


def may_move(moves: dict[str, frozenset[str]], old: str, new: str) -> bool:
    """Whether a thing in state `old` may become `new`.

    >>> may_move(DEMONSTRATION_MOVES, "submitted", "approved")
    True
    >>> may_move(DEMONSTRATION_MOVES, "withdrawn", "approved")
    False
    """
    return new in moves[old]
