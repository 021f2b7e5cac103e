"""``alpaca``: instruction, input and output, with the context written back as ``input``.

Enters: a ``ReleasedRow``. Leaves: one line ``{"id", "instruction", "input", "output", "system", "history"}``.
JSON Lines under a ``.jsonl`` name, not the one big array of the original file: LLaMA-Factory, Axolotl and
``datasets`` read both, and lines can be streamed, counted and cut. All six keys stand in every line, since
loaders take the columns from the first lines they see. Called through
``review.release.formats.load("alpaca")``. Source: Stanford Alpaca ``data/``; LLaMA-Factory ``data/README.md``
for ``system`` and ``history``.
"""

from itertools import pairwise

from review.release.formats.base import Format, answered, json_line
from review.release.rows import ReleasedRow, Turn, UnwritableRow, turns_of, with_context


def encode(row: ReleasedRow) -> bytes:
    """Write one row in Alpaca's shape.

    One exchange: prompt, context and response go to ``instruction``, ``input`` and ``output`` untouched.
    Several: the last exchange is instruction and output, the earlier ones are ``history``, and the context,
    which belongs to the first prompt, is joined to it there. Raises ``UnwritableRow`` where user and
    assistant do not alternate.
    """
    turns = answered(row, turns_of(row))
    system = turns.pop(0)["content"] if turns[0]["role"] == "system" else ""
    _alternating(row, turns)
    context = row.context
    if len(turns) > 2:
        turns[0]["content"] = with_context(turns[0]["content"], context)
        context = ""
    spoken = [turn["content"] for turn in turns]
    line = {
        "id": row.id,
        "instruction": spoken[-2],
        "input": context,
        "output": spoken[-1],
        "system": system,
        "history": [spoken[at : at + 2] for at in range(0, len(spoken) - 2, 2)],
    }
    return json_line(row.id, line)


def _alternating(row: ReleasedRow, turns: list[Turn]) -> None:
    """Hold that the user speaks first and the two take turns, which Alpaca's pairs cannot say otherwise."""
    roles = [turn["role"] for turn in turns]
    strangers = set(roles) - {"user", "assistant"}
    if strangers or len(roles) < 2 or roles[0] != "user" or any(a == b for a, b in pairwise(roles)):
        raise UnwritableRow(row.id, "Alpaca's pairs need user and assistant to take turns, the user first.")


FORMAT = Format("alpaca", "jsonl", "Instruction, input, output, with system and history.", encode)
