"""What the filters of the demonstrations list offer to a reader. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from annotate.models import GuidelineVersion, Source
from workspace.access import Standing
from workspace.models import Member
from workspace.permissions import ADMIN, ANNOTATOR

MOST_OFFERED = 300


@dataclass(frozen=True)
class Choices:
    """The values that can be chosen, each with its words; people and sources for admins only."""

    categories: Sequence[tuple[str, str]]
    versions: Sequence[int | None]
    sources: Sequence[Source] = ()
    annotators: Sequence[Member] = ()

    @property
    def category_names(self) -> dict[str, str]:
        return dict(self.categories)


def choices(standing: Standing) -> Choices:
    """One statement, three for admins."""
    numbered = GuidelineVersion.objects.filter(project=standing.project, number__isnull=False)
    versions = list(numbered.order_by("-number").values_list("number", "categories")[:MOST_OFFERED])
    # Names of categories that a newer version dropped stay readable; the newest word for a key wins.
    names = {one["key"]: one["name"] for _, categories in reversed(versions) for one in categories}
    categories, numbers = sorted(names.items(), key=lambda pair: pair[1]), [number for number, _ in versions]
    if ADMIN not in standing.roles:
        return Choices(categories, numbers)
    sources = Source.objects.filter(project=standing.project).order_by("-pk")[:MOST_OFFERED]
    writers = Member.objects.filter(project=standing.project, roles__contains=[ANNOTATOR])
    return Choices(
        categories,
        numbers,
        sources=list(sources),
        annotators=list(writers.select_related("user").order_by("user__name")[:MOST_OFFERED]),
    )
