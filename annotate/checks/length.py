"""PURE. The guideline's bounds on the number of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from annotate.checks.base import ERROR, Finding, Subject

WORD = re.compile(r"\S+")
_BOUND_OF_ROLE = {"assistant": ("response_words", "response"), "user": ("prompt_words", "prompt")}


def count_words(text: str) -> int:
    """The number of words: stretches without white space.

    >>> count_words("two  words")
    2
    """
    return sum(1 for _ in WORD.finditer(text))


def bounds_for(bounds: Mapping[str, Any], category: str) -> dict[str, dict[str, int]]:
    """The bounds that hold in `category`: its own where it has them, else the version's."""
    own = bounds.get("categories", {}).get(category, {})
    return {name: own.get(name, bounds.get(name, {})) for name in ("response_words", "prompt_words")}


class Length:
    name = "length"

    def find(self, subject: Subject) -> Iterable[Finding]:
        bounds = bounds_for(subject.bounds, subject.category)
        for index in subject.written:
            message = subject.messages[index]
            if message["role"] not in _BOUND_OF_ROLE or not message["content"].strip():
                continue
            key, what = _BOUND_OF_ROLE[message["role"]]
            words = count_words(message["content"])
            least, most = bounds[key].get("min", 0), bounds[key].get("max")
            if words < least:
                yield self._finding(
                    index, message["content"], f"The {what} has {words} words; at least {least}."
                )
            elif most is not None and words > most:
                yield self._finding(
                    index, message["content"], f"The {what} has {words} words; at most {most}."
                )

    def _finding(self, index: int, text: str, words: str) -> Finding:
        return Finding(self.name, ERROR, words, index, 0, len(text))
