"""Imports files made in memory, for the tests of this folder."""

from __future__ import annotations

import io
from typing import Any

import orjson
from django.utils import timezone

from annotate import importing, passes
from annotate.models import Source
from workspace import running
from workspace.access import Standing
from workspace.models import Job


def lines(*rows: dict[str, Any]) -> bytes:
    """Rows as a file of the format `jsonl`."""
    return b"".join(orjson.dumps(row) + b"\n" for row in rows)


def numbered(count: int, *, start: int = 0, **fields: Any) -> bytes:
    """So many different rows."""
    return lines(*({"prompt": f"Question {number}?", **fields} for number in range(start, start + count)))


def started(lead: Standing, content: bytes, **said: Any) -> Source:
    """An import begun, its job not yet run."""
    values = {"name": "rows", "format": "jsonl", "licence": "MIT", **said}
    return importing.start_import(lead, io.BytesIO(content), now=timezone.now(), **values)


def work_off(source: Source) -> Job:
    """Run the source's job once, as a worker does."""
    assert source.job is not None
    running.run(source.job.pk, passes.import_source)
    source.refresh_from_db()
    return Job.objects.get(pk=source.job.pk)


def imported(lead: Standing, content: bytes, **said: Any) -> Source:
    """An import begun and worked off."""
    source = started(lead, content, **said)
    work_off(source)
    return source
