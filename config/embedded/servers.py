"""The two servers: how each is prepared, started, asked whether it is ready, and stopped.

Enters: a `Place`. Leaves: commands, and the notice that tells users where to connect. Called by the guardian
alone.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import ClassVar, Protocol

from .places import Place, socket_folder
from .programs import as_whom, postgres_programs, prefix, tied, valkey_program
from .strays import end_strays

DATABASE = "scriptorium"
PORT = 5432
# Modest: it shares a laptop with a browser. JIT costs more than it gives on queries of milliseconds.
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


def clean_environment() -> dict[str, str]:
    """The environment for the servers: what others set for their own PostgreSQL must not reach ours."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


class Server(Protocol):
    """What the guardian needs to know about a server."""

    title: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]
    place: Place
    folder: Path

    def prepare(self) -> None:
        """Make the files ready, end strays; may be called again before each start."""

    def command(self) -> list[str]:
        """The program and its arguments; it must end when its parent dies."""

    def ready(self, pid: int) -> bool:
        """Whether the server, started with this process id, answers."""

    def notice(self) -> dict[str, str]:
        """Where to connect."""


class Postgres:
    """PostgreSQL over a Unix socket, with the one database that Scriptorium uses."""

    title: ClassVar[str] = "PostgreSQL"
    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # disconnect everyone, write a checkpoint, end

    def __init__(self, place: Place) -> None:
        self.place = place
        self.programs = postgres_programs()
        self.user = as_whom(place.files)
        self.folder = socket_folder(place)
        self.sockets = self._sockets(self.folder)

    def _sockets(self, folder: Path) -> Path:
        if self.user is None:
            return folder
        # Root has stepped down: the server must be able to pass through our folders, and have one of its own.
        for passed in {folder, self.place.data}:
            passed.chmod(0o711)
        own = folder / "s"
        own.mkdir(mode=0o700, exist_ok=True)
        os.chown(own, self.user, self.user)
        return own

    def prepare(self) -> None:
        end_strays(self.place.files, "postgres")
        for stale in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / stale).unlink(missing_ok=True)
        self._forget_recycled_pid()
        if not (self.place.files / "PG_VERSION").exists():
            self._create()

    def _forget_recycled_pid(self) -> None:
        # After a power cut the id in the file may belong to any program; PostgreSQL would refuse to start.
        # No server works in the folder (we have just looked), so the file is certainly stale.
        pid_file = self.place.files / "postmaster.pid"
        if pid_file.exists():
            pid = pid_file.read_text().split("\n", 1)[0].strip()
            if pid.isdigit() and Path("/proc", pid).exists():
                pid_file.unlink()

    def _create(self) -> None:
        new = self.place.files.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(new, self.user, self.user)
        as_user = prefix(self.user, "KILL")
        locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin"]
        initdb = [*as_user, str(self.programs / "initdb"), "-D", str(new), "-U", "postgres", "--auth=trust"]
        environment = clean_environment()
        subprocess.run(
            [*initdb, *locale, "--builtin-locale=C.UTF-8", "--no-instructions"],
            check=True,
            env=environment,
            cwd=new,
        )
        single = [*as_user, str(self.programs / "postgres"), "--single", "-D", str(new), "postgres"]
        words = f"CREATE DATABASE {DATABASE};\n".encode()
        subprocess.run(single, input=words, stdout=subprocess.DEVNULL, check=True, env=environment, cwd=new)
        # Only a folder that is whole gets the final name.
        new.rename(self.place.files)

    def command(self) -> list[str]:
        quoted = str(self.sockets).replace('"', '""')
        settings = {**POSTGRES_SETTINGS, "unix_socket_directories": f'"{quoted}"'}
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        program = [str(self.programs / "postgres"), "-D", str(self.place.files)]
        return [*prefix(self.user, "INT"), *program, *options]

    def ready(self, pid: int) -> bool:
        try:
            lines = (self.place.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def notice(self) -> dict[str, str]:
        return {"host": str(self.sockets), "port": str(PORT), "user": "postgres", "name": DATABASE}


class Valkey:
    """Valkey over a Unix socket; it keeps what is written, and refuses rather than forgets when full."""

    title: ClassVar[str] = "Valkey"
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, place: Place) -> None:
        self.place = place
        self.program = valkey_program()
        self.folder = socket_folder(place)
        self.socket = self.folder / "valkey.sock"

    def prepare(self) -> None:
        end_strays(self.place.files, "valkey-server")
        self.place.files.mkdir(mode=0o700, exist_ok=True)

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.place.files),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        words = [word for key, value in options.items() for word in (f"--{key}", value)]
        return [*tied("TERM"), "--", str(self.program), *words]

    def ready(self, pid: int) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")  # while it loads its file it answers -LOADING
            except OSError:
                return False

    def notice(self) -> dict[str, str]:
        return {"socket": str(self.socket)}


SERVERS: dict[str, type[Postgres | Valkey]] = {"postgres": Postgres, "valkey": Valkey}
