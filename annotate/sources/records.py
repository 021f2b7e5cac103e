"""The ``records`` format: the rows of our own releases, as tasks once more.

In: pieces of bytes. Out: the fields of each task. A conversation of one question becomes a prompt with its
context, a longer one the turns up to the user's last, the context apart as in the release; the last answer is
the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.format import ONE_QUESTION_ONLY, Format, Found, Plan, place_answer
from annotate.sources.json_rows import json_objects
from annotate.sources.rows import RowError

_KEPT = {"external_id": "id", "context": "context", "category": "category", "language": "language"}


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in json_objects(pieces, plan.limits):
        if isinstance(found, RowError):
            yield found
            continue
        line, row = found
        values = {field: row[column] for field, column in _KEPT.items() if column in row}
        metadata = row.get("metadata")
        if metadata:
            values["metadata"] = metadata
        asked, answer = _question_and_answer(row.get("messages"))
        values["reference"] = row.get("response") or answer
        if not asked or _is_one_question(asked):
            values["prompt"] = row.get("prompt") or (asked[0]["content"] if asked else None)
            yield line, place_answer(values, plan.kind)
        elif plan.kind == "edit":
            yield RowError(line, "messages", ONE_QUESTION_ONLY)
        else:
            values["kind"] = "converse"
            values["messages"] = asked
            yield line, values


def _question_and_answer(messages: object) -> tuple[list[Any], object]:
    """The turns up to the user's last, and what the assistant said to it.

    What is no turn at all is handed on as it is: `check_task` says what is wrong with it.
    """
    if not isinstance(messages, list):
        return [], ""
    turns = [
        {"role": turn.get("role"), "content": turn.get("content")} if isinstance(turn, dict) else turn
        for turn in messages
    ]
    if len(turns) > 1 and isinstance(turns[-1], dict) and turns[-1]["role"] == "assistant":
        return turns[:-1], turns[-1]["content"]
    return turns, ""


def _is_one_question(asked: list[Any]) -> bool:
    return len(asked) == 1 and isinstance(asked[0], dict) and asked[0]["role"] == "user"


FORMAT = Format(
    name="records",
    title="Records: the rows of a release",
    kinds=("respond", "edit"),
    columns={"reference": "response", "external_id": "id"},
    rows=_rows,
    mappable=False,
)
