"""The read side of the adjudicator's desk. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate.judged import Verdict
from review.access import open_to
from review.models import Adjudication
from workspace.access import Standing

MOST_OWN = 99


@dataclass(frozen=True)
class Compared:
    """One criterion over all reviews: its levels in their order, None where one gave none."""

    criterion: Mapping[str, Any]
    levels: Sequence[int | None]

    @property
    def differs(self) -> bool:
        return len(set(self.levels)) > 1

    @property
    def cells(self) -> list[tuple[int | None, str]]:
        """Each level with its anchor in words."""
        anchors = {level["value"]: level["anchor"] for level in self.criterion["levels"]}
        return [(level, anchors.get(level, "")) for level in self.levels]


def compared(rubric: Sequence[Mapping[str, Any]], reviews: Sequence[Verdict]) -> list[Compared]:
    """The criteria of the rubric, each with the levels that the reviews gave, in the order of the reviews."""
    return [
        Compared(criterion, [review.scores.get(criterion["key"]) for review in reviews])
        for criterion in rubric
    ]


def own_open(standing: Standing) -> int:
    """How many open disputes the reader may not settle because they took part, up to `MOST_OWN` + 1. One statement."""
    waiting = Adjudication.objects.filter(project=standing.project, state="open")
    return waiting.exclude(pk__in=open_to(standing).values("pk"))[: MOST_OWN + 1].count()
