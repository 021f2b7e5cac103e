"""PURE. Random draws that can be done again and cannot be guessed: a keyed hash of an id, held against a share."""

from __future__ import annotations

from hashlib import sha256


def is_drawn(key: bytes, number: int, share: float) -> bool:
    """Whether the draw falls on `number`, which it does for `share` of all numbers.

    Parameters: `key`, the project's secret; `share`, from 0 to 1.

    >>> is_drawn(b"key", 7, 1.0), is_drawn(b"key", 7, 0.0)
    (True, False)
    """
    if share >= 1:
        return True
    point = int.from_bytes(sha256(key + str(number).encode()).digest()[:8], "big")
    return point < share * 2**64
