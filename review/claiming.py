"""The review queue: the same shape, the same words and the same walk as the writing queue.

Never one's own writing, never twice the same revision by one person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from annotate import gate, queueing
from annotate.gate import Gate
from annotate.lanes import wake
from annotate.models import Demonstration
from annotate.nothing import reason_nothing_is_left
from review.models import Review, ReviewPlace
from workspace.access import Standing
from workspace.auditing import current_request_id, record
from workspace.models import Member, User
from workspace.refusals import Empty, Missing, Moved, Unread

NOTHING_WAITS = "Nothing waits for review at the moment."

# As in `annotate.claiming`: one row for a person and a revision, and 'taken' breaks the check constraint on purpose.
REVIEWING = queueing.Queue(
    name="review",
    places="review_reviewplace",
    holding="review_review h ON h.place_id = p.id AND h.state = 'active'",
    unless="""p.author_id = %(member)s OR EXISTS (SELECT 1 FROM review_review v WHERE v.revision_id = p.revision_id
        AND v.reviewer_id = %(member)s AND v.state NOT IN ('released', 'expired'))""",
    take="""
    held AS (
        UPDATE review_reviewplace s SET state = 'held', holder_id = %(member)s, lease_until = %(lease)s
        FROM pick WHERE s.id = pick.id
    ), expired AS (
        UPDATE review_review v SET state = 'expired' FROM pick
        WHERE v.place_id = pick.id AND v.state = 'active' AND v.reviewer_id <> %(member)s AND pick.state = 'held'
        RETURNING v.id
    ), given AS (
        INSERT INTO review_review (project_id, place_id, demonstration_id, revision_id, reviewer_id,
                                   guideline_version_id, state, decision, lease_until, claimed)
        SELECT %(project)s, pick.id, pick.demonstration_id, pick.revision_id, %(member)s,
               coalesce(pick.guideline_version_id, revision.guideline_version_id), 'active', '', %(lease)s, %(now)s
        -- Named here so that the earlier holder has expired before the unique index sees the new one.
        FROM pick JOIN annotate_revision revision ON revision.id = pick.revision_id,
             (SELECT count(*) FROM expired) AS earlier
        ON CONFLICT (revision_id, reviewer_id) DO UPDATE SET
            state = CASE WHEN review_review.state IN ('released', 'expired') THEN 'active' ELSE 'taken' END,
            place_id = EXCLUDED.place_id, lease_until = EXCLUDED.lease_until, claimed = EXCLUDED.claimed,
            guideline_version_id = EXCLUDED.guideline_version_id
        RETURNING id
    ), noted AS (
        INSERT INTO workspace_auditevent (project_id, actor_id, action, object_type, object_id, after, request_id, at)
        SELECT %(project)s, %(user)s, 'review.claimed', 'review', given.id,
               jsonb_build_object('place', pick.id, 'revision', pick.revision_id), %(request)s, %(now)s
        FROM given, pick
    )
    SELECT id FROM given
    """,
)


# A reviewer's hands: the review they hold; nothing comes back to a reviewer.
_HANDS = """
    (SELECT jsonb_build_array(r.id, extract(epoch FROM r.lease_until)) FROM review_review r
     WHERE r.reviewer_id = m.id AND r.state = 'active'),
    NULL::bigint
"""


@dataclass(frozen=True)
class Claim:
    """What a claim gave: the review's id, and whether it is new or was held already."""

    review_id: int
    new: bool


def open_gate(member: Member) -> Gate:
    """The gate of `member` to the review queue: one statement."""
    return gate.open_gate(member, hands=_HANDS)


def claim(standing: Standing, *, now: datetime) -> Claim:
    """Give the member the review they hold, or a new one.

    Raises `Unread` while the newest guideline version is unread, `Empty` with the limit that left nothing.
    """
    standing.require("review.claim")
    member = standing.require_member()
    passed = open_gate(member)
    if passed.held is not None and passed.holds(now):
        return Claim(passed.held, new=False)
    if not passed.has_read:
        raise Unread(
            f"Version {passed.version_number} of the guideline is new. Read it, then take the next review.",
            extra={"guideline_version": passed.version_number},
        )
    if passed.stop is not None:
        raise Empty(passed.stop)
    taken = _claim_new(standing, passed, now=now)
    if taken is None:
        raise Empty(
            reason_nothing_is_left(
                standing, passed, queue="review", places="review_reviewplace", taken=NOTHING_WAITS
            )
        )
    return taken


