"""Places in the review queue: opened when a demonstration is submitted, closed when it leaves review."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import Max

from annotate.lanes import lane_for, wake
from annotate.models import Demonstration, GuidelineVersion, Revision
from review.models import Adjudication, Review, ReviewPlace
from workspace.announcements import subscribe


def listen() -> None:
    """Subscribe to what the lower floors announce; called once at start."""
    subscribe("demonstration_submitted", open_places)
    subscribe("demonstration_left_review", close_places)


def open_places(*, demonstration: Demonstration, revision: Revision, now: datetime) -> None:
    """Open as many places at this revision as the project plans reviews, in one lane at one random point."""
    wake({_open(demonstration, revision, first=1, version=None)})


def open_round(revision: Revision, version: GuidelineVersion) -> int:
    """Open places for another review of this revision, judged by `version`; the places before them are closed.

    Their reviews stay as they are, and count no more. Returns the lane, which the caller wakes.
    """
    earlier = ReviewPlace.objects.filter(revision=revision)
    last = earlier.aggregate(last=Max("number"))["last"] or 0
    earlier.exclude(state="closed").update(state="closed", holder=None, lease_until=None)
    return _open(revision.demonstration, revision, first=last + 1, version=version)


def _open(
    demonstration: Demonstration, revision: Revision, *, first: int, version: GuidelineVersion | None
) -> int:
    task = demonstration.task
    lane = lane_for(
        demonstration.project_id,
        queue="review",
        priority=task.priority,
        category=revision.category,
        language=revision.language,
        source=None,
    )
    shuffle = secrets.randbits(63)
    ReviewPlace.objects.bulk_create(
        ReviewPlace(
            revision=revision,
            number=number,
            demonstration=demonstration,
            author_id=demonstration.author_id,
            lane_id=lane,
            shuffle=shuffle,
            guideline_version=version,
        )
        for number in range(first, first + demonstration.project.reviews)
    )
    return lane


def close_places(*, demonstration: Demonstration, now: datetime) -> None:
    """Nothing of this demonstration is to be reviewed any more: withdrawn or recalled."""
    # Places first: a review that is being claimed at this moment is committed once its place is had, and ends below.
    ReviewPlace.objects.filter(demonstration=demonstration, state__in=["open", "held"]).update(
        state="closed", holder=None, lease_until=None
    )
    Review.objects.filter(demonstration=demonstration, state="active").update(state="released")
    Adjudication.objects.filter(demonstration=demonstration, state="open").update(
        state="closed", resolved=now
    )


def begun(demonstration: Demonstration, *, lock: bool = False) -> bool:
    """Whether anybody reviews or has reviewed the newest revision of `demonstration`: one or two statements.

    Parameters: `lock`, inside a transaction, keeps its places from being claimed until the end of it: a claim skips
    locked places, and one that came first has been committed once the lock is had.
    """
    if lock:
        list(ReviewPlace.objects.select_for_update().filter(demonstration=demonstration, state="open"))
    taken = Review.objects.filter(demonstration=demonstration, state__in=["active", "decided"])
    return taken.filter(revision__number=demonstration.revision).exists()
