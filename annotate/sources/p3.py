"""The ``p3`` format: prompts that were rendered from templates, with their targets.

In: pieces of bytes. Out: the fields of each task: the rendered prompt, and the target as reference, without
the end-of-text mark that some copies carry. Known names of the two columns are all taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError

_PROMPTS = ("inputs_pretokenized", "prompt", "inputs", "input")
_TARGETS = ("targets_pretokenized", "completion", "targets", "target")
_END = "<|endoftext|>"


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        row = plan.columns.last
        for field, names in (("prompt", _PROMPTS), ("reference", _TARGETS)):
            if field not in plan.columns.mapping:
                values[field] = next((row[name] for name in names if name in row), None)
        target = values.get("reference")
        if isinstance(target, str):
            values["reference"] = target.removesuffix(_END).strip()
        yield line, place_answer(values, plan.kind)


FORMAT = Format(
    name="p3",
    title="P3: rendered prompts and targets",
    kinds=("respond", "edit"),
    columns={"prompt": "inputs_pretokenized", "reference": "targets_pretokenized"},
    rows=_rows,
    also_read=_PROMPTS + _TARGETS,
)
