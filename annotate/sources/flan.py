"""The ``flan`` format: ``inputs`` and ``targets``, with the task they come from.

In: pieces of bytes. Out: the fields of each task: the inputs are the prompt, the targets the reference; the
names of task and template are kept as metadata.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError

_KEPT = ("task", "task_name", "task_source", "template_type", "template_idx")


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        row = plan.columns.last
        kept = {name: row[name] for name in _KEPT if name in row}
        if kept:
            values["metadata"] = kept | (values.get("metadata") or {})
        yield line, place_answer(values, plan.kind)


FORMAT = Format(
    name="flan",
    title="FLAN: inputs and targets",
    kinds=("respond", "edit"),
    columns={"prompt": "inputs", "reference": "targets"},
    rows=_rows,
    also_read=_KEPT,
)
