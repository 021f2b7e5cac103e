"""Where the files of releases lie: the one place that knows the storage.

Enters: a release, or one of its files. Leaves: directories to write to, bytes to read. Called by `review.building`
and by whatever answers a download. The location is that of Django's default storage; no name that a person sent is ever
part of a path.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import IO

from django.core.files.storage import default_storage

from review.models import Release, ReleaseFile
from review.release.files import Places


def places_of(release: Release) -> Places:
    """Where `release` is written. The working directory lies beside, on the same file system."""
    return Places(_directory(release), Path(default_storage.path(f"releases/working/{release.pk}")))


def directory_of(release: Release) -> Path:
    """The directory that holds a finished release."""
    return _directory(release)


def opened(file: ReleaseFile) -> IO[bytes]:
    """One file of a release, open for reading. Raises `FileNotFoundError` where its bytes are gone."""
    return (_directory(file.release) / file.path).open("rb")


def clear_work(places: Places) -> None:
    """Remove what only an unfinished build needs."""
    shutil.rmtree(places.working, ignore_errors=True)


def _directory(release: Release) -> Path:
    # The release's own id, not only its name: a project that was made again under an old slug meets no old files.
    return Path(default_storage.path(f"releases/{release.pk}/{release.folder}"))
