"""What the stop button can stop, by kind. Upper floors fill this at start with what they know: categories, sources.

Asked by the settings page for its choices, and by `workspace.projects.pause` for a target that exists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workspace.models import Member, Project

Targets = Sequence[tuple[str, str]]
_offers: dict[str, Callable[[Project], Targets]] = {}


def offer(kind: str, targets: Callable[[Project], Targets]) -> None:
    """Say how to find the targets of a kind: pairs of the target, as `Pause.target` holds it, and its name."""
    _offers[kind] = targets


def targets_of(project: Project) -> dict[str, Targets]:
    """Every kind with its targets in this project; the project itself is the empty target."""
    return {"project": [("", project.title)], **{kind: find(project) for kind, find in _offers.items()}}


def members(project: Project) -> Targets:
    """The project's members, as targets."""
    rows = (
        Member.objects.filter(project=project, active=True)
        .select_related("user")
        .order_by("user__name", "pk")
    )
    return [(str(member.pk), str(member)) for member in rows]


offer("member", members)
