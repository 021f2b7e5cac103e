"""The ``alpaca`` format: ``instruction``, ``input`` and ``output``, as a JSON array or as lines.

In: pieces of bytes. Out: the fields of each task: the instruction is the prompt, the input its context, the
output the reference. Models that wrote such files put words like "Noinput" where there is no input; they
become none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError

# "<noinput>", "No input.", "{\noinput}", "No input required": the words alone, whatever stands around them.
_NO_INPUT = re.compile(r"[\W_]*no[\s_-]*input(\s+(is\s+)?(needed|required))?[\W_]*", re.IGNORECASE)
_LONGEST_NO_INPUT = 40


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        context = values.get("context")
        if type(context) is str and len(context) <= _LONGEST_NO_INPUT and _NO_INPUT.fullmatch(context):
            values["context"] = ""
            plan.notes.add("no_input_marker", line)
        yield line, place_answer(values, values.get("kind") or plan.kind)


FORMAT = Format(
    name="alpaca",
    title="Alpaca: instruction, input, output",
    kinds=("respond", "edit"),
    columns={"prompt": "instruction", "context": "input", "reference": "output"},
    rows=_rows,
)
