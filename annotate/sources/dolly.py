"""The ``dolly`` format: ``instruction``, ``context``, ``response`` and ``category``, as lines or an array.

In: pieces of bytes. Out: the fields of each task: the instruction is the prompt, the response the reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
        else:
            line, values = found
            yield line, place_answer(values, values.get("kind") or plan.kind)


FORMAT = Format(
    name="dolly",
    title="Dolly: instruction, context, response, category",
    kinds=("respond", "edit"),
    columns={"prompt": "instruction", "context": "context", "reference": "response", "category": "category"},
    rows=_rows,
)
