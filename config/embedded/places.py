"""Where things live in a data folder, and the locks that the kernel frees when their holder dies.

Enters: the data folder. Leaves: paths and open lock files. Used by every other module of this package.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .failure import EmbeddedFailure

# A Unix socket's path has room for 107 bytes; this leaves room for the longest name we put into the folder.
LONGEST_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Place:
    """The files of one server (`postgres` or `valkey`) in one data folder."""

    data: Path
    name: str

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def files(self) -> Path:
        """What the server itself keeps."""
        return self.data / self.name

    @property
    def log(self) -> Path:
        return self.data / f"{self.name}.log"

    @property
    def users(self) -> Path:
        """Held shared by everyone who uses the server."""
        return self.run / f"{self.name}.users.lock"

    @property
    def start(self) -> Path:
        """Held by the one who looks whether there is a guardian, and starts it."""
        return self.run / f"{self.name}.start.lock"

    @property
    def guardian(self) -> Path:
        """Held by the guardian for its life."""
        return self.run / f"{self.name}.guardian.lock"

    @property
    def notice(self) -> Path:
        """There while the server answers: where to reach it."""
        return self.run / f"{self.name}.json"

    def read(self) -> dict[str, str] | None:
        """The notice, or None while there is none."""
        try:
            found: dict[str, str] = json.loads(self.notice.read_text())
        except FileNotFoundError:
            return None
        return found

    def publish(self, notice: dict[str, str]) -> None:
        """Write the notice whole: it never appears half written."""
        new = self.notice.with_suffix(".new")
        new.write_text(json.dumps(notice))
        new.replace(self.notice)


def open_lock(path: Path) -> int:
    """Open a lock file; forked children share it, programs started by exec do not."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock exclusively right now."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def socket_folder(place: Place) -> Path:
    """A folder for the server's socket: `run`, or where its path will not do one of ours in the temp folder.

    It will not do where it is too long for a socket, or holds a comma: clients would read it as two hosts.
    Only the guardian decides this, and tells the others in its notice: their temp folders may differ.
    """
    if len(os.fsencode(place.run)) <= LONGEST_FOLDER and "," not in str(place.run):
        return place.run
    name = f"scriptorium-{os.getuid()}-{hashlib.sha256(os.fsencode(place.files)).hexdigest()[:12]}"
    candidates = [Path(tempfile.gettempdir()) / name, Path("/tmp") / name]
    folder = next((path for path in candidates if len(os.fsencode(path)) <= LONGEST_FOLDER), candidates[-1])
    folder.mkdir(mode=0o700, exist_ok=True)
    # The temp folder is everybody's: another user may have put something under this name.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise EmbeddedFailure(
            f"{folder} is needed for sockets but is not a private folder of yours.\n"
            "Remove it, or point SCRIPTORIUM_DATA at a shorter path."
        )
    return folder


def leave_socket_folder(place: Place, folder: Path) -> None:
    """Remove a folder that was made in the temp folder."""
    if folder != place.run:
        shutil.rmtree(folder, ignore_errors=True)
