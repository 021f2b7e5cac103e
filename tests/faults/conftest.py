"""A real site for these tests: what `make up` runs, with private servers of its own; its parts can be killed."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from benchmarks.scripted_people import Person
from benchmarks.start import tree
from config.embedded.places import Place
from config.health import look
from tests.embedded.conftest import CHECKOUT, guardian_of, inhabitants, postmaster_of, within

OTHERWISE_SET = (
    "HOST",
    "DATABASE_URL",
    "REDIS_URL",
    "SCRIPTORIUM_ENV",
    "MAKELEVEL",
    "DJANGO_SETTINGS_MODULE",
)
# Long enough for a busy machine to beat in time, short enough to wait for.
HEARTBEAT_LIMIT = 6.0


class Site:
    """The launcher with all it launches, on a free port and fresh data."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {name: value for name, value in os.environ.items() if name not in OTHERWISE_SET}
        self.environment = {
            **kept,
            "PORT": str(self.port),
            "SCRIPTORIUM_DATA": str(data),
            "SCRIPTORIUM_DEMO": "0",
            "JOB_HEARTBEAT_LIMIT": str(HEARTBEAT_LIMIT),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.said = data.with_name("said.log")
        with self.said.open("wb") as out:
            self.launcher = subprocess.Popen(
                [sys.executable, "-m", "config.launcher"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        self.people: dict[str, Person] = {}

    def is_ready(self) -> bool:
        assert self.launcher.poll() is None, self.said.read_text()[-3000:]
        return look("127.0.0.1", self.port, "127.0.0.1")[0] == 200

    def run(self, *words: str) -> Any:
        """What a program of the project prints, run as an operator of this site; JSON."""
        done = subprocess.run(
            [sys.executable, *words], cwd=CHECKOUT, env=self.environment, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()[-3000:]
        return json.loads(done.stdout)

    def ask(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows from the site's database, past everything of ours."""
        where = Place(self.data.resolve(), "postgres").read()
        assert where is not None
        with psycopg.connect(
            host=where["host"], port=where["port"], user="postgres", dbname="scriptorium"
        ) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def worker(self) -> int:
        """The worker's first process; its children do the jobs."""
        return next(pid for pid, words in tree(self.launcher.pid) if " worker " in words)

    def kill_worker(self) -> None:
        """All of it at once, as a machine that loses its power."""
        os.killpg(self.worker(), signal.SIGKILL)

    def kill_children_of_worker(self) -> None:
        """Only those that do the jobs, as the kernel when memory runs out."""
        first = self.worker()
        for pid, _ in tree(first):
            if pid != first:
                os.kill(pid, signal.SIGKILL)

    def stop_database(self, how: signal.Signals) -> None:
        """End PostgreSQL; its guardian starts it again at once."""
        os.kill(postmaster_of(self.data), how)

    @contextmanager
    def without_broker(self, how: signal.Signals) -> Iterator[None]:
        """Valkey ended for a while; started again afterwards."""
        guardian = guardian_of(self.data, "valkey")
        (broker,) = [pid for pid, words in tree(guardian) if "valkey-server" in words]
        os.kill(guardian, signal.SIGSTOP)
        try:
            os.kill(broker, how)
            assert within(10, lambda: ended(broker))
            yield
        finally:
            os.kill(guardian, signal.SIGCONT)

    def close(self) -> None:
        self.launcher.send_signal(signal.SIGINT)
        try:
            self.launcher.wait(30)
        except subprocess.TimeoutExpired:
            self.launcher.kill()
            self.launcher.wait()


def ended(pid: int) -> bool:
    """Whether a process has ended, waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="scriptorium-faults-") as folder:
        site = Site(Path(folder).resolve() / "data")
        try:
            assert within(120, site.is_ready), site.said.read_text()[-3000:]
            told = site.run("-m", "tests.faults.founding")
            site.people = {name: Person(site.address, token) for name, token in told.items()}
            yield site
        finally:
            site.close()
        assert within(20, lambda: not inhabitants(site.data)), "servers outlived the site"


@pytest.fixture(autouse=True)
def well(request: pytest.FixtureRequest) -> None:
    """Each test begins with a site in which every part answers."""
    if "site" in request.fixturenames:
        site: Site = request.getfixturevalue("site")
        assert within(60, site.is_ready), site.said.read_text()[-3000:]


def await_moment(true: Any, seconds: float = 60.0) -> None:
    """Return the moment something becomes true: looked at often, for the moment may be short."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the moment never came"
        time.sleep(0.01)
