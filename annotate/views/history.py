"""The history of a demonstration as its writer reads it: revisions, what changed, what was said and at which words.

In: revisions and verdicts that were loaded. Out: plain objects for `annotate/work/_history.html`; no statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotate.conversation import Message
from annotate.differences import Part, differences
from annotate.judged import Verdict
from annotate.models import GuidelineVersion, Revision
from annotate.spans import Piece, marked


@dataclass(frozen=True)
class Remark:
    """One comment at a span, with the number that stands beside the marked words."""

    number: int
    message: int
    quote: str
    text: str


@dataclass(frozen=True)
class Judged:
    """A verdict with its remarks numbered, and its scores by the names of the rubric."""

    verdict: Verdict
    remarks: Sequence[Remark]
    scores: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Said:
    """One message of a revision: its words with what was remarked, and its changes since the earlier revision."""

    role: str
    pieces: Sequence[Piece]
    changes: Sequence[Part] = ()


@dataclass(frozen=True)
class Round:
    """One revision. `compared` is the number of the revision that `changes` compare with, 0 for the first."""

    revision: Revision
    messages: Sequence[Said]
    judged: Sequence[Judged] = field(default_factory=tuple)
    compared: int = 0

    @property
    def changed(self) -> bool:
        return any(said.changes for said in self.messages)

    @property
    def remarks(self) -> list[Remark]:
        return [remark for judged in self.judged for remark in judged.remarks]


def rounds_of(revisions: Sequence[Revision], verdicts: Sequence[Verdict]) -> list[Round]:
    """The history, newest first. Parameters: `revisions`, newest first, each with its guideline version loaded."""
    rounds = []
    for place, revision in enumerate(revisions):
        earlier = revisions[place + 1] if place + 1 < len(revisions) else None
        judged = _judged(
            [one for one in verdicts if one.revision == revision.number], revision.guideline_version
        )
        remarks = [remark_and_span for one in judged for remark_and_span in one[1]]
        said = [
            _said(number, message, earlier.messages if earlier else None, remarks)
            for number, message in enumerate(revision.messages)
        ]
        rounds.append(
            Round(
                revision=revision,
                messages=said,
                judged=[one for one, _ in judged],
                compared=earlier.number if earlier else 0,
            )
        )
    return rounds


def _judged(
    verdicts: Sequence[Verdict], version: GuidelineVersion
) -> list[tuple[Judged, list[tuple[int, Mapping[str, Any]]]]]:
    names = {criterion["key"]: criterion["name"] for criterion in version.rubric}
    found = []
    number = 0
    for verdict in verdicts:
        numbered = []
        for comment in verdict.comments:
            number += 1
            numbered.append((number, comment))
        remarks = [Remark(count, one["message"], one["quote"], one["text"]) for count, one in numbered]
        scores = [(names.get(key, key), level) for key, level in verdict.scores.items()]
        found.append((Judged(verdict, remarks, scores), numbered))
    return found


def _said(
    number: int,
    message: Message,
    earlier: Sequence[Message] | None,
    remarks: Sequence[tuple[int, Mapping[str, Any]]],
) -> Said:
    spans = [(count, one["start"], one["end"]) for count, one in remarks if one["message"] == number]
    changes: Sequence[Part] = ()
    if earlier is not None:
        before = earlier[number]["content"] if number < len(earlier) else ""
        if before != message["content"]:
            changes = differences(before, message["content"])
    return Said(message["role"], marked(message["content"], spans), changes)
