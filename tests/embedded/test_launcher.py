"""What `make up` does around the programs: refusals in sentences, programs kept up, nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config import preflight

from .conftest import CHECKOUT, command, within

SUPERVISE = """
import json, sys
from config.supervisor import Supervisor, say
sys.exit(Supervisor(json.loads(sys.argv[1])).run(lambda: say("all started")))
"""
MARK = "scriptorium-supervisor-test"
SLEEP = f'["sh", "-c", "sleep 600 & echo $$ {MARK}; wait"]'

WITHOUT_NOHUP = ["env", "--default-signal=HUP"]


class Supervised:
    """A supervisor in a process of its own."""

    def __init__(self, programs: str) -> None:
        # Under nohup the hang-up is ignored and stays so; the tests ask for what happens without it.
        command = [*WITHOUT_NOHUP, sys.executable, "-c", SUPERVISE, programs]
        self.process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True)
        self.pids: dict[str, list[int]] = {}

    def read_until(self, true: Callable[[str], bool]) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, words = line.partition(" | ")
            if MARK in words:
                self.pids.setdefault(name.strip(), []).append(int(words.split()[0]))
            if true(line):
                return line
        raise AssertionError("it ended before it said what was awaited")

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(20)


@pytest.fixture
def supervise() -> Iterator[Callable[[str], Supervised]]:
    started: list[Supervised] = []

    def begin(programs: str) -> Supervised:
        started.append(Supervised(programs))
        return started[-1]

    yield begin
    for one in started:
        one.process.terminate()  # not killed: these programs are not tied to it
        one.process.communicate(timeout=20)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_every_program_and_its_children(
    supervise: Callable[[str], Supervised], how: signal.Signals
) -> None:
    one = supervise(f'{{"a": {SLEEP}, "b": {SLEEP}}}')
    one.read_until(lambda _: len(one.pids) == 2)
    groups = [pids[0] for pids in one.pids.values()]
    assert one.stop(how) == 0
    assert within(5, lambda: not any(group_is_alive(group) for group in groups))


def test_a_program_that_was_killed_is_started_again(supervise: Callable[[str], Supervised]) -> None:
    one = supervise(f'{{"a": {SLEEP}}}')
    one.read_until(lambda _: len(one.pids.get("a", ())) == 1)
    os.kill(one.pids["a"][0], signal.SIGKILL)
    one.read_until(lambda _: len(one.pids["a"]) == 2)
    assert not group_is_alive(one.pids["a"][0]), "the children of the killed one must not stay"


def test_a_program_that_keeps_ending_stops_everything(supervise: Callable[[str], Supervised]) -> None:
    one = supervise(f'{{"a": {SLEEP}, "bad": ["sh", "-c", "exit 3"]}}')
    one.read_until(lambda line: line.startswith("bad keeps ending (3)"))
    assert one.process.wait(20) == 1
    assert within(5, lambda: not any(group_is_alive(pid) for pid in one.pids.get("a", ())))


def test_a_program_that_ignores_the_request_is_killed_when_asked_twice(
    supervise: Callable[[str], Supervised],
) -> None:
    one = supervise(
        f'{{"a": ["sh", "-c", "trap \\"\\" TERM; echo $$ {MARK}; while true; do sleep 1; done"]}}'
    )
    one.read_until(lambda _: bool(one.pids))
    one.process.send_signal(signal.SIGINT)
    time.sleep(1.2)
    assert one.process.poll() is None
    assert one.stop(signal.SIGINT) == 0
    assert within(5, lambda: not group_is_alive(one.pids["a"][0]))


def group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    # A zombie that nobody has awaited yet is no living process.
    return bool(command(group)) or any(
        entry.name.isdigit() and command(int(entry.name)) and os.getpgid(int(entry.name)) == group
        for entry in Path("/proc").iterdir()
    )


def test_a_taken_port_is_refused_with_the_name_of_who_holds_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(preflight.Refused) as refused:
            preflight.check_port("127.0.0.1", port)
    said = str(refused.value)
    assert said.startswith(f"Port {port} is taken by process {os.getpid()} (")
    assert f"make up PORT={port + 1}" in said


def test_a_free_port_passes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    preflight.check_port("127.0.0.1", port)


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(preflight.Refused, match="set it to a number from 1 to 65535"):
        preflight.port_of(text)


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(preflight.Refused, match=r"HOST=192\.0\.2\.1 cannot be listened on"):
        preflight.check_port("192.0.2.1", 8000)


def test_a_data_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(preflight.Refused, match="cannot be written"):
        preflight.check_disk(tmp_path / "file" / "data")


def test_a_full_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "NEEDED_BYTES", 1 << 60)
    with pytest.raises(preflight.Refused, match="MB are free at"):
        preflight.check_disk(tmp_path)


def test_another_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "NEWEST", (3, 10))
    with pytest.raises(preflight.Refused, match=r"Scriptorium needs 3\.11, 3\.12 or 3\.13"):
        preflight.check_python()
