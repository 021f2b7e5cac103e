"""PURE. How fast long work goes, and how long it still takes. Read by the progress component."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Pace:
    """`rate` in units a second, `left` in whole seconds; None where it is too early to say."""

    rate: float | None
    left: int | None

    @property
    def minutes_left(self) -> int | None:
        return round(self.left / 60) if self.left is not None else None


def pace(done: int, total: int | None, *, since: datetime | None, now: datetime) -> Pace:
    """The pace of work that began at `since` and has `done` of `total` units behind it.

    >>> from datetime import datetime, timedelta
    >>> begun = datetime(2026, 1, 1)
    >>> pace(50, 150, since=begun, now=begun + timedelta(seconds=10))
    Pace(rate=5.0, left=20)
    >>> pace(0, 150, since=begun, now=begun + timedelta(seconds=10))
    Pace(rate=None, left=None)
    """
    seconds = (now - since).total_seconds() if since is not None else 0.0
    if seconds < 1 or done <= 0:
        return Pace(None, None)
    rate = done / seconds
    left = round((total - done) / rate) if total is not None and total >= done else None
    return Pace(rate, left)
