"""PURE. Word-level differences of two texts, for people: what stayed, what was taken out, what was put in.

Enters: two texts. Leaves: parts in reading order, which a template shows as plain text, `<del>` and `<ins>`. Called by
the writer's desk and the history of a demonstration.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

SAME, REMOVED, ADDED = "same", "removed", "added"

# A run of letters and digits, one sign of a script without spaces, a run of white space, or one other character.
_PIECE = re.compile(r"[぀-ヿ㐀-鿿가-힣豈-﫿]|\w+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# Edits looked for in one stretch before it is shown as replaced whole: the cost grows with their square. The standard
# library's `difflib` has no such bound; a thousand blank lines keep it busy for a minute.
MOST_EDITS, MOST_EDITS_OF_LONG, LONG = 1_000, 200, 10_000


@dataclass(frozen=True)
class Part:
    """A stretch of text that stayed, was removed or was added."""

    kind: str
    text: str


def differences(old: str, new: str) -> list[Part]:
    """How `new` came of `old`, word by word.

    Lines are compared first, then the words of the lines that changed, so that long texts stay quick; a stretch that
    is too large for either is shown as removed and added whole. The parts that are not `added` give `old` back, those
    that are not `removed` give `new`.

    >>> [(part.kind, part.text) for part in differences("It raises the point.", "It lowers the point.")]
    [('same', 'It '), ('removed', 'raises'), ('added', 'lowers'), ('same', ' the point.')]
    """
    return _joined(_by_lines(_LINE.findall(old), _LINE.findall(new)))


def edit_distance(parts: Sequence[Part]) -> int:
    """How many characters were removed and added."""
    return sum(len(part.text) for part in parts if part.kind != SAME)


def _by_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    for kind, before, after in _compared(old, new):
        if kind == "equal":
            yield Part(SAME, "".join(before))
        else:
            yield from _by_words(_PIECE.findall("".join(before)), _PIECE.findall("".join(after)))


def _by_words(old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    for kind, before, after in _compared(old, new):
        if kind == "equal":
            yield Part(SAME, "".join(before))
        else:
            yield Part(REMOVED, "".join(before))
            yield Part(ADDED, "".join(after))


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """Stretches that are equal or not; beginning and end are cut off first, because most edits are small."""
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    if head:
        yield "equal", old[:head], new[:head]
    yield from _shortest_edit(old[head:old_end], new[head:new_end])
    if tail:
        yield "equal", old[old_end:], new[new_end:]


def _shortest_edit(
    old: Sequence[str], new: Sequence[str]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    """The shortest way from `old` to `new`, after Myers, "An O(ND) difference algorithm" (1986); whole where long."""
    most = MOST_EDITS if len(old) + len(new) < LONG else MOST_EDITS_OF_LONG
    trace = _furthest(old, new, most)
    if trace is None or not old or not new:
        yield "replace", old, new
        return
    # Walked from the end: what is equal in both, then what lies between is what was replaced.
    equal: list[tuple[int, int, int]] = []
    x, y = len(old), len(new)
    for edits in range(len(trace) - 1, 0, -1):
        reached, diagonal = trace[edits], x - y
        left, right = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
        down = diagonal == -edits or (diagonal != edits and left < right)
        begin = right if down else left + 1
        if x > begin:
            equal.append((begin, y - x + begin, x - begin))
        x, y = (right, right - diagonal - 1) if down else (left, left - diagonal + 1)
    if x:
        equal.append((0, 0, x))
    yield from _between(old, new, reversed(equal))


def _between(
    old: Sequence[str], new: Sequence[str], equal: Iterable[tuple[int, int, int]]
) -> Iterator[tuple[str, Sequence[str], Sequence[str]]]:
    at_old = at_new = 0
    for old_from, new_from, length in equal:
        if old_from > at_old or new_from > at_new:
            yield "replace", old[at_old:old_from], new[at_new:new_from]
        yield "equal", old[old_from : old_from + length], new[new_from : new_from + length]
        at_old, at_new = old_from + length, new_from + length
    if at_old < len(old) or at_new < len(new):
        yield "replace", old[at_old:], new[at_new:]


def _furthest(old: Sequence[str], new: Sequence[str], most: int) -> list[dict[int, int]] | None:
    """How far each diagonal was reached before each number of edits; None where `most` edits are not enough."""
    reached: dict[int, int] = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(most, len(old) + len(new)) + 1):
        trace.append({key: value for key, value in reached.items() if -edits - 1 <= key <= edits + 1})
        for diagonal in range(-edits, edits + 1, 2):
            left, right = reached.get(diagonal - 1, -1), reached.get(diagonal + 1, -1)
            x = right if diagonal == -edits or (diagonal != edits and left < right) else left + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            reached[diagonal] = x
            if x >= len(old) and y >= len(new):
                return trace
    return None


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces both begin with."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        count += 1
    return count


def _joined(parts: Iterator[Part]) -> list[Part]:
    """The parts without empty ones; neighbours of a kind are one, and a removal stands before what replaces it.

    White space alone that stayed between two changed words belongs to the change: it reads better whole.
    """
    joined: list[Part] = []
    removed = added = gap = ""
    for part in parts:
        if not part.text:
            continue
        if part.kind != SAME:
            removed, added, gap = removed + gap, added + gap, ""
            removed += part.text if part.kind == REMOVED else ""
            added += part.text if part.kind == ADDED else ""
        elif (removed or added) and not gap and part.text.isspace() and "\n" not in part.text:
            gap = part.text
        else:
            joined += _change(removed, added)
            _append(joined, Part(SAME, gap + part.text))
            removed = added = gap = ""
    joined += _change(removed, added)
    if gap:
        _append(joined, Part(SAME, gap))
    return joined


def _change(removed: str, added: str) -> list[Part]:
    return [part for part in (Part(REMOVED, removed), Part(ADDED, added)) if part.text]


def _append(parts: list[Part], part: Part) -> None:
    if parts and parts[-1].kind == part.kind:
        parts[-1] = Part(part.kind, parts[-1].text + part.text)
    else:
        parts.append(part)
