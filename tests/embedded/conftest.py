"""A data folder, and programs that use the private servers in it: started, talked to, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
import redis

from config.embedded.places import Place

CHECKOUT = Path(__file__).resolve().parents[2]
# Says where the servers are and lives until its input ends; with "fork", its child lives on as a user.
PROGRAM = """
import os, sys
from pathlib import Path
from config.embedded import ensure
wants = sys.argv[2].split(",")
found = ensure(Path(sys.argv[1]), postgres="postgres" in wants, valkey="valkey" in wants)
print(found.socket_dir, found.redis_socket, sep="\\t", flush=True)
if "fork" in wants and os.fork() == 0:
    print(os.getpid(), flush=True)
sys.stdin.read()
"""


class User:
    """A program that holds the private servers."""

    def __init__(self, data: Path, wants: str, before: list[str], environment: dict[str, str]) -> None:
        self.found: tuple[str, str] | None = None
        self.process = subprocess.Popen(
            [*before, sys.executable, "-c", PROGRAM, str(data), wants],
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def where(self) -> tuple[str, str]:
        """Wait until it is served; the socket folder and the Valkey socket."""
        if self.found is None:
            line = self.line()
            assert line, f"it ended instead: {self.last_words()}"
            host, _, socket = line.partition("\t")
            self.found = (host, socket)
        return self.found

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def last_words(self) -> str:
        """Wait until it ends by itself; what it said to people."""
        return self.process.communicate(timeout=60)[1]

    def kill(self, how: int = signal.SIGKILL) -> None:
        self.process.send_signal(how)
        self.process.communicate()

    def leave(self) -> None:
        self.process.communicate(timeout=20)


Start = Callable[..., User]


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder that does not exist yet; after the test no process may be left in it."""
    with tempfile.TemporaryDirectory(prefix="scriptorium test ") as parent:
        folder = Path(parent).resolve() / "data"
        yield folder
        gone = within(20, lambda: not inhabitants(folder))
        for pid in inhabitants(folder):
            os.kill(pid, signal.SIGKILL)
        assert gone, "servers outlived their last user"


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    """Start a user of the servers in a data folder; after the test all of them are killed."""
    users: list[User] = []

    def begin(
        folder: Path,
        wants: str = "postgres,valkey",
        *,
        before: list[str] | None = None,
        environment: dict[str, str] | None = None,
    ) -> User:
        users.append(User(folder, wants, before or [], environment or {}))
        return users[-1]

    yield begin
    for user in users:
        if user.process.returncode is None:
            user.kill()


def inhabitants(data: Path) -> list[int]:
    """The processes that work in a data folder, and the guardians that publish from it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                inside = (entry / "cwd").readlink().is_relative_to(data)
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            guards = b"-S" in words and any(word.startswith(os.fsencode(data)) for word in words)
            if inside or guards:
                found.append(int(entry.name))
    return found


def guardian_of(data: Path, name: str) -> int:
    notice = Place(data.resolve(), name).read()
    assert notice is not None
    return int(notice["guardian"])


def postmaster_of(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


def within(seconds: float, true: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


def command(pid: int) -> bytes:
    """The command line of a process, or nothing where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def ask(where: tuple[str, str], statement: LiteralString) -> Any:
    """Ask the private PostgreSQL for one value; None where the statement gives no row."""
    with psycopg.connect(host=where[0], port=5432, user="postgres", dbname="scriptorium") as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def both_answer(where: tuple[str, str]) -> bool:
    """Whether PostgreSQL answers a query and Valkey a ping, now."""
    try:
        with redis.Redis(unix_socket_path=where[1]) as broker:
            return ask(where, "SELECT 1") == 1 and bool(broker.ping())
    except (psycopg.OperationalError, redis.RedisError):
        return False
