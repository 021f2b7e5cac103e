"""PURE. Nothing empty, and a conversation that is whole."""

from __future__ import annotations

from collections.abc import Iterable

from annotate.checks.base import ERROR, Finding, Subject
from annotate.conversation import problem_of

_NAMES = {"user": "prompt", "assistant": "response", "system": "system message"}


class Completeness:
    name = "completeness"

    def find(self, subject: Subject) -> Iterable[Finding]:
        messages = [dict(message) for message in subject.messages]
        problem = problem_of(messages)
        if problem:
            yield Finding(self.name, ERROR, problem, max(0, len(messages) - 1))
        for index in subject.written:
            if not subject.messages[index]["content"].strip():
                what = _NAMES[subject.messages[index]["role"]]
                yield Finding(self.name, ERROR, f"The {what} is empty; write it before you submit.", index)
