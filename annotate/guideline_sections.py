"""PURE. The text of a guideline in sections: split at its `##` headings, found again, replaced.

Enters: the Markdown body of a version. Leaves: sections that put together give the body back exactly. A section is
known by the fingerprint of its text, so that two people who edit different sections never meet. Called by
`annotate.guidelines`, `annotate.guideline_diff` and the pages of the draft.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_HEADING = re.compile(r"## +(?P<words>\S.*)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True)
class Section:
    """A stretch of the body. `heading` is empty for what stands before the first heading."""

    heading: str
    text: str

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.text)


def fingerprint(value: Any) -> str:
    """A short name for exactly this value (text, lists, mappings): what somebody saw when they began to edit.

    >>> fingerprint("a") == fingerprint("a"), fingerprint("a") == fingerprint("b")
    (True, False)
    """
    plain = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def sections_of(body: str) -> list[Section]:
    """The sections of `body`, in order; a heading inside a code fence is code.

    >>> [section.heading for section in sections_of("# Title\\n\\n## One\\n\\nText.\\n## Two\\n")]
    ['', 'One', 'Two']
    """
    found: list[Section] = []
    lines: list[str] = []
    heading, fence = "", ""
    for line in body.splitlines(keepends=True):
        marks = _FENCE.match(line)
        if marks and not fence:
            fence = marks[1]
        elif marks and marks[1].startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        begins = None if fence else _HEADING.match(line)
        if begins:
            if lines:
                found.append(Section(heading, "".join(lines)))
            heading, lines = begins["words"].rstrip(" #\r\n"), []
        lines.append(line)
    if lines:
        found.append(Section(heading, "".join(lines)))
    return found


def replaced(body: str, place: int, seen: str, text: str) -> str | None:
    """`body` with the section that has the fingerprint `seen` replaced by `text`; None where nothing has it.

    Parameters: `place`, where the section stood when it was read; it, and after it its neighbours, are looked at
    first, for others may have added sections before it. What was saved as one may have become several: a run of
    sections that together have the fingerprint counts as well.

    >>> replaced("## One\\n## Two\\n", 0, fingerprint("## Two\\n"), "## Three\\n")
    '## One\\n## Three\\n'
    """
    sections = sections_of(body)
    run = _run_of(sections, place, seen)
    if run is None:
        return None
    before = "".join(section.text for section in sections[: run[0]])
    after = "".join(section.text for section in sections[run[1] :])
    # A heading only begins a section where it begins a line.
    joint = "\n" if after and text and not text.endswith("\n") else ""
    return f"{before}{text}{joint}{after}"


def _run_of(sections: Sequence[Section], place: int, seen: str) -> tuple[int, int] | None:
    """From where to where the sections lie that together have the fingerprint `seen`."""
    for length in range(1, len(sections) + 1):
        starts = range(len(sections) - length + 1)
        for start in sorted(starts, key=lambda each: abs(each - place)):
            if fingerprint("".join(one.text for one in sections[start : start + length])) == seen:
                return start, start + length
    return None
