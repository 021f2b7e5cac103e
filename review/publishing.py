"""Acts on releases: begin, start again, retract, and what a build's end means. `review.building` writes the files.

Page, API, command and job call the same functions.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from review.models import Release, ReleaseFile
from review.release import formats
from review.release.shards import ROWS_PER_SHARD
from review.selecting import Selection, anything, selection_from
from review.states import RELEASE_MOVES
from workspace import running
from workspace.access import Standing
from workspace.auditing import record
from workspace.models import Job, Project, User
from workspace.refusals import Conflict, Invalid, Missing, Refusal

FEWEST_SHARD_ROWS = 1
# Beside these a project would hold one build a click; each is a row and a directory.
MOST_UNFINISHED = 5


class Retracted(Refusal):
    """A release that was taken back: its record stays, its files are not given out."""

    status = 410
    slug = "retracted"
    title = "This release was retracted"


def start_release(
    standing: Standing,
    *,
    now: datetime,
    format: str = formats.DEFAULT_FORMAT,
    filters: Any = None,
    splits: Any = None,
    shard_rows: int = ROWS_PER_SHARD,
) -> Release:
    """Number a new release and start the job that builds it.

    Parameters: `filters` and `splits` as in `review.selecting.selection_from`. Raises `Invalid` by field, `Conflict`
    where nothing would be released.
    """
    standing.require("release.build")
    with transaction.atomic():
        release = begin(
            standing.project,
            by=standing.user,
            now=now,
            format=format,
            filters=filters,
            splits=splits,
            shard_rows=shard_rows,
        )
        _attach(release, _job_for(release, by=standing.user))
    return release


def begin(
    project: Project,
    *,
    by: User | None,
    now: datetime,
    format: str = formats.DEFAULT_FORMAT,
    filters: Any = None,
    splits: Any = None,
    shard_rows: int = ROWS_PER_SHARD,
) -> Release:
    """Give the next number to a new release in the state `building`, without a job. Raises as `start_release`."""
    selection = _checked(format, filters, splits, shard_rows)
    with transaction.atomic():
        # The lock makes the next number one answer for builds that start at the same moment.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        releases = Release.objects.filter(project=project)
        if releases.filter(state="building").count() >= MOST_UNFINISHED:
            raise Conflict(f"{MOST_UNFINISHED} releases are being built already; wait until one has ended.")
        if not anything(project, selection):
            raise Conflict("Nothing can be released: no approved demonstration passes these filters.")
        release = Release.objects.create(
            project=project,
            number=(releases.aggregate(last=Max("number"))["last"] or 0) + 1,
            format=format,
            settings={"filters": _plain(filters), "splits": _plain(splits), "shard_rows": shard_rows},
            created_by=by,
            created=now,
        )
        record("release.started", release, by=by, after={"number": release.number, "state": "building"})
    return release


def start_again(standing: Standing, release: Release, *, now: datetime) -> Release:
    """Start the job of a failed release once more; finished files and the frozen selection are kept.

    Raises `Conflict` where it has not failed.
    """
    standing.require("release.build")
    with transaction.atomic():
        advance(release, "building", by=standing.user, error="", finished=None)
        _attach(release, _job_for(release, by=standing.user))
    return release


def retract(standing: Standing, release: Release, *, reason: str, now: datetime) -> Release:
    """Take a release back: downloads answer 410 with the reason, its record and checksums stay.

    Raises `Invalid` without a reason, `Conflict` where it is not ready.
    """
    standing.require("release.retract")
    if not reason.strip():
        raise Invalid("Say why.", errors={"reason": ["Write the reason; whoever has a link will read it."]})
    with transaction.atomic():
        advance(release, "retracted", by=standing.user, retraction_reason=reason.strip())
    return release


def file_of(standing: Standing, release: Release, path: str) -> ReleaseFile:
    """The file of a release at `path`, looked up among its records and never on the disk.

    Raises `Retracted`, `Missing` where the release has no such file or is not ready.
    """
    standing.require("release.download")
    if release.state == "retracted":
        raise Retracted(f"Release {release.number} was retracted: {release.retraction_reason}")
    file = ReleaseFile.objects.filter(release=release, path=path[:200]).first()
    if file is None or release.state != "ready":
        raise Missing(f"Release {release.number} has no file “{path}”.")
    file.release = release
    return file


def advance(release: Release, to: str, *, by: User | None, **values: Any) -> None:
    """Move a release to `to` by compare-and-set, with its audit event; `Conflict` where its state forbids it."""
    old = release.state
    moved = to in RELEASE_MOVES[old] and Release.objects.filter(pk=release.pk, state=old).update(
        state=to, **values
    )
    if not moved:
        current = Release.objects.values_list("state", flat=True).get(pk=release.pk)
        raise Conflict(
            f"Release {release.number} is {current}; that cannot be done to it now.", extra={"state": current}
        )
    release.state = to
    for name, value in values.items():
        setattr(release, name, value)
    record(f"release.{to}", release, by=by, before={"state": old}, after={"state": to})


def fail(release: Release, words: str, *, by: User | None, now: datetime) -> None:
    """Note that a build has failed and why, unless it ended otherwise meanwhile."""
    with transaction.atomic():
        if Release.objects.filter(pk=release.pk, state="building").update(
            state="failed", error=words, finished=now
        ):
            record("release.failed", release, by=by, before={"state": "building"}, after={"state": "failed"})
    release.refresh_from_db()


def close_abandoned(*, now: datetime) -> int:
    """Fail releases whose job ended without them: cancelled before it began, or given up. Returns how many."""
    ended = Release.objects.filter(state="building", job__state__in=["failed", "cancelled"])
    found = list(ended.select_related("job")[:100])
    for release in found:
        job = release.job
        words = (job.error or job.message) if job is not None else ""
        fail(release, words or "Its job ended before it was built.", by=None, now=now)
    return len(found)


def _checked(format: str, filters: Any, splits: Any, shard_rows: int) -> Selection:
    if not isinstance(format, str) or format not in formats.FORMATS:
        raise Invalid("Unknown format.", errors={"format": [f"Use one of {', '.join(formats.FORMATS)}."]})
    if type(shard_rows) is not int or not FEWEST_SHARD_ROWS <= shard_rows <= 10_000_000:
        raise Invalid("The size of the files cannot be used.", errors={"shard_rows": ["Give rows per file."]})
    return selection_from(filters, splits)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else {}


def _job_for(release: Release, *, by: User) -> Job:
    return running.start(
        "build_release",
        project=release.project,
        by=by,
        arguments={"release": release.pk},
        exclusive=f"release:{release.pk}",
    )


def _attach(release: Release, job: Job) -> None:
    Release.objects.filter(pk=release.pk).update(job=job)
    release.job = job
