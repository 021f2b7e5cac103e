"""Reads a file made in memory, for the tests of this folder."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from annotate.sources.limits import Limits
from annotate.sources.notes import Notes
from annotate.sources.reading import read
from annotate.sources.rows import RowError, TaskRow


@dataclass
class Outcome:
    """What one reading gave."""

    rows: list[TaskRow]
    errors: list[RowError]
    notes: dict[str, dict[str, Any]]


def reading_of(content: bytes | str, format: str, **options: Any) -> Outcome:
    """Read ``content`` as a file of ``format``."""
    data = content.encode() if isinstance(content, str) else content
    notes = options.setdefault("notes", Notes())
    found = list(read(io.BytesIO(data), format, **options))
    rows = [one for one in found if isinstance(one, TaskRow)]
    errors = [one for one in found if isinstance(one, RowError)]
    return Outcome(rows, errors, notes.as_dict())


class Dribble:
    """A binary file that gives only a few bytes at a time, as a slow socket does."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data, self._step, self._at = data, step, 0

    def read(self, size: int = -1) -> bytes:
        start, self._at = self._at, self._at + self._step
        return self._data[start : self._at]


SMALL = Limits(max_row_bytes=2_000, max_depth=5, max_rows=50, max_text_chars=100, max_context_chars=300)
