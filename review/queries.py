"""The read side of this floor: what pages and calls show, each function with its number of statements.

In: ids, a standing, demonstrations. Out: plain dicts, verdicts, querysets. Nothing here changes a row. It also fills
`annotate.judged`, so that the floor below can show what was judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from annotate import judged
from annotate.judged import Verdict
from annotate.models import Demonstration
from annotate.queries import TASK_COLUMNS, json_of, named_row, task_of_row
from review.access import open_to
from review.models import Adjudication, Comment, Review, Score
from review.opening import begun
from review.states import ADJUDICATION_STATES
from workspace.access import Standing
from workspace.models import Member
from workspace.permissions import ADJUDICATOR, ADMIN, REVIEWER
from workspace.refusals import Invalid

# In these states what was said of the newest revision is settled, and may be read by those whom it concerns.
SETTLED = ("approved", "rejected", "changes_requested")


# --- One review, as its reviewer sees it --------------------------------------------------------------------------

_REVIEW = f"""
SELECT v.id, v.state, v.lease_until, v.claimed, v.decided, v.decision, v.comment, v.reasons, v.fault,
       r.number AS revision, r.messages, r.category, r.language, r.findings, r.submitted,
       g.number AS version_number, g.rubric,
       d.id AS demonstration_id, d.state AS demonstration_state, d.quality_rating, d.created, d.settled,
       p.blind, d.author_id, coalesce(nullif(u.name, ''), u.email) AS author_name, {TASK_COLUMNS},
       (SELECT jsonb_object_agg(s.criterion, s.level) FROM review_score s WHERE s.review_id = v.id) AS scores,
       (SELECT jsonb_agg(jsonb_build_object('message', c.message, 'start', c.start, 'end', c.end, 'quote', c.quote,
                                            'text', c.text) ORDER BY c.id)
        FROM review_comment c WHERE c.review_id = v.id) AS comments
