"""Who keeps the private servers alive, and what is left when nobody does: nothing."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from pathlib import Path

import pytest

from .conftest import Start, ask, both_answer, command, guardian_of, inhabitants, postmaster_of, within

pytestmark = pytest.mark.slow


def test_processes_that_start_at_once_share_the_same_servers(start: Start, data: Path) -> None:
    users = [start(data) for _ in range(8)]
    assert len({user.where() for user in users}) == 1
    lines = [command(pid) for pid in inhabitants(data)]
    assert sum(b"-S" in line for line in lines) == 2, "one guardian for each server"
    assert sum(line.startswith(b"postgres: checkpointer") for line in lines) == 1
    assert sum(b"valkey-server" in line.split(b" ")[0] for line in lines) == 1
    for user in users[1:]:
        user.leave()
    assert both_answer(users[0].where())
    users[0].leave()
    assert within(10, lambda: not inhabitants(data))


def test_the_last_user_takes_the_servers_along_when_it_is_killed(start: Start, data: Path) -> None:
    first, last = start(data), start(data)
    first.where(), last.where()
    first.kill()
    assert both_answer(last.where())
    last.kill()
    assert within(10, lambda: not inhabitants(data))


def test_a_forked_child_keeps_the_servers_after_its_parent_was_killed(start: Start, data: Path) -> None:
    parent = start(data, "postgres,valkey,fork")
    where, child = parent.where(), int(parent.line())
    parent.process.kill()
    parent.process.wait()
    assert not within(1, lambda: not both_answer(where))
    os.kill(child, signal.SIGKILL)
    assert within(10, lambda: not inhabitants(data))


def test_an_interrupt_of_the_terminal_does_not_reach_the_servers_of_others(start: Start, data: Path) -> None:
    first, other = start(data), start(data)
    first.where(), other.where()
    for name in ("postgres", "valkey"):
        for terminal in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            os.kill(guardian_of(data, name), terminal)
    first.kill(signal.SIGINT)
    assert not within(0.5, lambda: not both_answer(other.where()))


def test_a_killed_guardian_takes_its_servers_and_the_next_start_works(start: Start, data: Path) -> None:
    user = start(data)
    ask(user.where(), "CREATE TABLE kept AS SELECT 7 AS number")
    for name in ("postgres", "valkey"):
        os.kill(guardian_of(data, name), signal.SIGKILL)
    assert within(10, lambda: not inhabitants(data))
    # The first user still holds its locks: the newcomer starts the servers for both.
    newcomer = start(data)
    assert newcomer.where() == user.where()
    assert ask(user.where(), "SELECT number FROM kept") == 7


def test_a_newcomer_right_after_the_guardian_was_killed_waits_for_the_servers_to_end(
    start: Start, data: Path
) -> None:
    user = start(data)
    user.where()
    for name in ("postgres", "valkey"):
        os.kill(guardian_of(data, name), signal.SIGKILL)
    assert both_answer(start(data).where())


def test_a_killed_server_is_started_again_with_what_was_committed(start: Start, data: Path) -> None:
    user = start(data)
    ask(user.where(), "CREATE TABLE kept AS SELECT 7 AS number")
    killed = postmaster_of(data)
    os.kill(killed, signal.SIGKILL)
    assert within(20, lambda: both_answer(user.where()))
    assert postmaster_of(data) != killed
    assert ask(start(data).where(), "SELECT number FROM kept") == 7


def test_everything_killed_at_once_recovers_at_the_next_start(start: Start, data: Path) -> None:
    user = start(data)
    ask(user.where(), "CREATE TABLE kept AS SELECT 7 AS number")
    for pid in [user.process.pid, *inhabitants(data)]:
        with contextlib.suppress(ProcessLookupError):  # its parent was killed just before, and took it along
            os.kill(pid, signal.SIGKILL)
    user.process.communicate()
    next_user = start(data)
    assert both_answer(next_user.where())
    assert ask(next_user.where(), "SELECT number FROM kept") == 7


def test_a_process_id_that_now_belongs_to_another_program_does_not_stop_the_start(
    start: Start, data: Path
) -> None:
    user = start(data)
    user.where()
    for pid in [user.process.pid, *inhabitants(data)]:
        os.kill(pid, signal.SIGKILL)
    user.process.communicate()
    # As after a power cut, when ids begin again.
    for stale in (data / "postgres" / "postmaster.pid", data / "run" / ".s.PGSQL.5432.lock"):
        _, rest = stale.read_text().split("\n", 1)
        stale.write_text(f"{os.getpid()}\n{rest}")
    assert both_answer(start(data).where())


def test_a_removed_data_folder_ends_its_servers(start: Start, data: Path) -> None:
    user = start(data)
    user.where()
    old = inhabitants(data)
    valkey = next(pid for pid in old if b"valkey-server" in command(pid).split(b" ")[0])
    while data.exists():  # the servers go on writing into it meanwhile
        shutil.rmtree(data, ignore_errors=True)
    with contextlib.suppress(ProcessLookupError):
        os.kill(valkey, signal.SIGKILL)
    # A newcomer makes the folder anew, with locks and guardians of its own.
    assert both_answer(start(data).where())
    user.kill()
    assert within(10, lambda: not set(old) & set(inhabitants(data)))
