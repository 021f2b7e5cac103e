"""PURE. Offsets of a passage, between a stored text and the same text as a browser shows it.

A browser shows every line end (`\\r\\n`, `\\r`, `\\n`) as one `\\n`, and counts in what it shows; what is stored keeps
the text as it was written. Both count code points. Called by the forms of the reviewer's desk.
"""

from __future__ import annotations

import re

_RETURNS = re.compile(r"\r\n?")


def shown(text: str) -> str:
    """`text` as a browser shows it.

    >>> shown("one\\r\\ntwo")
    'one\\ntwo'
    """
    return _RETURNS.sub("\n", text)


def stored_offset(text: str, offset: int) -> int:
    """Where the shown `offset` lies in the stored `text`; one beyond the end stays beyond the end.

    >>> stored_offset("one\\r\\ntwo", 4)
    5
    """
    for found in re.finditer("\r\n", text):
        if found.start() >= offset:
            break
        offset += 1
    return offset


def shown_offset(text: str, offset: int) -> int:
    """Where the stored `offset` lies in what a browser shows of `text`.

    >>> shown_offset("one\\r\\ntwo", 5)
    4
    """
    return offset - text.count("\r\n", 0, offset)
