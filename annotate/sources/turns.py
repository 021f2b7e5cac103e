"""A conversation as a task: what was asked before the last answer, and that answer.

In: the turns of one conversation, oldest first, with ``role`` and ``content``. Out: the fields of a task.
Called by the formats that hold conversations.
"""

from __future__ import annotations

from typing import Any

from annotate.sources.format import ONE_QUESTION_ONLY, Found, place_answer
from annotate.sources.rows import RowError


def task_of(turns: list[Any], values: dict[str, Any], *, kind: str, line: int) -> Found:
    """Complete ``values`` by the conversation.

    One question becomes a prompt, or a draft to edit; anything longer, or with a system message, the turns up
    to the user's last. What ``values`` already says of prompt and reference comes first. What is no turn at
    all is handed on as it is: `check_task` says what is wrong with it.
    """
    prompt = values.pop("prompt", None)
    asked, answer = question_and_answer(turns)
    if not values.get("reference"):
        values["reference"] = answer
    if not asked or _is_one_question(asked):
        values["prompt"] = prompt or (asked[0]["content"] if asked else None)
        return line, place_answer(values, kind)
    if kind == "edit":
        return RowError(line, "messages", ONE_QUESTION_ONLY)
    return line, values | {"kind": "converse", "messages": asked}


def question_and_answer(turns: list[Any]) -> tuple[list[Any], Any]:
    """The turns up to the user's last, and what the assistant said to it (empty where it said nothing)."""
    if len(turns) > 1 and isinstance(turns[-1], dict) and turns[-1].get("role") == "assistant":
        return turns[:-1], turns[-1].get("content")
    return turns, ""


def _is_one_question(asked: list[Any]) -> bool:
    return len(asked) == 1 and isinstance(asked[0], dict) and asked[0].get("role") == "user"
