"""Reading a directory that came from anywhere: nothing is followed, nothing but regular files is opened.

Enters: a directory and names below it. Leaves: file names, contents, checksums, and what was refused, as
problems. Called by ``review.release.verifying``.
"""

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple

from review.release.files import HASH_BLOCK
from review.release.formats.base import RecordCount

_LARGEST_LIST = 64 << 20


class Problem(NamedTuple):
    """One thing that is not as it was released.

    ``kind`` is ``missing``, ``altered``, ``extra``, ``miscounted``, ``unsafe`` or ``unreadable``.
    """

    kind: str
    path: str
    sentence: str


def safe_path(path: str) -> bool:
    """Say whether a path of a manifest stays inside: relative, written plainly, without ``..`` or odd
    characters.

    >>> safe_path("data/train-00000-of-00001.jsonl"), safe_path("../key"), safe_path("/etc/passwd")
    (True, False, False)
    """
    if not path or "\\" in path or not path.isprintable():
        return False
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and str(pure) == path and path != "."


def printable(name: str) -> str:
    """Give a file name as text that can be printed: bytes that are no text, and controls, as escapes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in name)


def walked(directory: Path) -> tuple[set[str], list[Problem]]:
    """Give the regular files below the directory; links and devices are problems and never followed."""
    files: set[str] = set()
    problems: list[Problem] = []
    # A list instead of recursion: a directory from outside may be nested deeper than Python's stack.
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        try:
            with os.scandir(directory / prefix) as found:
                entries = list(found)
        except OSError as error:
            problems.append(Problem("unreadable", prefix, f"{prefix} cannot be read: {error.strerror}."))
            continue
        for entry in entries:
            path = printable(prefix + entry.name)
            if entry.is_dir(follow_symlinks=False):
                waiting.append(f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                files.add(path)
            else:
                kind = "a symbolic link" if entry.is_symlink() else "neither a file nor a directory"
                problems.append(
                    Problem("unsafe", path, f"{path} is {kind}. A release has none; it was not opened.")
                )
    return files, problems


def small_file(directory: Path, name: str) -> tuple[bytes | None, list[Problem]]:
    """Read one of the two lists, which are small; a huge one is refused, not loaded."""
    path = directory / name
    try:
        found = path.lstat()
    except OSError:
        return None, [Problem("missing", name, f"{name} is not there.")]
    if not stat.S_ISREG(found.st_mode):
        return None, []
    if found.st_size > _LARGEST_LIST:
        return None, [Problem("unreadable", name, f"{name} is larger than {_LARGEST_LIST >> 20} MB.")]
    try:
        with _opened(path) as raw:
            return raw.read(), []
    except OSError as error:
        return None, [Problem("unreadable", name, f"{name} cannot be read: {error.strerror}.")]


def read_through(path: Path, counter: RecordCount | None) -> tuple[int, str]:
    digest = hashlib.sha256()
    size = 0
    with _opened(path) as raw:
        while block := raw.read(HASH_BLOCK):
            size += len(block)
            digest.update(block)
            if counter is not None:
                counter.feed(block)
    return size, digest.hexdigest()


def _opened(path: Path) -> IO[bytes]:
    # A link or a pipe put there after the walk is refused by the kernel or does not block; nothing is
    # followed.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "it is not a regular file")
    return os.fdopen(handle, "rb", buffering=0)
