"""The launcher with everything it launches: ready, kept up, and gone without a trace however it ends."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.start import tree
from config.health import look

from .conftest import CHECKOUT, inhabitants, within

pytestmark = pytest.mark.slow
OTHERWISE_SET = ("HOST", "DATABASE_URL", "REDIS_URL", "SCRIPTORIUM_ENV")


class Site:
    """What `make up` runs, as make does: by a shell that waits, on a terminal; on a free port and fresh data."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        ours = {
            "PORT": str(self.port),
            "SCRIPTORIUM_DATA": str(data),
            "SCRIPTORIUM_DEMO": "0",
            "MAKELEVEL": "1",
        }
        kept = {name: value for name, value in os.environ.items() if name not in OTHERWISE_SET}
        self.terminal, side = pty.openpty()
        self.make = subprocess.Popen(
            ["sh", "-c", f"{shlex.quote(sys.executable)} -m config.launcher; true"],
            cwd=CHECKOUT,
            env={**kept, **ours},
            stdin=side,
            stdout=subprocess.DEVNULL,
        )
        os.close(side)

    def is_ready(self) -> bool:
        return look("127.0.0.1", self.port, "127.0.0.1")[0] == 200

    def members(self) -> dict[int, str]:
        """Every process, by id."""
        return dict(tree(self.make.pid))

    def the(self, sign: str) -> int | None:
        """The first process whose command line holds a text."""
        return next(
            (pid for pid, words in self.members().items() if sign in words and "sh -c" not in words), None
        )

    def launcher(self) -> int:
        found = self.the("config.launcher")
        assert found is not None
        return found

    def close_terminal(self) -> None:
        if self.terminal >= 0:
            os.close(self.terminal)
            self.terminal = -1


@pytest.fixture
def site(data: Path) -> Iterator[Site]:
    site = Site(data)
    yield site
    members = site.members()
    site.close_terminal()
    for pid in members:
        if Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)
    site.make.wait()


ENDINGS = {
    "Ctrl-C": lambda site: os.kill(site.launcher(), signal.SIGINT),
    "the terminal closed": Site.close_terminal,
    "make killed": lambda site: site.make.kill(),
    "the launcher killed": lambda site: os.kill(site.launcher(), signal.SIGKILL),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_nothing_is_left(site: Site, data: Path, ending: str) -> None:
    assert within(90, site.is_ready)
    members = [pid for pid in site.members() if pid != site.make.pid]
    assert len([words for words in site.members().values() if "gunicorn" in words]) == 3, (
        "a master, two workers"
    )
    ENDINGS[ending](site)
    assert within(20, lambda: not any(Path(f"/proc/{pid}").exists() for pid in members))
    assert within(10, lambda: not inhabitants(data))
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", site.port), timeout=1)


def test_a_killed_worker_comes_back(site: Site) -> None:
    assert within(90, site.is_ready)
    worker = site.the(" worker ")
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    assert within(30, lambda: site.the(" worker ") not in (None, worker))
    assert within(30, site.is_ready)
