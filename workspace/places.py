"""The places of a project, in the order of the rail, each with the action that opens it.

Read by `workspace.views.layout`. How much waits at a place is told by the floor above, named here by dotted path.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from workspace.access import Standing
from workspace.permissions import actions_of

# `counts(standing) -> {place key: how much waits there}`, in one statement; see `review.queries_rail`.
WAITING_COUNTS = "review.queries_rail.waiting_counts"
MOST_SHOWN = 99


@dataclass(frozen=True)
class Place:
    """`path` is the part of the URL behind `/p/SLUG/`; the place shows for people who may do `action`."""

    path: str
    name: str | Promise
    icon: str
    action: str


@dataclass(frozen=True)
class Entry:
    """A place as one reader sees it."""

    name: str | Promise
    icon: str
    url: str
    current: bool
    count: int


GROUPS: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    ("", (Place("", _("Overview"), "layout-dashboard", "project.view"),)),
    (
        _("Work"),
        (
            Place("write/", pgettext_lazy("place", "Write"), "pen-line", "assignment.work"),
            Place("work/", _("My work"), "notebook-pen", "work.view"),
            Place("review/", pgettext_lazy("place", "Review"), "eye", "review.work"),
            Place("adjudicate/", pgettext_lazy("place", "Adjudicate"), "scale", "adjudication.list"),
        ),
    ),
    (
        _("Data"),
        (
            Place("demonstrations/", _("Demonstrations"), "messages-square", "demonstration.list"),
            Place("tasks/", _("Tasks"), "list-todo", "task.list"),
            Place("sources/", _("Sources"), "database", "source.list"),
            Place("releases/", _("Releases"), "package", "release.list"),
        ),
    ),
    (
        _("Quality"),
        (
            Place("guidelines/", _("Guidelines"), "book-open", "guideline.view"),
            Place("agreement/", _("Agreement"), "chart-no-axes-combined", "agreement.view"),
        ),
    ),
    (
        _("Project"),
        (
            Place("people/", _("People"), "users", "member.list"),
            Place("settings/", _("Settings"), "settings-2", "project.change"),
            Place("audit/", _("Audit"), "scroll-text", "audit.view"),
        ),
    ),
)


def rail(standing: Standing, path: str) -> list[tuple[str | Promise, list[Entry]]]:
    """The groups of places that this standing may enter; `path` is the reader's, which marks where they are."""
    allowed = actions_of(standing.roles)
    root = f"/p/{standing.project.slug}/"
    here = path.removeprefix(root).partition("/")[0]
    counts = import_string(WAITING_COUNTS)(standing)
    groups = []
    for title, places in GROUPS:
        entries = [
            Entry(
                name=place.name,
                icon=place.icon,
                url=root + place.path,
                current=place.path.rstrip("/") == here,
                count=counts.get(place.path.rstrip("/"), 0),
            )
            for place in places
            if place.action in allowed
        ]
        if entries:
            groups.append((title, entries))
    return groups
