"""What this floor lets the stop button stop: the categories of the newest guideline version, and sources."""

from __future__ import annotations

from annotate import guidelines
from annotate.models import Source
from workspace import pausable
from workspace.models import Project


def offer_targets() -> None:
    """Tell the ground floor; called once at start."""
    pausable.offer("category", categories)
    pausable.offer("source", sources)


def categories(project: Project) -> pausable.Targets:
    """The categories of the newest published version."""
    return [(category["key"], category["name"]) for category in guidelines.newest(project).categories]


def sources(project: Project) -> pausable.Targets:
    """The sources whose tasks are given out."""
    rows = Source.objects.filter(project=project, state__in=["importing", "ready"]).order_by("-pk")
    return [(str(source.pk), source.name) for source in rows[:500]]
