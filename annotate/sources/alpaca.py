"""The ``alpaca`` format: ``instruction``, ``input`` and ``output``, as a JSON array or as lines.

In: pieces of bytes. Out: the fields of each task: the instruction is the prompt, the input its context, the
output the reference; with a ``system`` text or a ``history`` of earlier pairs it is a conversation. Models
that wrote such files put words like "Noinput" where there is no input; they become none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from annotate.sources.format import ONE_QUESTION_ONLY, Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError

# "<noinput>", "No input.", "{\noinput}", "No input required": the words alone, whatever stands around them.
_NO_INPUT = re.compile(r"[\W_]*no[\s_-]*input(\s+(is\s+)?(needed|required))?[\W_]*", re.IGNORECASE)
_LONGEST_NO_INPUT = 40


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    columns = plan.columns
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        row = columns.last
        context = values.get("context")
        if type(context) is str and len(context) <= _LONGEST_NO_INPUT and _NO_INPUT.fullmatch(context):
            values["context"] = ""
            plan.notes.add("no_input_marker", line)
        system, history = row.get("system"), row.get("history")
        if not system and not history:
            yield line, place_answer(values, values.get("kind") or plan.kind)
        elif plan.kind == "edit":
            yield RowError(line, "history", ONE_QUESTION_ONLY)
        elif (earlier := _turns(system, history)) is None:
            yield RowError(line, "history", _NO_PAIRS)
        else:
            question = {"role": "user", "content": values.pop("prompt", None)}
            yield line, values | {"kind": "converse", "messages": [*earlier, question]}


_NO_PAIRS = (
    "The history must be a list of pairs, each an instruction and its answer. Correct it, or leave it out."
)


def _turns(system: object, history: object) -> list[dict[str, Any]] | None:
    """The turns before the instruction; None where the history is no list of pairs."""
    turns: list[dict[str, Any]] = [{"role": "system", "content": system}] if system else []
    if history and not isinstance(history, list):
        return None
    for pair in history if isinstance(history, list) else ():
        if not isinstance(pair, list) or len(pair) != 2:
            return None
        turns += ({"role": "user", "content": pair[0]}, {"role": "assistant", "content": pair[1]})
    return turns


FORMAT = Format(
    name="alpaca",
    title="Alpaca: instruction, input, output",
    kinds=("respond", "edit"),
    columns={"prompt": "instruction", "context": "input", "reference": "output", "external_id": "id"},
    also_read=("system", "history"),
    rows=_rows,
)
