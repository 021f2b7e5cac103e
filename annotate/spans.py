"""PURE. Remarks at spans of a text: the text cut where they begin and end, so that a template can mark them.

Enters: a text and spans in code points, as they came from reviewers. Leaves: pieces in reading order. Called by the
history of a demonstration and the writer's desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Piece:
    """A stretch of text and the numbers of the remarks that speak of it."""

    text: str
    remarks: tuple[int, ...] = ()


def marked(text: str, spans: Iterable[tuple[int, int, int]]) -> list[Piece]:
    """`text` in pieces. Parameters: `spans`, each the number of a remark, its start and its end in code points.

    A span that is empty or lies outside of the text marks nothing; what overlaps is marked by both.

    >>> [(piece.text, piece.remarks) for piece in marked("It raises it.", [(1, 3, 9)])]
    [('It ', ()), ('raises', (1,)), (' it.', ())]
    """
    length = len(text)
    kept = [(number, max(0, start), min(end, length)) for number, start, end in spans]
    kept = [span for span in kept if span[1] < span[2]]
    edges = sorted({0, length, *(start for _, start, _ in kept), *(end for _, _, end in kept)})
    return [
        Piece(
            text[begin:end], tuple(number for number, start, stop in kept if start <= begin and end <= stop)
        )
        for begin, end in pairwise(edges)
    ]
