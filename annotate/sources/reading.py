"""Read a source file: every row judged, in the order of the file, in constant memory.

In: a path or an open binary file, and the name of its format. Out: a ``TaskRow`` for each good row and a
``RowError`` for each fault of a bad one. Called by the importing acts, once to judge and once to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from annotate.sources.checking import check_task
from annotate.sources.fields import JUDGES, Fault, printable
from annotate.sources.format import Format, Plan
from annotate.sources.limits import Limits, SourceRefused
from annotate.sources.mapping import Columns, columns_found
from annotate.sources.notes import Notes
from annotate.sources.registry import open_format
from annotate.sources.rows import RowError, TaskRow
from annotate.sources.streams import Readable, pieces


def read(
    source: str | PathLike[str] | Readable,
    format: str,
    *,
    mapping: dict[str, str] | None = None,
    kind: str | None = None,
    language: str = "",
    category: str = "",
    limits: Limits | None = None,
    limit: int | None = None,
    notes: Notes | None = None,
) -> Iterator[TaskRow | RowError]:
    """Read ``source``.

    Parameters:
        source: a path, or a binary file (anything with ``read(n)``), plain or gzip, UTF-8.
        format: a name of ``registry.FORMATS``.
        mapping: ``{field: column}``; what it does not name is read from the columns of the format.
        kind, language, category: of rows that name none.
        limits: how much the source may ask of the machine.
        limit: stop after so many rows, good and bad.
        notes: filled while reading; give one to see it afterwards.
    Returns: an iterator of rows and errors, in the order of the file. A bad row may give several errors.
    Raises: ``SourceRefused``, at once for wrong arguments, while reading for the file as a whole.
    """
    chosen = open_format(format)
    limits = limits or Limits()
    plan = Plan(
        columns=_columns(chosen, mapping or {}),
        kind=_kind(chosen, kind),
        limits=limits,
        notes=notes if notes is not None else Notes(),
    )
    defaults = {"kind": plan.kind, "language": language, "category": category}
    for name in ("language", "category"):
        try:
            defaults[name] = JUDGES[name](defaults[name], limits)
        except Fault as fault:
            raise SourceRefused(f"The {name} for all rows: {fault}") from None
    return _read(source, chosen, plan, defaults, limit)


def _columns(chosen: Format, mapping: dict[str, str]) -> Columns:
    if mapping and not chosen.mappable:
        raise SourceRefused(
            f"The format {chosen.name} has fixed columns, so it takes no mapping. Leave it out."
        )
    return Columns(mapping, chosen.columns, chosen.also_read)


def _kind(chosen: Format, kind: str | None) -> str:
    if not kind:
        return chosen.kinds[0]
    if kind not in chosen.kinds:
        raise SourceRefused(
            f"Rows of the format {chosen.name} cannot become tasks of kind {printable(kind)}. "
            f"Use {' or '.join(chosen.kinds)}."
        )
    return kind


def _read(
    source: str | PathLike[str] | Readable,
    chosen: Format,
    plan: Plan,
    defaults: dict[str, str],
    limit: int | None,
) -> Iterator[TaskRow | RowError]:
    if isinstance(source, str | PathLike):
        with Path(source).open("rb") as file:
            yield from _judged(chosen, file, plan, defaults, limit)
    else:
        yield from _judged(chosen, source, plan, defaults, limit)


def _judged(
    chosen: Format, file: Readable, plan: Plan, defaults: dict[str, str], limit: int | None
) -> Iterator[TaskRow | RowError]:
    notes, limits = plan.notes, plan.limits
    most = limits.max_rows if limit is None else min(limit, limits.max_rows)
    for found in chosen.rows(pieces(file, limits, notes), plan):
        place = notes.rows + notes.errors + 1
        if place > most:
            if most == limit:
                return
            raise SourceRefused(f"The file has more than {most:,} rows, the limit for one source. Split it.")
        if isinstance(found, RowError):
            notes.errors += 1
            yield found._replace(row=place)
            continue
        line, values = found
        row = check_task(values, line=line, row=place, limits=limits, **defaults)
        if isinstance(row, TaskRow):
            if "reference" in values and row.kind != "compose" and not row.reference.strip():
                notes.add("empty_answer", line)
            notes.rows += 1
            yield row
        else:
            notes.errors += 1
            for error in row:
                yield _in_words_of_the_file(error, values, plan.columns)
    if not notes.rows and not notes.errors:
        raise SourceRefused("The file holds no rows. Check that it is the right one.")
    plan.columns.judge_unseen(plan.columns.last)


def _in_words_of_the_file(error: RowError, values: dict[str, Any], columns: Columns) -> RowError:
    """The error under the column's own name; where there is no such column, with those that there are."""
    field = error.field
    if field == "draft_response" and columns.column(field) not in columns.last:
        field = "reference"  # the answer became the draft
    column = columns.column(field)
    if values.get(error.field) is None and columns.last and column not in columns.last:
        remedy = f" This row has no column {column}; it has {columns_found(columns.last)}."
        return error._replace(field=column, message=error.message + remedy)
    return error._replace(field=column)
