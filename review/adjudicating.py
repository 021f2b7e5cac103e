"""The final decision where independent reviews disagree. The raw reviews are never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from annotate.models import Demonstration, GuidelineVersion
from review.deciding import check_scores, settle
from review.models import Adjudication, Review
from review.states import DECISIONS
from workspace.access import Standing
from workspace.auditing import record
from workspace.refusals import Conflict, Invalid, NotAllowed


def resolve(
    standing: Standing,
    adjudication: Adjudication,
    *,
    decision: str,
    reason: str,
    now: datetime,
    scores: Mapping[str, int] | None = None,
) -> Adjudication:
    """Settle a disputed demonstration by `decision`, with a reason that reviewers and writer can read.

    Parameters: `scores`, the adjudicator's own, which replace the reviewers' in the rating; None keeps theirs.
    Raises `NotAllowed` for whoever wrote or reviewed it, `Conflict` where it is settled, `Invalid` by field.
    """
    standing.require("adjudication.resolve")
    member = standing.require_member()
    with transaction.atomic():
        demonstration = Demonstration.objects.select_for_update(no_key=True).get(
            pk=adjudication.demonstration_id
        )
        locked = Adjudication.objects.select_for_update(of=("self",)).select_related(
            "revision__guideline_version", "guideline_version"
        )
        mine = locked.get(pk=adjudication.pk)
        if mine.state != "open":
            raise Conflict("This was settled already.", extra={"state": mine.state})
        every = list(
            Review.objects.filter(revision=mine.revision_id, state="decided")
            .select_related("place")
            .prefetch_related("scores")
        )
        # Those whose places a material change has closed judged by an earlier version.
        reviews = [review for review in every if review.place.state != "closed"]
        took_part = {demonstration.author_id, *(review.reviewer_id for review in every)}
        if member.pk in took_part:
            raise NotAllowed("Whoever wrote or reviewed a demonstration may not adjudicate it.")
        _check(decision, reason, scores, mine.judged_by)
        mine.state, mine.decision, mine.reason = "resolved", decision, reason.strip()
        mine.scores, mine.adjudicator, mine.resolved = dict(scores or {}), member, now
        mine.save(update_fields=["state", "decision", "reason", "scores", "adjudicator", "resolved"])
        record(
            "adjudication.resolved",
            mine,
            by=standing.user,
            before={"state": "open"},
            after={"decision": decision},
        )
        settling = (
            [scores] if scores else [{s.criterion: s.level for s in found.scores.all()} for found in reviews]
        )
        settle(demonstration, decision, settling, mine.judged_by, by=standing.user, now=now)
    return mine


def _check(decision: str, reason: str, scores: Mapping[str, int] | None, version: GuidelineVersion) -> None:
    errors = check_scores(scores, version.rubric) if scores else {}
    if decision not in DECISIONS:
        errors["decision"] = [f"Use one of {', '.join(DECISIONS)}."]
    if not reason.strip():
        errors["reason"] = ["Write the reason; the reviewers and the writer will read it."]
    if errors:
        raise Invalid("This cannot be settled like this yet.", errors=errors)
