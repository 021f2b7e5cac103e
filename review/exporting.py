"""The demonstrations list as a table for a spreadsheet, streamed: constant memory, no transaction longer than a page.

Enters: the filtered rows that a reader may see. Leaves: lines of CSV in which no cell can run as a formula. Called by
the list's export.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from annotate.access import may_know_annotator
from annotate.conversation import prompt_of, response_of
from annotate.models import Demonstration
from review.release.formats.csv import BYTE_ORDER_MARK, safe_cell
from workspace.access import Standing

PAGE = 500
COLUMNS = (
    *("id", "state", "task", "external_id", "kind", "category", "language", "source", "annotator", "guideline_version"),
    *("round", "quality_rating", "reviews", "begun", "submitted", "settled", "prompt", "response"),
)  # fmt: skip


class _Line:
    """What `csv` writes to: gives back the line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_lines(standing: Standing, rows: QuerySet[Demonstration]) -> Iterator[str]:
    """The header and a line for each row, newest first. Two statements for each page of 500.

    `annotator` is empty where the reader may not know it.
    """
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    after = None
    while True:
        page = list((rows.filter(pk__lt=after) if after else rows).order_by("-pk")[:PAGE])
        for row in page:
            yield writer.writerow([_cell(value) for value in _values(standing, row)])
        if len(page) < PAGE:
            return
        after = page[-1].pk


def _values(standing: Standing, row: Demonstration) -> list[Any]:
    task, messages = row.task, row.newest[0].messages if row.newest else []
    return [
        row.pk,
        row.state,
        task.pk,
        task.external_id,
        task.kind,
        row.category,
        row.language,
        task.source.name if task.source else "",
        str(row.author.user) if may_know_annotator(standing, row) else "",
        row.guideline_version.number,
        row.revision,
        row.quality_rating,
        row.rating_reviews,
        *(moment.isoformat() if moment else "" for moment in (row.created, row.submitted, row.settled)),
        prompt_of(messages),
        response_of(messages),
    ]


def _cell(value: Any) -> str:
    return safe_cell(value) if isinstance(value, str) else "" if value is None else str(value)
