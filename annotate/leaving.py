"""What a member who leaves a project holds goes back to the queue; their finished work and their drafts stay."""

from __future__ import annotations

from datetime import datetime

from annotate.claiming import release
from annotate.models import Assignment
from workspace.announcements import subscribe
from workspace.models import Member


def listen() -> None:
    """Subscribe to what the ground floor announces; called once at start."""
    subscribe("member_left", free_places)


def free_places(*, member: Member, now: datetime) -> None:
    """Release the task this member holds; at most one, by the unique index."""
    for assignment in Assignment.objects.filter(member=member, state="active", round=1):
        release(assignment, by=member.user, now=now)
