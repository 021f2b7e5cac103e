"""The read side of the reviewer's desk, each function with its number of statements. Nothing here changes a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from annotate.differences import SAME, Part, differences
from annotate.judged import Verdict
from annotate.models import Demonstration, GuidelineVersion, Revision
from review.queries import review_payload, verdicts
from workspace.access import Standing


@dataclass(frozen=True)
class ChangedMessage:
    """A message of two revisions: its role, and what of its text stayed, went and came."""

    number: int
    role: str
    parts: Sequence[Part]

    @property
    def changed(self) -> bool:
        return any(part.kind != SAME for part in self.parts)


@dataclass(frozen=True)
class Earlier:
    """The round before: its revision, what changed since, and what was said of it."""

    revision: int
    messages: Sequence[ChangedMessage]
    verdicts: Sequence[Verdict]


@dataclass(frozen=True)
class Desk:
    """One review as its reviewer sees it."""

    review: Mapping[str, Any]
    category_name: str
    earlier: Earlier | None

    @property
    def messages(self) -> Sequence[Mapping[str, str]]:
        found: Sequence[Mapping[str, str]] = self.review["demonstration"]["messages"]
        return found


def desk(standing: Standing, review_id: int) -> Desk:
    """The review `review_id`, this standing's own. Two statements; at most six more from the second round on."""
    review = review_payload(review_id)
    shown = review["demonstration"]
    version = GuidelineVersion.objects.filter(project=standing.project, number=review["guideline_version"])
    names = {one["key"]: one["name"] for one in version.values_list("categories", flat=True)[0]}
    return Desk(
        review=review,
        category_name=names.get(shown["category"], shown["category"]),
        earlier=earlier_round(standing, int(shown["id"]), review["revision"])
        if review["revision"] > 1
        else None,
    )


def earlier_round(standing: Standing, demonstration_id: int, revision: int) -> Earlier:
    """What the revision before `revision` said, and what was said of it, as far as `standing` may read it. Six."""
    found = Revision.objects.filter(
        demonstration=demonstration_id, number__in=[revision - 1, revision]
    ).order_by("number")
    before, after = (one.messages for one in found)
    demonstration = Demonstration.objects.get(pk=demonstration_id)
    said = verdicts([demonstration], standing)[demonstration_id]
    return Earlier(
        revision=revision - 1,
        messages=changed_messages(before, after),
        verdicts=[verdict for verdict in said if verdict.revision == revision - 1],
    )


def changed_messages(
    before: Iterable[Mapping[str, str]], after: Iterable[Mapping[str, str]]
) -> list[ChangedMessage]:
    """Two conversations compared message by message, in order; what only one of them has is removed or added whole."""
    nothing = {"role": "", "content": ""}
    return [
        ChangedMessage(
            number=number,
            role=(new or nothing)["role"] or (old or nothing)["role"],
            parts=differences((old or nothing)["content"], (new or nothing)["content"]),
        )
        for number, (old, new) in enumerate(zip_longest(before, after))
    ]
