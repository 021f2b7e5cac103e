"""Names for annotators in released data: stable within a project, joinable across none.

Enters: an annotator's id and the project's key. Leaves: ``a-`` and twelve letters.
Called by the reader of a frozen release.
"""

import base64
import hashlib
import hmac

_LETTERS = 12


class Pseudonyms:
    """Gives the pseudonyms of one project, and remembers them, since a few people write many rows.

    The key is the project's secret: without it nobody can tell who is who, nor try ids out. Two of a thousand
    annotators share a pseudonym with a chance of about one in two million million (60 bits).

    >>> named = Pseudonyms(b"the project's key")
    >>> named("17") == named("17"), named("17") == named("18")
    (True, False)
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("The key of the pseudonyms needs at least 16 bytes.")
        self._key = key
        self._known: dict[str, str] = {}

    def __call__(self, annotator_id: str) -> str:
        """Give the pseudonym of one annotator."""
        known = self._known.get(annotator_id)
        if known is None:
            known = self._known[annotator_id] = pseudonym(annotator_id, self._key)
        return known


def pseudonym(annotator_id: str, key: bytes) -> str:
    """Make the pseudonym of one annotator from their id and the project's key.

    >>> pseudonym("17", b"the project's key")
    'a-54zx7l27bi2h'
    """
    digest = hmac.new(key, f"annotator:{annotator_id}".encode(), hashlib.sha256).digest()
    return f"a-{base64.b32encode(digest).decode().lower()[:_LETTERS]}"
