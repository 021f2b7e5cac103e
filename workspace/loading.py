"""Rows into models by a statement that is written once. For the few loaders that every request of a desk passes.

Built from a queryset, such a row with its related rows costs several times what the database takes to find it: the
same SQL is composed anew for every request. Here it is composed at first use. Called by the `access` modules.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import orjson
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Field, JSONField, Model

AnyModel = TypeVar("AnyModel", bound=Model)


class OneRow:
    """A statement that finds one row of `models[0]` with related rows, which the caller joins to one another.

    Parameters: `models`, each model by its alias in the statement, the wanted one first; `rest`, the statement from
    FROM on; `related`, where each further alias belongs: `{"p": ("m", "project")}` sets `m.project` to `p`; `without`,
    large columns by alias that are left to be read at first use.
    """

    def __init__(
        self,
        models: Mapping[str, type[Model]],
        rest: str,
        related: Mapping[str, tuple[str, str]],
        *,
        without: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.models, self.rest, self.related, self.without = models, rest, related, without or {}

    def _fields(self, alias: str) -> list[Field[Any, Any]]:
        left = self.without.get(alias, ())
        return [field for field in self.models[alias]._meta.concrete_fields if field.name not in left]

    @cached_property
    def _parts(self) -> list[tuple[str, type[Model], list[str], list[int]]]:
        """For each alias its model, its fields, and which of them come as JSON text."""
        parts = []
        for alias, model in self.models.items():
            fields = self._fields(alias)
            as_json = [place for place, field in enumerate(fields) if isinstance(field, JSONField)]
            parts.append((alias, model, [field.attname for field in fields], as_json))
        return parts

    @cached_property
    def _sql(self) -> str:
        columns = (f'{alias}."{field.column}"' for alias in self.models for field in self._fields(alias))
        return f"SELECT {', '.join(columns)} {self.rest}"

    def find(self, **values: Any) -> Any:
        """The row of the first model, its related rows set, or None. `values` are the statement's parameters."""
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
            row = cursor.fetchone()
        if row is None:
            return None
        made: dict[str, Model] = {}
        start = 0
        for alias, model, names, as_json in self._parts:
            own = list(row[start : start + len(names)])
            start += len(names)
            for place in as_json:
                own[place] = None if own[place] is None else orjson.loads(own[place])
            made[alias] = model.from_db(DEFAULT_DB_ALIAS, names, own)
        for alias, (owner, name) in self.related.items():
            setattr(made[owner], name, made[alias])
        return next(iter(made.values()))


def whole_number(key: object) -> int:
    """An id as it stands in an address, or -1, which no row has, where it is none."""
    text = str(key)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1
