"""What a new project begins with on this floor: the default guideline, published as version 1."""

from __future__ import annotations

from datetime import datetime

from annotate import guidelines
from workspace.announcements import subscribe
from workspace.models import Project, User


def listen() -> None:
    """Subscribe to what the ground floor announces; called once at start."""
    subscribe("project_created", give_default_guideline)


def give_default_guideline(*, project: Project, by: User | None, now: datetime) -> None:
    guidelines.found(project, by=by, now=now)
