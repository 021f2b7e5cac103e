"""The ``records`` format: the rows of our own releases, as tasks once more.

In: pieces of bytes. Out: the fields of each task. A conversation of one question becomes a prompt with its
context, a longer one the turns up to the user's last, the context apart as in the release; the last answer is
the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.format import Format, Found, Plan
from annotate.sources.json_rows import json_objects
from annotate.sources.rows import RowError
from annotate.sources.turns import task_of

_KEPT = {
    "external_id": "id",
    "prompt": "prompt",
    "context": "context",
    "reference": "response",
    "category": "category",
    "language": "language",
    "metadata": "metadata",
}


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in json_objects(pieces, plan.limits):
        if isinstance(found, RowError):
            yield found
            continue
        line, row = found
        values = {field: row[column] for field, column in _KEPT.items() if column in row}
        yield task_of(_turns(row.get("messages")), values, kind=plan.kind, line=line)


def _turns(messages: object) -> list[Any]:
    """Role and content alone: a release may say more of a turn than a task can hold."""
    if not isinstance(messages, list):
        return []
    return [
        {"role": turn.get("role"), "content": turn.get("content")} if isinstance(turn, dict) else turn
        for turn in messages
    ]


FORMAT = Format(
    name="records",
    title="Records: the rows of a release",
    kinds=("respond", "edit"),
    columns={"reference": "response", "external_id": "id"},
    rows=_rows,
    mappable=False,
)
