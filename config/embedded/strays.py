"""Server processes that outlived their guardian: found by the folder they work in, and ended.

Called by a new guardian before it starts its server: two servers on the same files would destroy them.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path


def strays(folder: Path, program: str) -> Iterator[int]:
    """Yield the ids of live processes named `program` whose working directory is `folder`."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # PostgreSQL and Valkey both enter their data folder, and their children inherit it.
            here = (entry / "cwd").readlink() == folder
            if here and (entry / "comm").read_text().strip() == program and _alive(entry):
                yield int(entry.name)
        except OSError:
            continue  # it ended while we looked, or belongs to somebody else


def _alive(entry: Path) -> bool:
    return (entry / "stat").read_bytes().rpartition(b")")[2].split()[0] not in (b"Z", b"X")


def end_strays(folder: Path, program: str) -> None:
    """Ask the strays of a folder to stop, then insist; returns when none is left.

    Raises:
        TimeoutError: a process survived even SIGKILL (it hangs in the kernel).
    """
    for ask, seconds in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        found = list(strays(folder, program))
        for pid in found:
            try:
                os.kill(pid, ask)
            except ProcessLookupError:
                continue
        end = time.monotonic() + seconds
        while found and time.monotonic() < end:
            time.sleep(0.02)
            found = list(strays(folder, program))
        if not found:
            return
    raise TimeoutError(f"processes {found} still use {folder}")
