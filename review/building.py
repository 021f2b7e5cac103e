"""Building a release: freeze its selection, write its files from the frozen rows alone, seal them.

Enters: a release in the state `building`, or any frozen one that is written once more. Leaves: files, and the release
`ready` or `failed`. Called by the job, and by the command in its own process. Reads are keyset pages, never one long
transaction; done again, by a worker that takes it up or on another day, it gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from review import release_storage
from review.freezing import freeze
from review.models import Release, ReleaseFile
from review.publishing import advance, fail
from review.release import formats
from review.release.changes import RowMark
from review.release.files import FileEntry, NoSpace, Overtaken, Places
from review.release.rows import UnwritableRow
from review.release.sealing import Sealed, seal
from review.release.shards import planned, write_shard
from review.release_papers import facts_of
from review.release_rows import RowReader, marks
from review.selecting import selection_from
from workspace import running
from workspace.models import User
from workspace.refusals import Conflict, Invalid, Refusal

# Called with (rows done, rows in all, words); may raise to end the work.
Progress = Callable[[int, int, str], None]


def build(
    release: Release, *, by: User | None, clock: Callable[[], datetime], progress: Progress | None = None
) -> Release:
    """Freeze, write and seal `release`; it ends `ready`, or `failed` with the reason. Done twice it changes nothing.

    Parameters: `clock`, the time of the end, asked when it has come. Raises `Conflict` with the reason where it fails.
    """
    if release.state != "building":
        return release
    try:
        if progress is not None:
            progress(0, 0, "Choosing the rows")
        asked = selection_from(release.settings.get("filters"), release.settings.get("splits"))
        freeze(release, asked)
        sealed = _write(release, release_storage.places_of(release), progress)
        _finish(release, sealed, by=by, now=clock())
    except Overtaken as error:
        raise running.Superseded from error
    except (running.Superseded, running.Passing, *running.DATABASE_FAULTS):
        raise
    except running.Cancelled:
        fail(release, "The build was cancelled.", by=by, now=clock())
        raise
    except Refusal as refusal:
        fail(release, refusal.detail, by=by, now=clock())
        raise
    except (NoSpace, UnwritableRow) as error:
        fail(release, str(error), by=by, now=clock())
        raise Conflict(str(error)) from error
    except Exception:
        fail(
            release,
            "An unexpected fault stopped the build; the log of the site names it.",
            by=by,
            now=clock(),
        )
        raise
    release_storage.clear_work(release_storage.places_of(release))
    return release


def build_for(run: running.Run, *, clock: Callable[[], datetime]) -> dict[str, Any]:
    """Build the release that a job names; the job's result. A worker's task and the command call this."""
    release = Release.objects.select_related("project").get(pk=run.job.arguments["release"])
    built = build(release, by=run.job.created_by, clock=clock, progress=run.progress)
    return {"number": built.number, "rows": built.rows, "manifest_sha256": built.manifest_sha256}


def build_again(release: Release, directory: Path, *, progress: Progress | None = None) -> Sealed:
    """Write a release once more from its frozen selection into `directory`: the same bytes.

    Raises `Invalid` where the directory holds something already, `Conflict` for a release that was never frozen.
    """
    check_empty(directory)
    places = Places(directory, directory.with_name(f".{directory.name}.working"))
    try:
        sealed = _write(release, places, progress)
    except (NoSpace, UnwritableRow) as error:
        raise Conflict(str(error)) from error
    finally:
        release_storage.clear_work(places)
    if release.manifest_sha256 and sealed.manifest_sha256 != release.manifest_sha256:
        raise Conflict(
            f"The bytes are not those of release {release.number}: its manifest had the checksum "
            f"{release.manifest_sha256}, this one has {sealed.manifest_sha256}. Compare `writer` in both manifests: "
            "other versions of the programs write other bytes."
        )
    return sealed


def _write(release: Release, places: Places, progress: Progress | None) -> Sealed:
    """All files of a frozen release, into `places`; shards that an earlier attempt finished are passed over."""
    facts = facts_of(release)
    form = formats.load(release.format)
    reader = RowReader(release)
    done = 0

    def pause(rows: int) -> None:
        nonlocal done
        done += rows
        if progress is not None:
            progress(done, facts.rows, "Writing rows")

    data: list[FileEntry] = []
    for shard in planned(facts.splits, form.extension, release.settings["shard_rows"]):
        rows = reader.rows(shard.split, shard.start, shard.rows, pause=pause)
        data.append(write_shard(shard, rows, form, places, facts.selection))
        done = sum(entry.rows or 0 for entry in data)
    if progress is not None:
        progress(facts.rows, facts.rows, "Writing the card, the manifest and the checksums")
    earlier: Iterable[RowMark] = ()
    if facts.previous is not None:
        earlier = marks(Release.objects.get(project=release.project_id, number=facts.previous))
    current = marks(release, compared=facts.previous is not None)
    return seal(facts, data, places, previous=earlier, current=current)


def _finish(release: Release, sealed: Sealed, *, by: User | None, now: datetime) -> None:
    """Files and state change together; a worker that comes second finds it done."""
    with transaction.atomic():
        size = sum(entry.bytes for entry in sealed.files)
        advance(
            release,
            "ready",
            by=by,
            manifest_sha256=sealed.manifest_sha256,
            bytes=size,
            finished=now,
            error="",
        )
        ReleaseFile.objects.bulk_create(
            ReleaseFile(release=release, path=path, bytes=size, sha256=sha256, rows=rows)
            for path, size, sha256, rows in sealed.files
        )


def check_empty(directory: Path) -> None:
    """Raise `Invalid` unless a release can be written into `directory`: absent, or empty."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Invalid(
            "The directory cannot be used.",
            errors={"out": [f"{directory} is not an empty directory; name a new one."]},
        )
