"""What is known about a release beside its rows: the one input of the manifest and of the card.

Enters: plain values, gathered by whoever froze the release. Leaves: the same, by name.
Called by ``review.release.manifest``, ``review.release.card`` and ``review.release.sealing``.

Nothing in here is read from a clock or drawn at random: the same facts give the same bytes.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Where some of the rows came from. ``licence`` is SPDX; ``rows`` are those in this release."""

    name: str
    licence: str
    rows: int
    url: str = ""
    format: str = ""
    sha256: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineFacts:
    """A guideline version that released rows were written under. ``published`` is RFC 3339 text."""

    number: int
    title: str
    published: str
    rows: int
    summary: str = ""
    material: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFacts:
    """One line of the agreement report; an undefined ``value`` is ``None`` and has its reason."""

    measure: str
    coefficient: str
    value: float | None
    low: float | None = None
    high: float | None = None
    items: int = 0
    raters: int = 0
    ratings: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """All that the manifest and the card say about a release, its files apart.

    ``created`` is RFC 3339 text in UTC; ``licence`` is the combined SPDX expression; ``splits``,
    ``categories`` and ``languages`` count rows; ``excluded`` counts the rows left out, by reason; ``filters``
    and ``settings`` are JSON values as they were chosen; ``selection`` is a digest of the frozen selection;
    ``writer`` names the versions that wrote the files.
    """

    project: str
    title: str
    number: int
    created: str
    format: str
    licence: str
    splits: Mapping[str, int]
    categories: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    sources: Sequence[SourceFacts] = ()
    guideline_versions: Sequence[GuidelineFacts] = ()
    agreement: Sequence[AgreementFacts] = ()
    annotators: int = 0
    reviewers: int = 0
    reviews_per_row: int = 1
    filters: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    description: str = ""
    review_plan: str = ""
    limits: Sequence[str] = ()
    tags: Sequence[str] = ()
    selection: str = ""
    previous: int | None = None
    writer: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Hold what file names are made of; a slug that could lead elsewhere never reaches a path."""
        if not re.fullmatch(r"[A-Za-z0-9_-]+", self.project) or self.number < 1:
            raise ValueError(
                f"A release needs a project's slug and a number from 1, not {self.project!r}, {self.number}."
            )

    @property
    def name(self) -> str:
        """The release's directory: the project and the number, padded to four digits.

        >>> ReleaseFacts(project="demo", title="Demo", number=3, created="", format="records",
        ...              licence="MIT", splits={"train": 2}).name
        'demo-0003'
        """
        return f"{self.project}-{self.number:04d}"

    @property
    def rows(self) -> int:
        """How many rows the release holds."""
        return sum(self.splits.values())
