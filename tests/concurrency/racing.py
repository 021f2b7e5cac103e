"""Threads that begin at the same instant, each with its own connection to the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

Step = Callable[[], Any]


def at_once(*steps: Step) -> list[Any]:
    """Run all `steps` at once. Returns for each what it returned, or the exception it raised."""
    start = threading.Barrier(len(steps))
    ended: list[Any] = [None] * len(steps)

    def run(place: int, step: Step) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            ended[place] = step()
        except Exception as error:  # the test judges which exceptions may be
            ended[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads), "a thread waits for ever"
    return ended


def only(kinds: type[Exception] | tuple[type[Exception], ...], ended: Sequence[Any]) -> None:
    """Fail for an exception of another kind than `kinds`, with its own traceback."""
    for one in ended:
        if isinstance(one, Exception) and not isinstance(one, kinds):
            raise one
