"""PURE. The states of reviews, adjudications and releases, and every move that is allowed between them."""

from __future__ import annotations

REVIEW_STATES = ("active", "decided", "skipped", "released", "expired")
REVIEW_MOVES: dict[str, frozenset[str]] = {
    "active": frozenset({"decided", "skipped", "released", "expired"}),
    "decided": frozenset({"active"}),  # undo
    "expired": frozenset({"active"}),
    "released": frozenset({"active"}),
    "skipped": frozenset(),
}
PLACE_STATES = ("open", "held", "filled", "closed")

DECISIONS = ("approve", "request_changes", "reject")
# What a demonstration becomes when all its reviews agree.
STATE_AFTER = {"approve": "approved", "request_changes": "changes_requested", "reject": "rejected"}
FAULTS = ("writer", "task", "guideline")

ADJUDICATION_STATES = ("open", "resolved", "closed")

RELEASE_STATES = ("building", "ready", "failed", "retracted")
RELEASE_MOVES: dict[str, frozenset[str]] = {
    "building": frozenset({"ready", "failed"}),
    "ready": frozenset({"retracted"}),
    "failed": frozenset({"building"}),
    "retracted": frozenset(),
}
