"""The ``sharegpt`` format: ``conversations`` of turns with ``from`` and ``value``.

In: pieces of bytes. Out: the fields of each task: the turns up to the last answer, which is the reference. A
row whose turns come from tools is an error: no writer can continue it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.fields import said
from annotate.sources.format import Format, Found, Plan
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError
from annotate.sources.turns import task_of

_ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "assistant": "assistant",
    "system": "system",
}


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    columns = plan.columns
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        turns = _turns(values.pop("messages", None), columns.last.get("system"))
        if isinstance(turns, str):
            yield RowError(line, columns.column("messages"), turns)
        else:
            yield task_of(turns, values, kind=plan.kind, line=line)


def _turns(conversation: object, system: object) -> list[dict[str, Any]] | str:
    """The turns with our roles, or what is wrong with them."""
    if not isinstance(conversation, list) or not conversation:
        return "The conversation is missing or empty. Give a list of turns with from and value."
    turns: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    for place, turn in enumerate(conversation, start=1):
        if not isinstance(turn, dict):
            return f"Turn {place} must be an object with from and value."
        speaker = turn.get("from", turn.get("role"))
        role = _ROLES.get(speaker) if isinstance(speaker, str) else None
        if role is None:
            return (
                f"Turn {place} is from {said(speaker)}. Only human, gpt and system can be imported; leave "
                "this row out."
            )
        turns.append({"role": role, "content": turn.get("value", turn.get("content"))})
    return turns


FORMAT = Format(
    name="sharegpt",
    title="ShareGPT: conversations with from and value",
    kinds=("respond", "edit"),
    columns={"messages": "conversations", "external_id": "id"},
    rows=_rows,
    also_read=("system",),
)
