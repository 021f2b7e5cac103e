"""What a lower floor tells an upper one: the upper floor subscribes at start, the lower one announces.

Announcements run at once, in the transaction of the act that makes them, in the order of subscription: a failing
subscriber undoes the act. This is the only way in which `annotate` or `workspace` reaches upwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Subscriber = Callable[..., None]
_subscribers: dict[str, list[Subscriber]] = defaultdict(list)

EVENTS = frozenset(
    {
        "project_created",  # project, by, now
        "demonstration_submitted",  # demonstration, revision, now
        "demonstration_left_review",  # demonstration, now: recalled or withdrawn
        "member_left",  # member, now
        "guideline_published",  # version, by, now
    }
)


def subscribe(event: str, subscriber: Subscriber) -> None:
    """Call `subscriber` with the event's keyword arguments whenever it is announced."""
    if event not in EVENTS:
        raise KeyError(f"no event is called {event!r}")
    if subscriber not in _subscribers[event]:
        _subscribers[event].append(subscriber)


def announce(event: str, **facts: Any) -> None:
    """Tell every subscriber, now."""
    if event not in EVENTS:
        raise KeyError(f"no event is called {event!r}")
    for subscriber in _subscribers[event]:
        subscriber(**facts)
