"""The whole life of one demonstration, as its reader may see it. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.judged import Verdict
from annotate.models import Assignment, Demonstration, Revision
from review.models import Adjudication, Release, ReleaseItem
from review.queries import verdicts
from review.queries_desk import ChangedMessage, changed_messages
from workspace.access import Standing
from workspace.models import AuditEvent
from workspace.queries import events_of

MOST_REVISIONS, MOST_EVENTS, MOST_ASSIGNMENTS = 50, 30, 50


@dataclass(frozen=True)
class Round:
    """One submission: its revision, what changed since the one before, and what was said of it."""

    revision: Revision
    changes: Sequence[ChangedMessage]
    verdicts: Sequence[Verdict]


@dataclass(frozen=True)
class Life:
    """`rounds`, newest first. The rest is empty for readers without the right to see it."""

    demonstration: Demonstration
    rounds: Sequence[Round]
    dispute: Adjudication | None = None
    releases: Sequence[Release] = ()
    assignments: Sequence[Assignment] = ()
    events: Sequence[AuditEvent] = field(default_factory=tuple)

    @property
    def newest(self) -> Revision | None:
        return self.rounds[0].revision if self.rounds else None


def life(standing: Standing, demonstration: Demonstration) -> Life:
    """Five statements; four more for those who may read disputes, releases, assignments and the audit trail."""
    newest_first = Revision.objects.filter(demonstration=demonstration).order_by("-number")
    revisions = list(newest_first.select_related("guideline_version")[:MOST_REVISIONS])
    said = verdicts([demonstration], standing)[demonstration.pk]
    before: dict[int, Sequence[Mapping[str, Any]]] = {one.number + 1: one.messages for one in revisions}
    rounds = [
        Round(
            revision=one,
            changes=changed_messages(before[one.number], one.messages) if one.number in before else (),
            verdicts=[verdict for verdict in said if verdict.revision == one.number],
        )
        for one in revisions
    ]
    return Life(demonstration, rounds, **_for_leads(standing, demonstration))


def _for_leads(standing: Standing, demonstration: Demonstration) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if standing.may("adjudication.list"):
        found["dispute"] = Adjudication.objects.filter(demonstration=demonstration, state="open").first()
    if standing.may("release.view"):
        holding = ReleaseItem.objects.filter(revision__demonstration=demonstration).values("release")
        found["releases"] = list(Release.objects.filter(pk__in=holding).order_by("number"))
    if standing.may("audit.view"):
        taken = Assignment.objects.filter(task=demonstration.task_id).select_related("member__user")
        found["assignments"] = list(taken.order_by("pk")[:MOST_ASSIGNMENTS])
        target = {"object_type": "demonstration", "object_id": demonstration.pk}
        found["events"] = events_of(standing.project, target, after=0, size=MOST_EVENTS).rows
    return found
