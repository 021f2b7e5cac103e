"""``messages``: the conversation as chat trainers read it (TRL's conversational language-modelling type).

Enters: a ``ReleasedRow``. Leaves: ``{"id", "messages": [{"role", "content"}]}``, the context joined to the
first user turn. Called through ``review.release.formats.load("messages")``. Source: TRL, *Dataset formats and
types*, https://huggingface.co/docs/trl/dataset_formats.
"""

from review.release.formats.base import Format, answered, json_line
from review.release.rows import ReleasedRow, conversation


def encode(row: ReleasedRow) -> bytes:
    """Write one row. Raises ``UnwritableRow`` where the assistant has not the last word."""
    return json_line(row.id, {"id": row.id, "messages": answered(row, conversation(row))})


FORMAT = Format("messages", "jsonl", "Chat messages with role and content, one conversation a line.", encode)
