"""What the upper floor knows of a demonstration, told to this one: who reviewed it, and what may be read of that.

`review` fills this registry at start (`review.queries`); the pages and calls of `annotate` read it. So a writer's
desk can show what a reviewer said, and `annotate` never imports `review`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Q

from annotate.models import Demonstration
from workspace.access import Standing


@dataclass(frozen=True)
class Verdict:
    """One judgement of one revision, as its reader may see it. `by` is None where the reader may not know.

    `kind` is `review` or `adjudication`; `comments` are dicts with message, start, end, quote and text. `version` is
    the number of the guideline version it was judged by; `superseded` says that a material change asked for another
    review since.
    """

    kind: str
    revision: int
    decision: str
    comment: str
    decided: datetime | None
    reasons: Sequence[str] = ()
    fault: str = ""
    scores: Mapping[str, int] = field(default_factory=dict)
    comments: Sequence[Mapping[str, Any]] = ()
    by: Mapping[str, str] | None = None
    version: int | None = None
    superseded: bool = False


class Judgements(Protocol):
    """What the upper floor answers."""

    def reviewed_by(self, member: int) -> Q:
        """The condition on demonstrations that this member reviews or has reviewed."""
        ...

    def begun(self, demonstration: Demonstration, *, lock: bool = False) -> bool:
        """Whether anybody reviews or has reviewed its newest revision. `lock`: and nobody begins meanwhile."""
        ...

    def verdicts(
        self, demonstrations: Sequence[Demonstration], standing: Standing
    ) -> dict[int, list[Verdict]]:
        """For each demonstration's id, the verdicts that `standing` may read, oldest first."""
        ...


_filled: list[Judgements] = []


def fill(judgements: Judgements) -> None:
    """Give the registry its one member; the upper floor calls this at start."""
    _filled[:] = [judgements]


def judgements() -> Judgements:
    """The registered member."""
    return _filled[0]
