"""The launcher with everything it launches: ready, kept up, and gone without a trace."""

from __future__ import annotations

import os
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


class Site:
    """What `make up` runs, on a free port and a data folder of its own."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        environment = {
            **os.environ,
            "PORT": str(self.port),
            "SCRIPTORIUM_DATA": str(data),
            "SCRIPTORIUM_DEMO": "0",
        }
        for name in ("HOST", "DATABASE_URL", "REDIS_URL", "SCRIPTORIUM_ENV", "MAKELEVEL"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.launcher"],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )

    def is_ready(self) -> bool:
        return look("127.0.0.1", self.port, "127.0.0.1")[0] == 200

    def members(self) -> dict[int, str]:
        return dict(tree(self.process.pid))


@pytest.fixture
def site(data: Path) -> Iterator[Site]:
    site = Site(data)
    yield site
    members = site.members()
    site.process.kill()
    site.process.wait()
    for pid in members:
        if pid != site.process.pid and Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)


def test_a_killed_part_comes_back_and_a_killed_launcher_leaves_nothing(site: Site, data: Path) -> None:
    assert within(60, site.is_ready)
    worker = next(pid for pid, words in site.members().items() if " worker " in words)
    os.kill(worker, signal.SIGKILL)
    assert within(
        30, lambda: worker not in site.members() and any(" worker " in w for w in site.members().values())
    )
    assert within(30, site.is_ready)
    members = site.members()
    assert sum("gunicorn" in words for words in members.values()) == 3, "a master and two workers"
    site.process.kill()
    site.process.wait()
    assert within(
        20, lambda: not any(Path(f"/proc/{pid}").exists() for pid in members) and not inhabitants(data)
    )


def test_an_interrupt_leaves_nothing(site: Site, data: Path) -> None:
    assert within(60, site.is_ready)
    members = site.members()
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(30) == 0
    assert within(
        5, lambda: not any(Path(f"/proc/{pid}").exists() for pid in members) and not inhabitants(data)
    )
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", site.port), timeout=1)
