"""The ``oasst`` format: Open Assistant's message trees, one tree an object.

In: pieces of bytes. Out: a task for each of the prompters' messages: a root becomes a prompt, a later one
the thread that leads to it. The reply that people ranked first is the reference. Deleted messages and what
hangs on them are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.format import Format, Found, Plan
from annotate.sources.json_rows import json_objects
from annotate.sources.rows import RowError
from annotate.sources.turns import task_of

_ROLES = {"prompter": "user", "assistant": "assistant"}

_NO_TREE = (
    "This row is no message tree: it has no prompt with text and role. "
    "Use the export of trees, one tree on each line."
)


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in json_objects(pieces, plan.limits):
        if isinstance(found, RowError):
            yield found
            continue
        line, tree = found
        root = tree.get("prompt")
        if not isinstance(root, dict) or root.get("role") != "prompter":
            yield RowError(line, "prompt", _NO_TREE)
            continue
        for thread, message in _questions(root):
            yield task_of(thread, _values(message, tree), kind=plan.kind, line=line)


def _questions(root: dict[str, Any]) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Each prompter's message with the turns up to it, in the order of the tree."""
    waiting: list[tuple[list[dict[str, Any]], dict[str, Any]]] = [([], root)]
    while waiting:
        before, message = waiting.pop()
        if message.get("deleted"):
            continue
        role = message.get("role")
        turn = {
            "role": _ROLES.get(role, role) if isinstance(role, str) else role,
            "content": message.get("text"),
        }
        thread = [*before, turn]
        if role == "prompter":
            yield thread, message
        waiting += [(thread, reply) for reply in reversed(_replies(message))]


def _replies(message: dict[str, Any]) -> list[dict[str, Any]]:
    replies = message.get("replies")
    return [reply for reply in replies if isinstance(reply, dict)] if isinstance(replies, list) else []


def _values(message: dict[str, Any], tree: dict[str, Any]) -> dict[str, Any]:
    answers = [reply for reply in _replies(message) if not reply.get("deleted")]
    best = min(answers, key=_rank, default={})
    return {
        "external_id": message.get("message_id"),
        "language": message.get("lang"),
        "reference": best.get("text") or "",
        "metadata": {"message_tree_id": tree.get("message_tree_id")},
    }


def _rank(reply: dict[str, Any]) -> float:
    """People's ranks begin with 0; a reply that nobody ranked comes after all that are."""
    rank = reply.get("rank")
    return float(rank) if isinstance(rank, int) else float("inf")


FORMAT = Format(
    name="oasst",
    title="Open Assistant message trees",
    kinds=("respond",),
    columns={"reference": "replies", "external_id": "message_id", "language": "lang"},
    rows=_rows,
    mappable=False,
)
