"""Approved demonstrations and built releases for the tests of this folder."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import orjson
from django.utils import timezone

from annotate.models import Demonstration
from review import building, publishing, release_storage
from review.models import Release
from tests.conftest import Cast
from tests.factories import TEXT, a_submitted_demonstration, a_task, decided


def said(beginning: str) -> str:
    """A response that is long enough to be submitted and begins so."""
    return f"{beginning} {TEXT}"


def approved(cast: Cast, beginning: str = "In short:", **task: Any) -> Demonstration:
    """A demonstration that begins so and that both reviewers of the cast have approved."""
    a_task(cast.project, **task)
    demonstration = a_submitted_demonstration(cast.writer, said(beginning))
    decided(cast.reviewer)
    decided(cast.second_reviewer)
    demonstration.refresh_from_db()
    assert demonstration.state == "approved"
    return demonstration


def built(cast: Cast, **asked: Any) -> Release:
    """A release begun by the lead and built in this process."""
    release = publishing.start_release(cast.lead, now=timezone.now(), **asked)
    return building.build(release, by=cast.lead.user, clock=timezone.now)


def directory_of(release: Release) -> Path:
    return release_storage.directory_of(release)


def rows_of(directory: Path, split: str = "train") -> list[dict[str, Any]]:
    """Every line of every data file of a split, parsed."""
    return [
        orjson.loads(line)
        for path in sorted((directory / "data").glob(f"{split}-*.jsonl"))
        for line in path.read_bytes().splitlines()
    ]


def bytes_of(directory: Path) -> dict[str, bytes]:
    """Every file below a directory by its path."""
    return {
        str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def sums_agree(directory: Path) -> bool:
    """Whether `sha256sum -c` is content with a release."""
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=directory, capture_output=True, check=False
    )
    return checked.returncode == 0
