"""The ``self_instruct`` format: an ``instruction`` with a list of ``instances`` of ``input`` and ``output``.

In: pieces of bytes. Out: a task for each instance: the instruction is the prompt, the input its context, the
output the reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import picked
from annotate.sources.rows import RowError

_NO_INSTANCES = (
    "The instances must be a list of objects with input and output, at least one. Correct the row."
)


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
            continue
        line, values = found
        instances = plan.columns.last.get("instances")
        if (
            not isinstance(instances, list)
            or not instances
            or not all(isinstance(one, dict) for one in instances)
        ):
            yield RowError(line, "instances", _NO_INSTANCES)
            continue
        for place, instance in enumerate(instances):
            task = values | {"context": instance.get("input"), "reference": instance.get("output") or ""}
            if len(instances) > 1 and values.get("external_id"):
                task["external_id"] = f"{values['external_id']}/{place}"
            yield line, place_answer(task, plan.kind)


FORMAT = Format(
    name="self_instruct",
    title="Self-Instruct: an instruction with instances",
    kinds=("respond", "edit"),
    columns={"prompt": "instruction", "external_id": "id"},
    rows=_rows,
    also_read=("instances",),
)
