"""PURE. Code fences that are opened and never closed: the rest of the answer would be shown as code.

Fences as CommonMark 0.31, section 4.5, defines them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from annotate.checks.base import ERROR, Finding, Subject

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)


def open_fence(text: str) -> tuple[int, int] | None:
    """The code points of the fence that `text` leaves open, or None.

    >>> open_fence("```python\\nx = 1\\n")
    (0, 9)
    >>> open_fence("```\\nx\\n```") is None
    True
    """
    opened: re.Match[str] | None = None
    for fence in FENCE.finditer(text):
        marks, rest = fence.group(1), fence.group(2)
        if opened is None:
            # An info string after backticks holds none; such a line is inline code.
            if marks[0] == "~" or "`" not in rest:
                opened = fence
        elif marks[0] == opened.group(1)[0] and len(marks) >= len(opened.group(1)) and not rest.strip():
            opened = None
    return opened.span() if opened else None


class Fences:
    name = "fences"

    def find(self, subject: Subject) -> Iterable[Finding]:
        for index in subject.written:
            span = open_fence(subject.messages[index]["content"])
            if span:
                words = "This code block is never closed; add a line with the same fence after its last line."
                yield Finding(self.name, ERROR, words, index, *span)
