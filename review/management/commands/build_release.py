"""`build_release SLUG [--format F] [--out DIR] …`, or `--again N --out DIR`: builds now, in this process."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from review import building, publishing, release_storage
from review.models import Release
from review.release import formats
from review.release.shards import ROWS_PER_SHARD
from workspace import running
from workspace.management.act_command import ActCommand, the_project
from workspace.models import Job, Project
from workspace.refusals import Invalid, Missing


class Command(ActCommand):
    help = "Build a release of the approved demonstrations, or write an earlier one again; prints JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--format", choices=list(formats.FORMATS), default=formats.DEFAULT_FORMAT)
        parser.add_argument(
            "--out", type=Path, metavar="DIR", help="write the files to this new directory too"
        )
        parser.add_argument("--again", type=int, metavar="N", help="write release N again: the same bytes")
        parser.add_argument("--guideline-version", type=int, action="append", metavar="N")
        parser.add_argument("--category", action="append", metavar="KEY")
        parser.add_argument("--language", action="append", metavar="TAG")
        parser.add_argument("--min-rating", metavar="R", help="leave out what was rated lower, 1 to 5")
        parser.add_argument("--retired-sources", action="store_true", help="rows of retired sources too")
        parser.add_argument(
            "--split", action="append", metavar="NAME=SHARE", help="train=0.9, validation=0.05, test=0.05"
        )
        parser.add_argument("--shard-rows", type=int, default=ROWS_PER_SHARD, help="rows per file")

    def act(self, *, slug: str, out: Path | None, again: int | None, **options: Any) -> None:
        project = the_project(slug)
        if again is not None:
            self._write_again(project, again, out)
            return
        if out is not None:
            _make_ready(out)
        release = publishing.begin(
            project,
            by=None,
            now=timezone.now(),
            format=options["format"],
            filters=_filters(options),
            splits=_splits(options["split"]),
            shard_rows=options["shard_rows"],
        )
        release = _built(release)
        directory = release_storage.directory_of(release)
        if out is not None:
            shutil.copytree(directory, out, dirs_exist_ok=True)
            directory = out
        self._print(release, directory)

    def _write_again(self, project: Project, number: int, out: Path | None) -> None:
        if out is None:
            raise Invalid("Say where to.", errors={"out": ["Name a new directory with --out DIR."]})
        release = Release.objects.filter(project=project, number=number).select_related("project").first()
        if release is None:
            raise Missing(f"The project “{project.slug}” has no release {number}.")
        _make_ready(out)
        sealed = building.build_again(release, out)
        self._print(release, out, sealed.manifest_sha256)

    def _print(self, release: Release, directory: Path, manifest_sha256: str = "") -> None:
        told = {
            "number": release.number,
            "rows": release.rows,
            "format": release.format,
            "manifest_sha256": manifest_sha256 or release.manifest_sha256,
            "files": sorted(
                str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()
            ),
            "directory": str(directory.resolve()),
        }
        self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))


def _built(release: Release) -> Release:
    """Build in this process, as a job all the same: killed, it is taken up by a worker."""
    job = Job.objects.create(
        kind="build_release",
        project=release.project,
        arguments={"release": release.pk},
        exclusive=f"release:{release.pk}",
    )
    Release.objects.filter(pk=release.pk).update(job=job)
    running.run(job.pk, lambda run: building.build_for(run, clock=timezone.now))
    job.refresh_from_db()
    release.refresh_from_db()
    if release.state != "ready":
        raise CommandError(job.error or job.message or f"Release {release.number} is {release.state}.")
    return release


def _make_ready(out: Path) -> None:
    """Make the directory before the work begins, so that a release is not built for one that cannot be written."""
    building.check_empty(out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        writable = os.access(out, os.W_OK | os.X_OK)
    except OSError as fault:
        words = f"{out} cannot be made ({fault.strerror}); name another."
        raise Invalid("The directory cannot be used.", errors={"out": [words]}) from fault
    if not writable:
        raise Invalid(
            "The directory cannot be used.", errors={"out": [f"{out} cannot be written; name another."]}
        )


def _filters(options: dict[str, Any]) -> dict[str, Any]:
    asked = {
        "guideline_versions": options["guideline_version"],
        "categories": options["category"],
        "languages": options["language"],
        "min_rating": options["min_rating"],
        "retired_sources": options["retired_sources"],
    }
    return {name: value for name, value in asked.items() if value}


def _splits(pairs: list[str] | None) -> dict[str, float]:
    shares = {}
    for pair in pairs or []:
        name, _, share = pair.partition("=")
        try:
            shares[name] = float(share)
        except ValueError:
            raise Invalid(
                "A split cannot be read.",
                errors={"split": [f"Write NAME=SHARE, as in test=0.1, not {pair}."]},
            ) from None
    return shares
