"""What must be true before anything starts, each with a sentence where it is not. Standard library only.

Enters: the address to serve, the data folder. Leaves: nothing, or a `Refused`. Called by `config.launcher`.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

OLDEST, NEWEST = (3, 11), (3, 13)
NEEDED_BYTES = 300 * 1024 * 1024
LISTENS = "0A"  # the state of a listening socket in /proc/net/tcp


class Refused(SystemExit):
    """Scriptorium cannot start here; the message is meant for people."""


def check_python() -> None:
    """Refuse a Python that the dependencies do not support."""
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Refused(
            f"This is Python {sys.version.split()[0]}; Scriptorium needs 3.11, 3.12 or 3.13.\n"
            "Remove .venv and run `make up PYTHON=/path/to/python3.12`."
        )


def port_of(text: str) -> int:
    """The port that a text names."""
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refused(f"PORT is {text!r}: set it to a number from 1 to 65535, for example PORT=8001.")
    return int(text)


def check_port(host: str, port: int) -> None:
    """Refuse an address that cannot be listened on, naming who listens there where that can be seen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        pids = sorted(listeners(port))
        names = ", ".join(f"{pid} ({_words(pid)})" for pid in pids)
        by = f" by process {names}" if pids else ""
        stop = f"stop it (kill {' '.join(map(str, pids))})" if pids else "stop the program that uses it"
        return f"Port {port} is taken{by}.\nEither {stop}, or use another port: make up PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for the system. Use one from 1024 on: make up PORT=8000"
    return f"HOST={host} cannot be listened on ({error.strerror or error}). Use an address of this machine."


def listeners(port: int) -> set[int]:
    """The processes of ours that listen on a TCP port; empty where the system does not show them."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    return {pid for pid, target in _open_files() if target in sockets} if sockets else set()


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            columns = row.split()
            if columns[3] == LISTENS and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9]


def _open_files() -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            for entry in folder.iterdir():
                yield int(folder.parent.name), os.readlink(entry)  # noqa: PTH115 - "socket:[1]" is no path
        except OSError:
            continue  # it ended, or belongs to somebody else


def _words(pid: int) -> str:
    try:
        words = (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        )
    except OSError:
        return "ended"
    return words if len(words) <= 60 else words[:59] + "…"


def check_disk(data: Path) -> None:
    """Refuse a data folder that cannot be written, or a disk with too little room for a database."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = data / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        raise Refused(
            f"The data folder {data} cannot be written ({error.strerror or error}).\n"
            "Free some space, or point SCRIPTORIUM_DATA at a folder that you can write."
        ) from error
    free = shutil.disk_usage(data).free
    if free < NEEDED_BYTES:
        raise Refused(
            f"Only {free // 1024**2} MB are free at {data}; Scriptorium needs {NEEDED_BYTES // 1024**2} MB.\n"
            "Free some space, or point SCRIPTORIUM_DATA at another disk."
        )
