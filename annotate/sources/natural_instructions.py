"""The ``natural_instructions`` format: one definition with many instances, in one object.

In: pieces of bytes. Out: a task for each instance: the definition is the prompt, the input its context, the
first output the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_inner import inner_array
from annotate.sources.limits import SourceRefused
from annotate.sources.rows import RowError


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    head, rows = inner_array(pieces, "Instances", plan.limits)
    definition = _text(head.get("Definition"), "\n")
    if not definition:
        raise SourceRefused(
            "The file has no Definition before its Instances. Put it there: it is the prompt."
        )
    for found in rows:
        if isinstance(found, RowError):
            yield found
            continue
        line, instance = found
        values = {
            "prompt": definition,
            "context": instance.get("input"),
            "reference": _first(instance.get("output")),
            "external_id": instance.get("id"),
        }
        yield line, place_answer(values, plan.kind)


def _text(value: Any, between: str) -> str:
    """Versions of the format give a text or a list of texts."""
    if isinstance(value, list):
        return between.join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _first(outputs: Any) -> Any:
    if isinstance(outputs, list):
        return outputs[0] if outputs else ""
    return outputs


FORMAT = Format(
    name="natural_instructions",
    title="Natural Instructions: a definition with instances",
    kinds=("respond", "edit"),
    columns={"prompt": "Definition", "context": "input", "reference": "output", "external_id": "id"},
    rows=_rows,
    mappable=False,
)
