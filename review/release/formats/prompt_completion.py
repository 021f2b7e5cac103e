"""``prompt_completion``: what came before and the answer, apart, both as turns (TRL's prompt-completion
type).

Enters: a ``ReleasedRow``. Leaves: ``{"id", "prompt": [turns], "completion": [the last turn]}``. The
conversational form is used for every row, one turn or many, so that a file has one type throughout, the
trainer applies the model's own chat template, and the loss falls on the completion alone. Called through
``review.release.formats.load("prompt_completion")``. Source: TRL, *Dataset formats and types*,
https://huggingface.co/docs/trl/dataset_formats.
"""

from review.release.formats.base import Format, answered, json_line
from review.release.rows import ReleasedRow, UnwritableRow, conversation


def encode(row: ReleasedRow) -> bytes:
    """Write one row. Raises ``UnwritableRow`` where one of the two is empty."""
    turns = answered(row, conversation(row))
    if len(turns) < 2:
        raise UnwritableRow(row.id, "nothing comes before its answer, so it has no prompt.")
    return json_line(row.id, {"id": row.id, "prompt": turns[:-1], "completion": turns[-1:]})


FORMAT = Format(
    "prompt_completion", "jsonl", "Prompt and completion as turns, for loss on the answer alone.", encode
)
