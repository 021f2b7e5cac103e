"""The ``jsonl`` format: one task an object, on its own line, with the fields of the API's tasks.

In: pieces of bytes. Out: the fields of each task. A mapping renames columns or reaches into nested ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from annotate.sources.fields import FIELDS
from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_rows import json_objects, picked
from annotate.sources.rows import KINDS, RowError


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    if plan.columns.identity:
        yield from _as_they_are(pieces, plan)
        return
    for found in picked(pieces, plan):
        if isinstance(found, RowError):
            yield found
        else:
            line, values = found
            yield line, place_answer(values, values.get("kind") or plan.kind)


def _as_they_are(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    """The quick way for rows whose columns are the fields: nothing is picked, only the unknown dropped."""
    columns, kind, known = plan.columns, plan.kind, frozenset(FIELDS)
    for found in json_objects(pieces, plan.limits):
        if isinstance(found, RowError):
            yield found
            continue
        line, row = found
        columns.last = row
        if not known.issuperset(row):
            plan.notes.add_names("unused_columns", line, columns.unused(row))
            row = columns.pick(row)
        yield line, place_answer(row, row.get("kind") or kind)


FORMAT = Format(
    name="jsonl",
    title="JSON lines with the fields of a task",
    kinds=KINDS,
    columns={field: field for field in FIELDS},
    rows=_rows,
)
