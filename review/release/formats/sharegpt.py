"""``sharegpt``: the conversation with ShareGPT's names, as LLaMA-Factory and Axolotl read it.

Enters: a ``ReleasedRow``. Leaves: ``{"id", "conversations": [{"from", "value"}]}`` with ``system``, ``human``
and ``gpt``; the context joined to the first user turn. Called through
``review.release.formats.load("sharegpt")``. Source: LLaMA-Factory ``data/README.md`` (formatting
``sharegpt``, default tags), Axolotl *Conversation*.
"""

from review.release.formats.base import Format, answered, json_line
from review.release.rows import ReleasedRow, UnwritableRow, conversation

SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}


def encode(row: ReleasedRow) -> bytes:
    """Write one row. Raises ``UnwritableRow`` for a role that ShareGPT cannot name."""
    turns = answered(row, conversation(row))
    try:
        spoken = [{"from": SPEAKERS[turn["role"]], "value": turn["content"]} for turn in turns]
    except KeyError as error:
        raise UnwritableRow(row.id, f"ShareGPT has no name for the role {error}.") from error
    return json_line(row.id, {"id": row.id, "conversations": spoken})


FORMAT = Format(
    "sharegpt", "jsonl", "ShareGPT conversations: human and gpt turns, one conversation a line.", encode
)