def _claim_new(standing: Standing, passed: Gate, *, now: datetime) -> Claim | None:
    if passed.held is not None:
        expire(passed.held, now=now)
    member = passed.member
    values = {
        "user": standing.user.pk,
        "lease": now + standing.project.review_lease,
        "request": current_request_id(),
        "project": member.project_id,
    }
    try:
        taken = _take(passed, now=now, values=values)
    except IntegrityError:
        # The same person claimed at the same moment in another tab: both get the one that won.
        passed = open_gate(member)
        if passed.held is None:
            raise
        return Claim(passed.held, new=False)
    return Claim(taken, new=True) if taken is not None else None


def _take(passed: Gate, *, now: datetime, values: dict[str, object]) -> int | None:
    member, project = passed.member.pk, passed.member.project_id
    if connection.in_atomic_block:
        with transaction.atomic():
            return queueing.take(
                REVIEWING, member=member, project=project, limits=passed.limits, now=now, values=values
            )
    return queueing.take(
        REVIEWING, member=member, project=project, limits=passed.limits, now=now, values=values
    )


def renew(review: Review, *, by: User, now: datetime) -> Review:
    """Lengthen the lease from now on. Raises `Moved` where the place has passed on or the review has ended."""
    lease = now + review.project.review_lease
    with transaction.atomic():
        locked = _locked(review.pk)
        if locked is None:
            raise Missing("This review does not exist.")
        if locked.state != "active":
            raise moved_on(locked)
        Review.objects.filter(pk=locked.pk).update(lease_until=lease)
        ReviewPlace.objects.filter(pk=locked.place_id, state="held", holder_id=locked.reviewer_id).update(
            lease_until=lease
        )
    review.lease_until = lease
    return review


def skip(review: Review, *, by: User, now: datetime) -> None:
    """Give a review back for good: this revision is never offered to this reviewer again. Twice is harmless."""
    _give_back(review, "skipped", by=by, now=now)


def release(review: Review, *, by: User, now: datetime) -> None:
    """Give a review back; it may be offered to this reviewer again. Twice is harmless."""
    _give_back(review, "released", by=by, now=now)


def expire(review_id: int, *, now: datetime) -> bool:
    """Set a review whose lease has passed to `expired` and open its place; False where it no longer is so."""
    with transaction.atomic():
        locked = _locked(review_id)
        if locked is None or locked.state != "active" or locked.lease_until > now:
            return False
        _leave(locked, "expired", by=None)
    return True


def sweep(*, now: datetime, most: int = 1000) -> int:
    """Expire reviews whose lease has passed, each in a transaction of its own. Returns how many."""
    overdue = Review.objects.filter(state="active", lease_until__lt=now - timedelta(seconds=1))
    return sum(
        expire(key, now=now) for key in list(overdue.order_by("id").values_list("pk", flat=True)[:most])
    )


def moved_on(review: Review) -> Moved:
    """The refusal for a review whose place is no longer this reviewer's."""
    words = {
        "decided": "You have decided this review already.",
        "skipped": "You skipped this review.",
        "released": "This review is no longer in your hands: it was given back, or its demonstration was taken back.",
    }
    return Moved(
        words.get(review.state, "The time for this review ran out and its place has passed on."),
        extra={"review": str(review.pk), "state": review.state},
    )


def _give_back(review: Review, state: str, *, by: User, now: datetime) -> None:
    with transaction.atomic():
        locked = _locked(review.pk)
        if locked is None:
            raise Missing("This review does not exist.")
        if locked.state == state:
            return
        if locked.state != "active":
            raise moved_on(locked)
        _leave(locked, state, by=by)
    review.refresh_from_db()


def _locked(review_id: int) -> Review | None:
    """The review, locked after its demonstration: decisions and withdrawals lock them in this order, and two who lock
    in another would wait for each other for ever."""
    owner = Demonstration.objects.select_for_update(no_key=True, of=("self",)).filter(reviews=review_id)
    owner.values_list("pk", flat=True).first()
    return Review.objects.select_for_update().filter(pk=review_id).first()


def _leave(locked: Review, state: str, *, by: User | None) -> None:
    """Close a locked active review and open its place, if that is still its holder's."""
    Review.objects.filter(pk=locked.pk).update(state=state)
    freed = ReviewPlace.objects.filter(pk=locked.place_id, state="held", holder_id=locked.reviewer_id)
    if freed.update(state="open", holder=None, lease_until=None):
        wake(set(ReviewPlace.objects.filter(pk=locked.place_id).values_list("lane_id", flat=True)))
    record(f"review.{state}", locked, by=by, before={"state": "active"}, after={"state": state})
