"""A file of a release: written under a temporary name, hashed on the way, renamed when it is whole.

Enters: bytes, in blocks. Leaves: the file under its final name, and its entry (path, bytes, sha256, rows).
Called by ``review.release.shards`` for data and by ``review.release.sealing`` for everything else.

The temporary name lies in a working directory beside the release, on the same file system, so that the
release directory itself never holds half a file, whenever the process is killed.
"""

import errno
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import NamedTuple

HASH_BLOCK = 1 << 20


class FileEntry(NamedTuple):
    """One file of a release as the manifest lists it. ``rows`` is ``None`` for what holds no rows."""

    path: str
    bytes: int
    sha256: str
    rows: int | None = None


class NoSpace(OSError):
    """The disk is full. Nothing half-written is left behind; what was finished before stays."""

    def __init__(self, path: str, error: OSError) -> None:
        super().__init__(
            error.errno,
            f"There is no space left on the disk for {path}. Nothing half-written was kept and the "
            "finished files stay: free some space and start the build again, it goes on from there.",
        )

    def __str__(self) -> str:
        """Give the sentence alone; the number of the error is of no use to the reader."""
        return str(self.strerror)


class Overtaken(RuntimeError):
    """Another worker began to write the same file; this one was taken for dead and must stop."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"Another worker has taken over {path}, so this one stopped. Nothing is wrong with the "
            "release: the other one finishes it."
        )


class Places(NamedTuple):
    """Where a release is written. ``working`` is on the same file system and never inside of it."""

    release: Path
    working: Path


class HashedFile:
    """A file being written: counts and hashes what goes through it."""

    def __init__(self, raw: FileIO) -> None:
        self._raw = raw
        self._digest = hashlib.sha256()
        self.bytes = 0

    def write(self, block: bytes) -> None:
        """Write one block. Blocks of about a megabyte keep the cost per row small."""
        left = memoryview(block)
        while left:
            # An unbuffered file may take only a part of what it is given.
            left = left[self._raw.write(left) :]
        self._digest.update(block)
        self.bytes += len(block)

    @property
    def sha256(self) -> str:
        """The checksum of all that was written so far, in hexadecimal."""
        return self._digest.hexdigest()


@contextmanager
def written_whole(path: str, places: Places) -> Iterator[HashedFile]:
    """Open ``path`` of the release for writing; it appears, safe on the disk, when the block ends well.

    On any error the temporary file is removed and the release is as it was. Raises ``NoSpace`` for a full
    disk, ``Overtaken`` where another writer began the same file in the meantime.
    """
    final = places.release / path
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path, places)
    try:
        # Unbuffered: callers hand over blocks of a megabyte, and a second copy of each would only cost.
        with temporary.open("xb", buffering=0) as raw:
            yield HashedFile(raw)
            os.fsync(raw.fileno())
        try:
            temporary.replace(final)
        except FileNotFoundError as error:
            raise Overtaken(path) from error
        flush_directory(final.parent)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoSpace(path, error) from error
        raise
    finally:
        # A leftover would only take room; failing to remove it must not hide the error on its way out.
        with suppress(OSError):
            temporary.unlink()


def _temporary(path: str, places: Places) -> Path:
    """Give a fresh temporary name, and take away what a dead or stalled writer of the same file left.

    Two writers never share a file: the later one unlinks the earlier one's, which goes on into nothing and
    finds at its end that it was overtaken.
    """
    places.working.mkdir(parents=True, exist_ok=True)
    flat = path.replace("/", ".")
    for stale in places.working.glob(f"{flat}.*.part"):
        stale.unlink(missing_ok=True)
    return places.working / f"{flat}.{secrets.token_hex(4)}.part"


def write_file(path: str, content: bytes, places: Places, rows: int | None = None) -> FileEntry:
    """Write one small file whole and give its entry."""
    with written_whole(path, places) as out:
        out.write(content)
    return FileEntry(path, out.bytes, out.sha256, rows)


def measured(path: Path) -> tuple[int, str]:
    """Give the byte count and the sha256 of a file, read in blocks."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb", buffering=0) as raw:
        while block := raw.read(HASH_BLOCK):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def flush_directory(directory: Path) -> None:
    """Make a rename outlast a power cut: the directory with the new name goes to the disk too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
