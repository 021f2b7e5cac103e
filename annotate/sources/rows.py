"""What reading a source gives: a checked row, or an error with its line.

In: nothing. Out: the shapes that every format, ``checking`` and the importing acts share, and the digest by
which exact duplicates are found. Called by all of ``annotate.sources`` and by the acts that take tasks in.
"""

from __future__ import annotations

import unicodedata
from hashlib import blake2b
from typing import Any, NamedTuple

KINDS = ("respond", "compose", "edit", "converse")

PRIORITIES = (0, 1, 2, 3, 4)
DEFAULT_PRIORITY = 2

DIGEST_BYTES = 16


class TaskRow(NamedTuple):
    """One task, checked: what a writer is shown, and what is kept beside it.

    A named tuple, because a million of them are made in one import: it is built in a third of the time of a
    dataclass and cannot be changed between the check and the database.
    """

    kind: str
    prompt: str
    context: str
    brief: str
    messages: list[dict[str, str]] | None
    draft_response: str
    reference: str  # the answer the source gave: kept for lineage, never shown to the writer
    category: str
    language: str
    priority: int  # a class from 0 to 4; lower is given out first
    external_id: str
    metadata: dict[str, Any]
    line: int  # where the row starts in its file, from 1; the index where it came in a list
    row: int = 0  # its place among the rows of the file, from 1: an array may lie on one single line


class RowError(NamedTuple):
    """What is wrong with one row, where, and what to do about it."""

    line: int
    field: str  # the column as the source names it; empty where the whole row is meant
    message: str
    row: int = 0


def digest(row: TaskRow) -> bytes:
    r"""Fingerprint of what the writer is shown; two tasks with the same one are exact duplicates.

    Covered are kind, prompt, brief, context, draft and messages, as NFC, with line ends as ``\n`` and without
    white space around them; not covered are answers, categories and whatever else the writer may not see.

    Parameters: ``row``, a checked row (its texts hold no NUL, which is the separator here).
    Returns: 16 bytes (BLAKE2b).

    >>> from annotate.sources.checking import check_task
    >>> one, two = (check_task({"prompt": text}, line=1) for text in ("Why?\r\nHow?", " Why?\nHow?\n"))
    >>> digest(one) == digest(two)
    True
    """
    parts = [row.kind, row.prompt, row.brief, row.context, row.draft_response]
    if row.messages:
        for message in row.messages:
            parts += (message["role"], message["content"])
    # NUL stands in no checked text, so text that moves from one field to the next changes the digest.
    joined = "\0".join([part.strip() for part in parts])
    if "\r" in joined:
        joined = joined.replace("\r\n", "\n").replace("\r", "\n")
    if not joined.isascii():
        joined = unicodedata.normalize("NFC", joined)
    return blake2b(joined.encode(), digest_size=DIGEST_BYTES).digest()
