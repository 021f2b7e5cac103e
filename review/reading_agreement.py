"""PURE. Agreement in plain words: which figure stands for a measure, and how far it may be trusted.

Enters: the figures of one measure. Leaves: the figures in the order of a page, and a sentence with a tone. The reading
follows the interval's lower end, not the value: few ratings are no good agreement. Called by the page of agreement.

The limits are Krippendorff's (Content Analysis, 2004, p. 241): conclusions from 0.800 on, tentative ones from 0.667 on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

GOOD, TENTATIVE = 0.8, 0.667
# So much agreement in percent is not what "no more than by chance" means to a reader.
ALMOST_ALL = 0.9
CHOSEN = "krippendorff_alpha"
# Shown beside the chosen one, the first that was computed.
BESIDE = ("gwet_ac1", "gwet_ac2")
PERCENT = "percent_agreement"


class Figure(Protocol):
    """One coefficient as a report keeps it."""

    measure: str
    coefficient: str
    value: float | None
    low: float | None
    reason: str


@dataclass(frozen=True)
class Line:
    """One measure on the page: the figures shown, all others, and what they mean. `tone` is one of the page's tones."""

    measure: str
    chosen: Figure | None
    percent: Figure | None
    beside: Figure | None
    others: tuple[Figure, ...]
    tone: str
    reading: str


def lines(figures: Iterable[Figure]) -> list[Line]:
    """The measures of a report in its own order, each with its figures."""
    measures: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        measures.setdefault(figure.measure, {})[figure.coefficient] = figure
    return [_line(measure, held) for measure, held in measures.items()]


def reading_of(value: float | None, low: float | None) -> tuple[str, str]:
    """Tone and key of the sentence for one figure.

    >>> reading_of(0.9, 0.85), reading_of(0.9, 0.7), reading_of(0.9, 0.3)
    (('good', 'good'), ('care', 'tentative'), ('bad', 'unsure'))
    >>> reading_of(0.4, 0.2), reading_of(-0.1, -0.4), reading_of(None, None)
    (('bad', 'low'), ('bad', 'chance'), ('neutral', 'undefined'))
    """
    if value is None:
        return "neutral", "undefined"
    if value <= 0:
        return "bad", "chance"
    trusted = low if low is not None else value
    if trusted >= GOOD:
        return "good", "good"
    if trusted >= TENTATIVE:
        return "care", "tentative"
    # The value may look fine and the interval say that it could as well be poor.
    return ("bad", "unsure") if value >= TENTATIVE else ("bad", "low")


def _is_skewed(tone: str, percent: Figure | None, beside: Figure | None) -> bool:
    """Nearly everybody gives one level: alpha falls to nothing though people agree, the known paradox of prevalence."""
    if tone != "bad" or percent is None or beside is None:
        return False
    return (percent.value or 0) >= ALMOST_ALL and (beside.value or 0) >= GOOD


def _line(measure: str, held: dict[str, Figure]) -> Line:
    chosen, percent = held.get(CHOSEN), held.get(PERCENT)
    beside = next((held[name] for name in BESIDE if name in held), None)
    shown = {id(chosen), id(percent), id(beside)}
    tone, reading = reading_of(chosen.value, chosen.low) if chosen else ("neutral", "undefined")
    if _is_skewed(tone, percent, beside):
        tone, reading = "care", "skewed"
    others = tuple(figure for figure in held.values() if id(figure) not in shown)
    return Line(measure, chosen, percent, beside, others, tone, reading)
