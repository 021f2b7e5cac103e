"""Counting statements as the promises do: beside BEGIN, COMMIT and the savepoints of a test's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_AROUND = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK")


class Statements(list[str]):
    """What was executed, each as its SQL."""


@contextmanager
def statements() -> Iterator[Statements]:
    """The statements executed inside, complete once the block is left."""
    seen = Statements()
    with CaptureQueriesContext(connection) as captured:
        yield seen
    seen.extend(query["sql"] for query in captured if not query["sql"].startswith(_AROUND))
