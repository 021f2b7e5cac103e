"""PURE. Why a reviewer returns or rejects: the list every project begins with, countable because it is short.

Read by `review.deciding`, which takes no other key, by the reviewer's desk, and by whatever shows a decision.
"""

from __future__ import annotations

from collections.abc import Iterable

# Key → the words a reviewer chooses by. Keys are stored with the review and never change their meaning.
REASONS = {
    "accuracy": "Something is wrong or unsupported",
    "incomplete": "Something asked for is missing",
    "instructions": "It does not do what was asked",
    "safety": "It could do harm",
    "style": "It reads badly",
    "format": "The format is not the one asked for",
    "language": "Language, spelling or grammar",
}
# Whose fault it is, where a decision is not an approval.
FAULT_WORDS = {"writer": "The text", "task": "The task itself", "guideline": "The guideline"}


def unknown_reasons(keys: Iterable[str]) -> list[str]:
    """The keys that are not on the list, in their order.

    >>> unknown_reasons(["style", "mood"])
    ['mood']
    """
    return [key for key in keys if key not in REASONS]


def in_words(key: str) -> str:
    """The words of a reason or of whose fault it is; an old key that has left the list is its own word.

    >>> in_words("style"), in_words("unsupported_claim")
    ('It reads badly', 'unsupported claim')
    """
    return REASONS.get(key) or FAULT_WORDS.get(key) or key.replace("_", " ")
