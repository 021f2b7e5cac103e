"""What the upper floor knows of a guideline version, told to this one: what was scored under it, and the agreement.

`review` fills this registry at start (`review.queries_guidelines`); the page of a version reads it. So an admin sees
whether a change helped, and `annotate` never imports `review`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from annotate.models import GuidelineVersion


@dataclass(frozen=True)
class Agreed:
    """One coefficient of the newest report over a version: `value` is None where it is undefined."""

    measure: str
    value: float | None
    low: float | None
    high: float | None
    items: int


@dataclass(frozen=True)
class Measured:
    """Decided reviews under a version, in all and by decision, counted up to a bound; and the newest agreement."""

    scored: int
    decisions: Mapping[str, int] = field(default_factory=dict)
    agreement: Sequence[Agreed] = ()
    measured: datetime | None = None


class Measurements(Protocol):
    """What the upper floor answers."""

    def of_version(self, version: GuidelineVersion) -> Measured:
        """What was scored under a published version, and the agreement reached."""
        ...


_filled: list[Measurements] = []


def fill(measurements: Measurements) -> None:
    """Give the registry its one member; the upper floor calls this at start."""
    _filled[:] = [measurements]


def measurements() -> Measurements:
    """The registered member."""
    return _filled[0]
