"""Which split a row belongs to: a keyed hash of its task, so that it never depends on what else is released.

Enters: task ids, the fractions, the project's key. Leaves: ``train``, ``validation`` or ``test``.
Called by the act that freezes a release.

All demonstrations of a task share its split, so no prompt stands on both sides. Adding rows moves no other
row. The held-out splits lie at the two ends of the hash's range and grow inwards: a larger fraction takes
rows from train alone, and a smaller one gives rows back to train alone.
"""

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from review.release.rows import SPLITS

_RANGE = 1 << 64


class Shares(NamedTuple):
    """The bounds of the held-out splits on the hash's range: whole numbers, so every machine agrees."""

    test_below: int
    validation_from: int


def shares(fractions: Mapping[str, float] | None = None) -> Shares:
    """Turn fractions by split into bounds; ``None`` puts every row into train.

    What is left out of ``fractions`` counts as 0, and train takes the rest where it is left out. Raises
    ``ValueError`` for unknown splits, fractions outside of 0 to 1, or a sum other than 1.

    >>> shares({"validation": 0.1, "test": 0.1}) == shares({"train": 0.8, "validation": 0.1, "test": 0.1})
    True
    """
    given = {name: Fraction(str(share)) for name, share in (fractions or {}).items()}
    unknown = sorted(set(given) - set(SPLITS))
    if unknown:
        raise ValueError(f"Unknown split {unknown[0]!r}: a release has {', '.join(SPLITS)}.")
    for name, share in given.items():
        if not 0 <= share <= 1:
            raise ValueError(f"The share of {name} is {float(share)}; it must be from 0 to 1.")
    held_out = given.get("validation", Fraction(0)) + given.get("test", Fraction(0))
    if held_out > 1 or ("train" in given and abs(given["train"] + held_out - 1) > Fraction(1, 10**9)):
        raise ValueError("The shares of the splits must add up to 1.")
    test = int(given.get("test", Fraction(0)) * _RANGE)
    validation = int(given.get("validation", Fraction(0)) * _RANGE)
    return Shares(test, _RANGE - validation)


def split_of(task_id: str, bounds: Shares, key: bytes) -> str:
    """Give the split of all rows of one task.

    ``key`` is the project's own secret, 1 to 64 bytes, so that nobody can choose ids to land in a split.

    >>> split_of("t-1", shares(), b"key")
    'train'
    """
    if bounds.test_below == 0 and bounds.validation_from == _RANGE:
        return "train"
    digest = hashlib.blake2b(task_id.encode(), digest_size=8, key=key, person=b"release-split").digest()
    place = int.from_bytes(digest, "big")
    if place < bounds.test_below:
        return "test"
    return "validation" if place >= bounds.validation_from else "train"
