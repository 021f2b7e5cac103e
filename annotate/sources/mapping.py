"""Which column of the file feeds which field of the task.

In: pairs as people type them (``prompt=Question``) and a format's own columns. Out: a ``Mapping`` for one
reading, which picks the fields out of a row. Called by the command, the API and the upload form
(``parse_mapping``), and by ``reading`` and the formats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from annotate.sources.fields import FIELDS, printable, text_fault
from annotate.sources.limits import SourceRefused
from annotate.sources.notes import NAME_LENGTH

METADATA = "metadata."
COLUMNS_SHOWN = 30


def parse_mapping(pairs: Iterable[str]) -> dict[str, str]:
    """``field=column`` pairs as a dictionary.

    Raises: ``SourceRefused`` for a pair without ``=``, and for a field that is given twice.

    >>> parse_mapping(["prompt=Question", "reference=Best Answer"])
    {'prompt': 'Question', 'reference': 'Best Answer'}
    """
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = pair.partition("=")
        field, column = field.strip(), column.strip()
        if not (field and equals and column):
            raise SourceRefused(
                f"“{printable(pair)}” is no mapping. Write field=column, as in prompt=Question."
            )
        if field in mapping:
            raise SourceRefused(
                f"The field {field} is mapped twice, to {mapping[field]} and to {column}. Keep one."
            )
        mapping[field] = column
    return mapping


def judge_mapping(mapping: dict[str, str]) -> None:
    """Refuse a mapping to a field that tasks do not have."""
    for field, column in mapping.items():
        fault = text_fault(field) or text_fault(column)
        if fault:
            raise SourceRefused(f"The mapping of “{printable(field)}” cannot be used. {fault}")
        if field not in FIELDS and not (field.startswith(METADATA) and len(field) > len(METADATA)):
            raise SourceRefused(
                f"{field}={column} maps to {field}, which is not a field of a task. Use one of "
                f"{', '.join(FIELDS)}, or metadata.NAME to keep a column beside the task."
            )
        if not column:
            raise SourceRefused(
                f"The mapping of {field} names no column. Write {field}=column, or leave it out."
            )


def columns_found(columns: Iterable[str]) -> str:
    """The columns of a file as a sentence lists them."""
    names = list(columns)
    shown = ", ".join(printable(name, NAME_LENGTH) or "(without a name)" for name in names[:COLUMNS_SHOWN])
    return shown + (f" and {len(names) - COLUMNS_SHOWN} more" if len(names) > COLUMNS_SHOWN else "")


class Columns:
    """Picks the fields of tasks out of the rows of one file.

    A column is the name of a key; where a row has no such key, a name with dots is a path into nested
    objects and lists, as in ``instances.0.input``. A field that the mapping does not name is read from the
    column that the format names for it.
    """

    __slots__ = ("_gathers", "_known", "_paths", "_sources", "last", "mapping", "unseen")

    def __init__(
        self, mapping: dict[str, str], defaults: dict[str, str], also_read: tuple[str, ...] = ()
    ) -> None:
        judge_mapping(mapping)
        self.mapping = mapping
        # A column the user gave to another field is not read a second time for its default.
        taken = set(mapping.values())
        self._sources = {field: column for field, column in defaults.items() if column not in taken} | mapping
        columns = self._sources.values()
        self._paths = {column: column.split(".") for column in columns if "." in column}
        self._known = frozenset(columns) | {path[0] for path in self._paths.values()} | set(also_read)
        self._gathers = any(field.startswith(METADATA) for field in mapping)
        self.unseen = set(mapping.values())  # mapped columns that no row has had so far
        self.last: dict[str, Any] = {}  # the row looked at last, for messages that list its columns

    @property
    def identity(self) -> bool:
        """Whether every field is read from the column of its own name."""
        return all(field == column for field, column in self._sources.items())

    def column(self, field: str) -> str:
        """The column that feeds ``field``, for messages; the field itself where none does."""
        return self._sources.get(field, field)

    def unused(self, names: Iterable[str]) -> list[str]:
        """Those of ``names`` that feed no field."""
        if self._known.issuperset(names):
            return []
        return [name for name in names if name not in self._known]

    def pick(self, row: dict[str, Any]) -> dict[str, Any]:
        """The fields of a task out of ``row``; what the row lacks is left out."""
        self.last = row
        values: dict[str, Any] = {}
        for field, column in self._sources.items():
            if column in row:
                values[field] = row[column]
            elif column in self._paths:
                values[field] = _follow(row, self._paths[column])
        if self.unseen:
            self.unseen -= {column for column in self.unseen if self._has(row, column)}
        return _gather_metadata(values) if self._gathers else values

    def _has(self, row: dict[str, Any], column: str) -> bool:
        return column in row or (column in self._paths and _follow(row, self._paths[column]) is not None)

    def judge_unseen(self, columns: Iterable[str]) -> None:
        """Refuse a mapping to columns that no row has had; ``columns`` are those found instead."""
        if self.unseen:
            raise SourceRefused(
                f"The mapping names {', '.join(sorted(self.unseen))}, but no row has such a column. "
                f"Columns found: {columns_found(columns)}. Correct the mapping."
            )


def _follow(row: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(row, dict):
            row = row.get(step)
        elif isinstance(row, list) and step.isdecimal() and int(step) < len(row):
            row = row[int(step)]
        else:
            return None
    return row


def _gather_metadata(values: dict[str, Any]) -> dict[str, Any]:
    """Put what is mapped to ``metadata.NAME`` into the metadata."""
    extra = {
        field[len(METADATA) :]: values.pop(field) for field in list(values) if field.startswith(METADATA)
    }
    if extra:
        own = values.get("metadata")
        values["metadata"] = {**own, **extra} if isinstance(own, dict) else extra
    return values
