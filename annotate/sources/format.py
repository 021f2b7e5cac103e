"""The shape of a source format, and of one reading of a file.

In: nothing. Out: ``Format`` (each module of a format has one, named ``FORMAT``) and ``Plan``. Called by the
formats, the registry and ``reading``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from annotate.sources.limits import Limits
from annotate.sources.mapping import Columns
from annotate.sources.notes import Notes
from annotate.sources.rows import RowError

# What a format finds: the fields of one task with the line where it starts, or what is wrong with that row.
Found = tuple[int, dict[str, Any]] | RowError


@dataclass(frozen=True, slots=True)
class Plan:
    """One reading: what the user asked for, and where notes go."""

    columns: Columns
    kind: str  # of rows that name none
    limits: Limits
    notes: Notes


@dataclass(frozen=True, slots=True)
class Format:
    """A source format: how rows lie in the file, and which of their columns are which fields."""

    name: str
    title: str
    # The kinds that rows without a kind of their own may become; the first is the default.
    kinds: tuple[str, ...]
    # field -> column that feeds it unless the mapping says otherwise.
    columns: dict[str, str]
    rows: Callable[[Iterator[bytes], Plan], Iterator[Found]]
    mappable: bool = True
    # Columns that feed no field by themselves, but are read.
    also_read: tuple[str, ...] = ()


ONE_QUESTION_ONLY = (
    "A conversation of several turns cannot become a task of kind edit. Import it as respond, or remove it."
)


def place_answer(values: dict[str, Any], kind: str) -> dict[str, Any]:
    """Put the source's answer where tasks of ``kind`` keep it: what is to be edited is the draft."""
    if kind == "edit" and not values.get("draft_response"):
        values["draft_response"] = values.pop("reference", None)
    return values
