"""How alike two texts are, in ways that need nothing but the texts.

In: two strings. Out: a figure from 0 to 1, 1 for equal token sequences. Called by `texts`; any other
function of two texts (chrF, edit similarity) can be handed to `texts.text_agreement` in their place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

Likeness = Callable[[str, str], float]
# Scripts written without spaces count each letter as a token (kana, Han, Thai, Lao, Khmer, Burmese).
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]|\w+")


def tokens(text: str) -> list[str]:
    """The words of a text without case and punctuation; letters, where a script has no spaces.

    >>> tokens("It's late, isn't it?")
    ['it', 's', 'late', 'isn', 't', 'it']
    """
    return TOKEN.findall(text.casefold())


def rouge_l(one: str, two: str) -> float:
    """The F-measure of the longest common subsequence of words.

    2 L / (m + n) for texts of m and n words. Source: Lin (2004), ROUGE, Text Summarization Branches Out,
    section 3.1, with equal weight to precision and recall.

    >>> round(rouge_l("police killed the gunman", "police kill the gunman"), 2)
    0.75
    """
    first, second = tokens(one), tokens(two)
    if not first or not second:
        return 1.0 if first == second else 0.0
    return 2 * _common_subsequence(first, second) / (len(first) + len(second))


def token_set_overlap(one: str, two: str) -> float:
    """Words in both over words in either (Jaccard), whatever their order and number.

    >>> token_set_overlap("red and blue", "blue and green")
    0.5
    """
    first, second = set(tokens(one)), set(tokens(two))
    return len(first & second) / len(first | second) if first or second else 1.0


def length_ratio(one: str, two: str) -> float:
    """Words of the shorter text over words of the longer.

    >>> length_ratio("one two three", "one two three four")
    0.75
    """
    short, long = sorted((len(tokens(one)), len(tokens(two))))
    return short / long if long else 1.0


MEASURES: dict[str, Likeness] = {
    "rouge_l": rouge_l,
    "token_set_overlap": token_set_overlap,
    "length_ratio": length_ratio,
}


def _common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """The length of the longest common subsequence, one machine word for 64 tokens.

    Source: Hyyro (2004), Bit-parallel LCS-length computation revisited, figure 3.
    """
    places: dict[str, int] = {}
    for place, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << place
    mask = (1 << len(first)) - 1
    row = mask
    for token in second:
        matched = row & places.get(token, 0)
        row = (row + matched | row - matched) & mask
    return len(first) - row.bit_count()
