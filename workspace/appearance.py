"""How every state looks: one tone, one icon, one word, the same in list, badge, bar and desk.

Read by the template tag `state_badge` and by the overview's pipeline. The words are translated when they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TONES = ("neutral", "active", "waiting", "good", "care", "bad", "dispute")


@dataclass(frozen=True)
class Look:
    """`tone`, one of `TONES`; `icon`, a Lucide name; `word`, what people read."""

    tone: str
    icon: str
    word: str | Promise


LOOKS: dict[str, dict[str, Look]] = {
    "demonstration": {
        "draft": Look("active", "pen-line", _("Being written")),
        "submitted": Look("waiting", "eye", _("In review")),
        "changes_requested": Look("care", "undo-2", pgettext_lazy("state", "Returned")),
        "disputed": Look("dispute", "scale", pgettext_lazy("state", "Disputed")),
        "approved": Look("good", "circle-check", pgettext_lazy("state", "Approved")),
        "rejected": Look("bad", "circle-x", pgettext_lazy("state", "Rejected")),
        "needs_review": Look("waiting", "refresh-ccw", _("Needs another review")),
        "withdrawn": Look("neutral", "archive", pgettext_lazy("state", "Withdrawn")),
    },
    "assignment": {
        "active": Look("active", "pen-line", _("In hand")),
        "submitted": Look("good", "send", pgettext_lazy("state", "Submitted")),
        "skipped": Look("neutral", "skip-forward", pgettext_lazy("state", "Skipped")),
        "released": Look("neutral", "log-out", _("Given back")),
        "expired": Look("care", "clock-alert", _("Time ran out")),
    },
    "review": {
        "active": Look("active", "eye", _("Being reviewed")),
        "decided": Look("good", "check", pgettext_lazy("state", "Decided")),
        "skipped": Look("neutral", "skip-forward", pgettext_lazy("state", "Skipped")),
        "released": Look("neutral", "log-out", _("Given back")),
        "expired": Look("care", "clock-alert", _("Time ran out")),
    },
    "decision": {
        "approve": Look("good", "circle-check", pgettext_lazy("decision", "Approve")),
        "request_changes": Look("care", "undo-2", pgettext_lazy("decision", "Request changes")),
        "reject": Look("bad", "circle-x", pgettext_lazy("decision", "Reject")),
    },
    "adjudication": {
        "open": Look("dispute", "scale", _("Waits for a decision")),
        "resolved": Look("good", "gavel", pgettext_lazy("state", "Resolved")),
        "closed": Look("neutral", "archive", pgettext_lazy("state", "Closed")),
    },
    "release": {
        "building": Look("active", "loader", _("Being built")),
        "ready": Look("good", "package-check", pgettext_lazy("state", "Ready")),
        "failed": Look("bad", "circle-x", pgettext_lazy("state", "Failed")),
        "retracted": Look("neutral", "archive-x", pgettext_lazy("state", "Retracted")),
    },
    "job": {
        "queued": Look("waiting", "hourglass", _("Waits to begin")),
        "running": Look("active", "loader", pgettext_lazy("state", "Running")),
        "succeeded": Look("good", "circle-check", pgettext_lazy("state", "Done")),
        "failed": Look("bad", "circle-x", pgettext_lazy("state", "Failed")),
        "cancelled": Look("neutral", "ban", pgettext_lazy("state", "Cancelled")),
    },
    "source": {
        "importing": Look("active", "loader", _("Being imported")),
        "ready": Look("good", "circle-check", pgettext_lazy("state", "Ready")),
        "failed": Look("bad", "circle-x", pgettext_lazy("state", "Failed")),
        "retired": Look("neutral", "archive", pgettext_lazy("state", "Retired")),
    },
    "task": {
        "open": Look("neutral", "inbox", pgettext_lazy("state", "Open")),
        "set_aside": Look("care", "pause", _("Set aside")),
        "closed": Look("neutral", "archive", pgettext_lazy("state", "Closed")),
    },
    "slot": {
        "open": Look("neutral", "inbox", pgettext_lazy("state", "Waiting")),
        "held": Look("active", "pen-line", _("In hand")),
        "filled": Look("good", "check", pgettext_lazy("state", "Filled")),
        "closed": Look("neutral", "archive", pgettext_lazy("state", "Closed")),
    },
    "finding": {
        "error": Look("bad", "octagon-alert", _("Blocks submission")),
        "warning": Look("care", "triangle-alert", pgettext_lazy("severity", "Warning")),
        "note": Look("waiting", "info", pgettext_lazy("severity", "Note")),
    },
    # What a message to the reader says of itself; the tags of Django's messages are the same words.
    "notice": {
        "success": Look("good", "circle-check", _("Done")),
        "info": Look("waiting", "info", _("Note")),
        "debug": Look("neutral", "bug", _("Note")),
        "warning": Look("care", "triangle-alert", _("Please note")),
        "error": Look("bad", "octagon-alert", _("This did not work")),
    },
}


def look(kind: str, state: str) -> Look:
    """The look of `state` of a `kind` of thing; a state that is not in the table is a programming error."""
    return LOOKS[kind][state]
