"""Counts that cannot scan without bound: up to a limit, then “more than”. Called by the read side of pages."""

from __future__ import annotations

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.formats import number_format

# Pages say “10,000+” beyond this.
MOST_COUNTED = 10_000


class CountUpTo(Subquery):
    """The number of rows of a queryset, counted up to `most` + 1: many of them are one statement.

    As an annotation of one row: `Project.objects.annotate(open=CountUpTo(slots, most=99))`; the queryset may hold
    `OuterRef`.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS bounded)"
    output_field = IntegerField()

    def __init__(self, queryset: QuerySet[Any], *, most: int = MOST_COUNTED) -> None:
        # Only existence is counted: no column is fetched, and no order is made.
        super().__init__(queryset.order_by().values("pk")[: most + 1])


def shown(count: int, *, most: int = MOST_COUNTED) -> str:
    """A bounded count as people read it, with the separators of their language.

    >>> shown(7, most=99), shown(100, most=99)
    ('7', '99+')
    """
    return (
        f"{number_format(most, force_grouping=True)}+"
        if count > most
        else number_format(count, force_grouping=True)
    )