FROM review_review v
JOIN annotate_revision r ON r.id = v.revision_id
JOIN annotate_guidelineversion g ON g.id = v.guideline_version_id
JOIN annotate_demonstration d ON d.id = v.demonstration_id
JOIN annotate_task t ON t.id = d.task_id
JOIN workspace_project p ON p.id = v.project_id
JOIN workspace_member m ON m.id = d.author_id
JOIN workspace_user u ON u.id = m.user_id
WHERE v.id = %s
"""


def review_payload(review_id: int) -> dict[str, Any]:
    """A review as the contract shows it, to its own reviewer: text, rubric, and what was scored. One statement, in
    plain SQL because every claim ends in it. In a blind project the writer is left out, whoever reviews."""
    row = named_row(_REVIEW, [review_id])
    return {
        "id": str(row["id"]),
        "state": row["state"],
        "lease_until": row["lease_until"],
        "claimed": row["claimed"],
        "decided": row["decided"],
        "decision": row["decision"],
        "comment": row["comment"],
        "reasons": row["reasons"],
        "fault": row["fault"],
        "scores": json_of(row["scores"]) or {},
        "comments": json_of(row["comments"]) or [],
        "revision": row["revision"],
        "guideline_version": row["version_number"],
        "rubric": json_of(row["rubric"]),
        "findings": json_of(row["findings"]),
        "demonstration": _reviewed_demonstration(row),
    }


def _reviewed_demonstration(row: Mapping[str, Any]) -> dict[str, Any]:
    """The demonstration with the text of the revision under review."""
    shown = {
        "id": str(row["demonstration_id"]),
        "task": task_of_row(row),
        "state": row["demonstration_state"],
        "messages": json_of(row["messages"]),
        "category": row["category"],
        "language": row["language"],
        "guideline_version": row["version_number"],
        "revision": row["revision"],
        "quality_rating": row["quality_rating"],
        "created": row["created"],
        "submitted": row["submitted"],
        "settled": row["settled"],
    }
    if not row["blind"]:
        shown["annotator"] = {"id": str(row["author_id"]), "name": row["author_name"]}
    return shown


# --- My reviews ---------------------------------------------------------------------------------------------------


def review_in_hand(member: Member) -> Review | None:
    """The review that a member holds, or None. One statement."""
    held = Review.objects.filter(reviewer=member, state="active")
    return held.select_related("revision", "guideline_version", "demonstration__task").first()


def my_reviews(member: Member) -> QuerySet[Review]:
    """What a member has decided, newest first, with demonstration and task. One statement."""
    decided = Review.objects.filter(reviewer=member, state="decided")
    return decided.select_related("revision", "demonstration__task").order_by("-pk")


# --- Adjudications ------------------------------------------------------------------------------------------------


def adjudication_list(standing: Standing, *, state: str = "") -> QuerySet[Adjudication]:
    """The disputes that `standing` may see, in `state` or in all of them, newest first. One statement.

    Raises `Invalid` for a state that there is not.
    """
    if state and state not in ADJUDICATION_STATES:
        words = f"Use one of {', '.join(ADJUDICATION_STATES)}."
        raise Invalid("This list cannot be shown.", errors={"state": [words]})
    rows = open_to(standing)
    return (rows.filter(state=state) if state else rows).order_by("-pk")


# --- Who may read which verdicts ----------------------------------------------------------------------------------


def reviewed_by(member: int) -> Q:
    """The condition on demonstrations that this member reviews now or has reviewed."""
    mine = Review.objects.filter(reviewer=member, state__in=["active", "decided"])
    return Q(pk__in=mine.values("demonstration"))


def verdicts(demonstrations: Sequence[Demonstration], standing: Standing) -> dict[int, list[Verdict]]:
    """For each demonstration's id, the reviews and adjudications that `standing` may read, oldest first.

    An admin reads all. An adjudicator reads what is disputed or settled, a writer and another reviewer only what is
    settled; a reviewer reads their own always. Four statements however many demonstrations.
    """
    found: dict[int, list[Verdict]] = {demonstration.pk: [] for demonstration in demonstrations}
    by_id = {demonstration.pk: demonstration for demonstration in demonstrations}
    for review in _decided(by_id):
        demonstration = by_id[review.demonstration_id]
        if _may_read(standing, demonstration, review):
            found[demonstration.pk].append(_verdict_of_review(review, standing, demonstration))
    for adjudication in _resolved(by_id):
        demonstration = by_id[adjudication.demonstration_id]
        found[demonstration.pk].append(_verdict_of_adjudication(adjudication, standing, demonstration))
    for several in found.values():
        several.sort(key=lambda one: (one.revision, one.kind != "review"))
    return found


def _decided(demonstrations: Iterable[int]) -> QuerySet[Review]:
    rows = Review.objects.filter(demonstration__in=list(demonstrations), state="decided")
    return (
        rows.select_related("revision", "reviewer__user")
        .annotate(version_number=F("guideline_version__number"), place_state=F("place__state"))
        .prefetch_related(
            Prefetch("scores", queryset=Score.objects.order_by("id")),
            Prefetch("comments", queryset=Comment.objects.order_by("message", "start", "id")),
        )
        .order_by("id")
    )


def _resolved(demonstrations: Iterable[int]) -> QuerySet[Adjudication]:
    rows = Adjudication.objects.filter(demonstration__in=list(demonstrations), state="resolved")
    return rows.select_related("revision", "adjudicator__user").order_by("id")


def _may_read(standing: Standing, demonstration: Demonstration, review: Review) -> bool:
    """Whether a decided review may be read. What somebody wrote themselves they read as its writer, admin or not."""
    settled = review.revision.number < demonstration.revision or demonstration.state in SETTLED
    member = standing.member.pk if standing.member is not None else None
    if settled or (member is not None and member == review.reviewer_id):
        return True
    if member is not None and member == demonstration.author_id:
        return False
    return ADMIN in standing.roles or (ADJUDICATOR in standing.roles and demonstration.state == "disputed")


def _verdict_of_review(review: Review, standing: Standing, demonstration: Demonstration) -> Verdict:
    return Verdict(
        kind="review",
        revision=review.revision.number,
        decision=review.decision,
        comment=review.comment,
        decided=review.decided,
        reasons=tuple(review.reasons),
        fault=review.fault,
        scores={score.criterion: score.level for score in review.scores.all()},
        comments=tuple(
            {
                "message": remark.message,
                "start": remark.start,
                "end": remark.end,
                "quote": remark.quote,
                "text": remark.text,
            }
            for remark in review.comments.all()
        ),
        by=_named(review.reviewer) if _may_name(standing, demonstration, review.reviewer_id) else None,
        version=review.version_number,  # type: ignore[attr-defined]
        superseded=review.place_state == "closed",  # type: ignore[attr-defined]
    )


def _verdict_of_adjudication(
    adjudication: Adjudication, standing: Standing, demonstration: Demonstration
) -> Verdict:
    judge = adjudication.adjudicator
    return Verdict(
        kind="adjudication",
        revision=adjudication.revision.number,
        decision=adjudication.decision,
        comment=adjudication.reason,
        decided=adjudication.resolved,
        scores=adjudication.scores,
        by=_named(judge) if judge is not None and _may_name(standing, demonstration, judge.pk) else None,
    )


def _may_name(standing: Standing, demonstration: Demonstration, judge: int) -> bool:
    """Whether a reader may learn who judged: oneself and admins; in an open project other judges, never the writer."""
    member = standing.member.pk if standing.member is not None else None
    if ADMIN in standing.roles or member == judge:
        return True
    if standing.project.blind or member == demonstration.author_id:
        return False
    return bool(standing.roles & {REVIEWER, ADJUDICATOR})


def _named(member: Member) -> dict[str, str]:
    return {"id": str(member.pk), "name": str(member.user)}


class _Judgements:
    """This module, as `annotate.judged` wants it."""

    reviewed_by = staticmethod(reviewed_by)
    verdicts = staticmethod(verdicts)
    begun = staticmethod(begun)


def listen() -> None:
    """Tell the floor below what is known here; called once at start."""
    judged.fill(_Judgements())
