"""What a reader of the import's summary should know although no row was refused for it.

In: lines and columns, as they are met. Out: ``Notes.as_dict()`` for the summary, and the bytes read so far
for a progress bar. Filled by the formats and by ``reading``; read by the importing acts and the command.
"""

from __future__ import annotations

from typing import Any

from annotate.sources.fields import printable

LINES_KEPT = 20
NAMES_KEPT = 50
NAME_LENGTH = 60


class Notes:
    """Counts by key, each with its first lines and, where they matter, the names of the columns.

    >>> notes = Notes()
    >>> notes.add("empty_answer", 7)
    >>> notes.as_dict()
    {'empty_answer': {'count': 1, 'lines': [7], 'rows': [1]}}
    """

    __slots__ = ("_notes", "bytes_read", "errors", "rows")

    def __init__(self) -> None:
        self.rows = 0  # good rows given
        self.errors = 0  # rows refused
        self.bytes_read = 0  # of the file as it lies on the disk, compressed or not
        self._notes: dict[str, dict[str, Any]] = {}

    def add(self, key: str, line: int) -> None:
        """Count the row at hand under ``key``; the first lines are kept, and their places among the rows."""
        note = self._notes.setdefault(key, {"count": 0, "lines": [], "rows": []})
        note["count"] += 1
        if len(note["lines"]) < LINES_KEPT:
            note["lines"].append(line)
            note["rows"].append(self.row)

    def add_names(self, key: str, line: int, names: list[str]) -> None:
        """Count one more row under ``key`` and remember which columns it concerned."""
        self.add(key, line)
        known = self._notes[key].setdefault("names", [])
        for name in names:
            if len(known) >= NAMES_KEPT:
                return
            if printable(name, NAME_LENGTH) not in known:
                known.append(printable(name, NAME_LENGTH))

    @property
    def row(self) -> int:
        """The place of the row at hand, which is counted as good or bad once it has been judged."""
        return self.rows + self.errors + 1

    def count(self, key: str) -> int:
        """How many rows were noted under ``key``."""
        note = self._notes.get(key)
        return note["count"] if note else 0

    def as_dict(self) -> dict[str, dict[str, Any]]:
        """All notes, ready for JSON."""
        return {
            key: {name: _copy(value) for name, value in note.items()} for key, note in self._notes.items()
        }


def _copy(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value
