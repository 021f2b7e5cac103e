"""What a reviewer who leaves a project holds goes back to the queue; their decided reviews stay."""

from __future__ import annotations

from datetime import datetime

from review.claiming import release
from review.models import Review
from workspace.announcements import subscribe
from workspace.models import Member


def listen() -> None:
    """Subscribe to what the ground floor announces; called once at start."""
    subscribe("member_left", free_places)


def free_places(*, member: Member, now: datetime) -> None:
    """Release the review this member holds; at most one, by the unique index."""
    for review in Review.objects.filter(reviewer=member, state="active"):
        release(review, by=member.user, now=now)
