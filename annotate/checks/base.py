"""PURE. What a check gets and what it finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

ERROR, WARNING, NOTE = "error", "warning", "note"


@dataclass(frozen=True)
class Subject:
    """The conversation under test, and what its task and guideline say of it.

    `written` are the indexes of the messages that the writer wrote; only these can be blamed.
    """

    kind: str
    messages: Sequence[Mapping[str, str]]
    written: Sequence[int]
    category: str = ""
    bounds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One thing a check found: in which message, at which code points, and what to do about it."""

    check: str
    severity: str
    words: str
    message: int
    start: int = 0
    end: int = 0

    def as_dict(self) -> dict[str, Any]:
        """JSON-ready, as a revision keeps it and the API answers it."""
        return {
            "check": self.check,
            "severity": self.severity,
            "words": self.words,
            "message": self.message,
            "start": self.start,
            "end": self.end,
        }


class Check(Protocol):
    """A check has a name and one function; it never raises on any text, and runs in time linear in it."""

    name: str

    def find(self, subject: Subject) -> Iterable[Finding]: ...


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that keep a text from being submitted."""
    return [finding for finding in findings if finding.severity == ERROR]
