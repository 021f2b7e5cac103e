"""Sources: acts that begin an import or a trial of one. `annotate.passes` does the work.

Page, API and command call `start_import` or `begin_import`; a file is kept under a key of ours until its import has
ended, and never read from a path that came from outside.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction

from annotate.choosing import Choices, choices
from annotate.models import Source
from annotate.sources.limits import Limits, size
from workspace import running
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Job, Project, User
from workspace.refusals import Invalid, Refusal

PIECE = 1024 * 1024


class Upload(Protocol):
    """A file that came in: a browser's upload, the body of a call, an open file of the command."""

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end."""
        ...


def limits() -> Limits:
    """What this site lets a source ask of the machine."""
    return Limits(max_file_bytes=settings.IMPORT_MAX_BYTES)


def start_import(standing: Standing, file: Upload, *, now: datetime, **said: Any) -> Source:
    """Keep `file` and start the job that imports it.

    Parameters: `said`, the arguments of `annotate.choosing.choices`. Returns the source, in state `importing`.
    Raises `Invalid` by field, `Conflict` while another import of this project runs.
    """
    standing.require("source.import")
    return begin_import(standing.project, file, choices(**said), by=standing.user, now=now)


def start_trial(standing: Standing, file: Upload, *, now: datetime, **said: Any) -> Job:
    """Keep `file` and start the job that checks it as an import would, and puts nothing into the queue."""
    standing.require("source.import")
    chosen = choices(**said)
    kept = keep(file, standing.project)
    try:
        return running.start(
            "import_source",
            project=standing.project,
            by=standing.user,
            arguments={"trial": {**vars(chosen), **kept}},
            total=kept["bytes"],
        )
    except Refusal:
        default_storage.delete(kept["file"])
        raise


def begin_import(
    project: Project, file: Upload, chosen: Choices, *, by: User | None, now: datetime, enqueue: bool = True
) -> Source:
    """Keep the file, make the source and its job. Only one import of a project runs at a time.

    Parameters: `enqueue`, False where the caller runs the job itself. Raises as `start_import` does.
    """
    close_ended(project, now=now)
    kept = keep(file, project)
    try:
        with transaction.atomic():
            source = Source.objects.create(
                project=project,
                name=chosen.name,
                format=chosen.format,
                licence=chosen.licence,
                url=chosen.url,
                kind=chosen.kind,
                language=chosen.language,
                category=chosen.category,
                mapping=chosen.mapping,
                options={"limit": chosen.limit, "skip_bad": chosen.skip_bad},
                created_by=by,
                created=now,
                **kept,
            )
            # Two imports at once would each put in what is an exact duplicate of the other's.
            source.job = running.start(
                "import_source",
                project=project,
                by=by,
                arguments={"source": source.pk},
                exclusive=f"import:{project.pk}",
                total=kept["bytes"],
                enqueue=enqueue,
            )
            source.save(update_fields=["job"])
            record("source.importing", source, by=by, after={"state": "importing", "job": source.job.pk})
    except Refusal:
        default_storage.delete(kept["file"])
        raise
    return source


def close_ended(project: Project, *, now: datetime) -> None:
    """Close imports whose job ended without their work having a say: cancelled while it waited, or given up."""
    for source in Source.objects.filter(
        project=project, state="importing", job__state__in=["cancelled", "failed"]
    ):
        with transaction.atomic():
            locked = Source.objects.select_for_update(of=("self",)).select_related("job").get(pk=source.pk)
            if locked.state == "importing" and locked.job is not None:
                close(locked, locked.job.error or locked.job.message, told={}, now=now)
        default_storage.delete(source.file)


def close(source: Source, error: str, *, told: Mapping[str, Any], now: datetime) -> None:
    """End an import that will not go on, in the caller's transaction, on a locked row.

    It failed where nothing is in the queue; otherwise what is in is set aside: the source is retired.
    """
    if source.tasks:
        error += f" {source.tasks:,} tasks were in the queue by then and are set aside: restore the source to use them."
    source.state = "retired" if source.tasks else "failed"
    source.retired = now if source.tasks else None
    source.file = ""
    source.summary = {**told, "imported": source.tasks, "error": error}
    source.save(update_fields=["state", "retired", "file", "summary"])
    record(
        f"source.{source.state}",
        source,
        by=source.created_by,
        before={"state": "importing"},
        after={"state": source.state, "tasks": source.tasks},
    )


def keep(file: Upload, project: Project) -> dict[str, Any]:
    """Store `file` under a fresh key. Returns its key, length and checksum, as a source has them."""
    stream = _Measured(file)
    key = default_storage.save(f"sources/{project.pk}/{uuid.uuid4().hex}", stream)
    if stream.length > settings.IMPORT_MAX_BYTES or not stream.length:
        default_storage.delete(key)
        words = (
            f"The file is larger than {size(settings.IMPORT_MAX_BYTES)}, the limit for one source. Split it."
            if stream.length
            else "The file is empty. Check that it is the right one."
        )
        raise Invalid("This file cannot be imported.", errors={"file": [words]})
    return {"file": key, "bytes": stream.length, "sha256": stream.sha256.hexdigest()}


class _Measured(File):  # type: ignore[type-arg]
    """An upload as storage takes it, measured on its way, cut off behind the limit."""

    def __init__(self, file: Upload) -> None:
        super().__init__(None)
        self._upload = file
        self.length = 0
        self.sha256 = hashlib.sha256()

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        while self.length <= settings.IMPORT_MAX_BYTES and (piece := self._upload.read(PIECE)):
            self.length += len(piece)
            self.sha256.update(piece)
            yield piece
