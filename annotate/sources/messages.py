"""The ``messages`` format: chats as models are trained on, with ``role`` and ``content``.

In: pieces of bytes. Out: the fields of each task: the turns up to the last answer, which is the reference. A
content may be a text or a list of text parts; a part that is no text (an image) is an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.fields import said
from annotate.sources.format import Format, Found, Plan
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError
from annotate.sources.turns import task_of


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        turns = _turns(values.pop("messages", None))
        if isinstance(turns, str):
            yield RowError(line, plan.columns.column("messages"), turns)
        else:
            yield task_of(turns, values, kind=plan.kind, line=line)


def _turns(messages: object) -> list[dict[str, Any]] | str:
    """Role and text of each turn, or what is wrong with one."""
    if not isinstance(messages, list) or not messages:
        return "The messages are missing or empty. Give a list of turns with role and content."
    turns: list[dict[str, Any]] = []
    for place, message in enumerate(messages, start=1):
        if not isinstance(message, dict):
            return f"Message {place} must be an object with role and content."
        content = message.get("content")
        if isinstance(content, list):
            content = _joined(content)
            if content is None:
                return f"Message {place} has a part that is no text. Leave this row out, or remove the part."
        if message.get("tool_calls") or message.get("function_call"):
            return f"Message {place} calls a tool, which no writer can continue. Leave this row out."
        if message.get("role") not in ("system", "user", "assistant"):
            return (
                f"Message {place} is from {said(message.get('role'))}. Only system, user and assistant can "
                "be imported; leave this row out."
            )
        turns.append({"role": message["role"], "content": content})
    return turns


def _joined(parts: list[Any]) -> str | None:
    """The text of all parts; None where one is something else."""
    texts = []
    for part in parts:
        if not isinstance(part, dict) or part.get("type") != "text":
            return None
        text = part.get("text", part.get("value"))
        if not isinstance(text, str):
            return None
        texts.append(text)
    return "".join(texts)


FORMAT = Format(
    name="messages",
    title="Chat messages with role and content",
    kinds=("respond", "edit"),
    columns={"messages": "messages", "external_id": "id"},
    rows=_rows,
)
