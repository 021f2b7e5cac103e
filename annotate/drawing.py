"""PURE. Random draws that can be done again and cannot be guessed: a keyed hash of an id, held against a share."""

from __future__ import annotations

from hashlib import sha256
from math import ceil


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


def bound(share: float) -> bytes | None:
    """Below which the first eight bytes of the hash fall where `is_drawn` says yes; None where it always does.

    For SQL, which compares bytes: `substring(sha256(key || id::text::bytea) for 8) < bound`.

    >>> bound(0.5), bound(0.0), bound(1.0)
    (b'\\x80\\x00\\x00\\x00\\x00\\x00\\x00\\x00', b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00', None)
    """
    return None if share >= 1 else ceil(share * 2**64).to_bytes(8, "big")
