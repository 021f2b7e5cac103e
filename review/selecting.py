"""Which demonstrations a release holds: the filters as they were asked for, and the same filters as SQL.

Enters: JSON values from a door. Leaves: a checked `Selection`, and the expression that says of each demonstration why
it is left out (NULL where it is released). Called by `review.publishing` and `review.freezing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection

from review.release import splits
from workspace.models import Project
from workspace.refusals import Invalid

# Long lists would only say "all"; an address or a form that sends more has gone wrong.
MOST_VALUES = 200


@dataclass(frozen=True)
class Selection:
    """What a release is made of. Empty tuples mean all; shares of the splits as `review.release.splits` takes them."""

    guideline_versions: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    min_rating: str | None = None
    retired_sources: bool = False
    splits: Mapping[str, float] | None = None

    @property
    def filters(self) -> dict[str, Any]:
        """What was asked for, as manifest and card print it: only the filters that are set."""
        values = {name: value for name, value in asdict(self).items() if name != "splits" and value}
        return {"state": "approved"} | {
            name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
        }

    @property
    def parameters(self) -> dict[str, Any]:
        """The values of the placeholders in `WHY_NOT`."""
        return {
            "versions": list(self.guideline_versions),
            "categories": list(self.categories),
            "languages": list(self.languages),
            "min_rating": self.min_rating,
            "retired": self.retired_sources,
        }


# Of a demonstration `d`, its newest revision `n` and the source `s` of its task: the first reason that keeps it out.
WHY_NOT = """CASE
    WHEN d.state <> 'approved' THEN 'not approved'
    WHEN s.state = 'retired' AND NOT %(retired)s::boolean THEN 'its source is retired'
    WHEN cardinality(%(versions)s::bigint[]) > 0 AND n.guideline_version_id NOT IN (
        SELECT id FROM annotate_guidelineversion g
        WHERE g.project_id = %(project)s AND g.number = ANY(%(versions)s::bigint[])
    ) THEN 'another guideline version'
    WHEN cardinality(%(categories)s::text[]) > 0 AND n.category <> ALL(%(categories)s::text[]) THEN 'another category'
    WHEN cardinality(%(languages)s::text[]) > 0 AND n.language <> ALL(%(languages)s::text[]) THEN 'another language'
    WHEN coalesce(d.quality_rating, 0) < %(min_rating)s::numeric THEN 'rated below the minimum'
    END"""
# What is looked at: a demonstration with its newest revision. Drafts have none and are never counted.
CANDIDATES = """annotate_demonstration d
    JOIN annotate_revision n ON n.demonstration_id = d.id AND n.number = d.revision
    JOIN annotate_task t ON t.id = d.task_id
    LEFT JOIN annotate_source s ON s.id = t.source_id"""


def selection_from(filters: Any, shares: Any) -> Selection:
    """The selection that a request or a form asks for.

    Parameters: `filters`, an object with any of `guideline_versions`, `categories`, `languages`, `min_rating`,
    `retired_sources`; `shares`, an object with the share of each split. Raises `Invalid` by field.
    """
    errors: dict[str, list[str]] = {}
    given = dict(filters) if isinstance(filters, Mapping) else {}
    if filters is not None and not isinstance(filters, Mapping):
        errors["filters"] = ["Send an object."]
    known = set(asdict(Selection())) - {"splits"}
    for name in sorted(set(given) - known):
        errors[f"filters.{name}"] = [f"There is no such filter. Use {', '.join(sorted(known))}."]
    found = Selection(
        guideline_versions=_listed(given, "guideline_versions", int, errors),
        categories=_listed(given, "categories", str, errors),
        languages=_listed(given, "languages", str, errors),
        min_rating=_rating(given.get("min_rating"), errors),
        retired_sources=given.get("retired_sources") is True,
        splits=_shares(shares, errors),
    )
    if not isinstance(given.get("retired_sources", False), bool):
        errors["filters.retired_sources"] = ["Send true or false."]
    if errors:
        raise Invalid("This release cannot be built as asked.", errors=errors)
    return found


def anything(project: Project, selection: Selection) -> bool:
    """Whether at least one demonstration would be released now."""
    sql = f"""SELECT EXISTS (SELECT 1 FROM {CANDIDATES}
        WHERE d.project_id = %(project)s AND d.state = 'approved' AND {WHY_NOT} IS NULL)"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"project": project.pk, **selection.parameters})
        return bool(cursor.fetchone()[0])


def _listed(given: Mapping[str, Any], name: str, kind: type, errors: dict[str, list[str]]) -> tuple[Any, ...]:
    values = given.get(name)
    if values is None:
        return ()
    right = isinstance(values, list) and all(type(value) is kind for value in values)
    if right and kind is int:
        right = all(0 < value < 2**31 for value in values)
    if right and kind is str:
        right = all(len(value) <= 60 and "\x00" not in value for value in values)
    if not right or len(values) > MOST_VALUES:
        what = "version numbers" if kind is int else "keys"
        errors[f"filters.{name}"] = [f"Send a list of at most {MOST_VALUES} {what}."]
        return ()
    return tuple(sorted(set(values)))


def _rating(value: Any, errors: dict[str, list[str]]) -> str | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value)) if not isinstance(value, bool) else Decimal(-1)
    except InvalidOperation:
        number = Decimal(-1)
    if not (number.is_finite() and 1 <= number <= 5):
        errors["filters.min_rating"] = ["Give a rating from 1 to 5."]
        return None
    return format(number.normalize(), "f")


def _shares(value: Any, errors: dict[str, list[str]]) -> Mapping[str, float] | None:
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping) or not all(type(share) in (int, float) for share in value.values()):
        errors["splits"] = ["Send an object with a share from 0 to 1 for each split."]
        return None
    try:
        splits.shares(value)
    except ValueError as error:
        errors["splits"] = [str(error)]
        return None
    return {str(name): float(share) for name, share in value.items()}
