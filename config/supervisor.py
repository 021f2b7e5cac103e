"""Run several programs side by side until one of them fails for good, or we are told to stop.

Enters: named commands. Leaves: their output, line by line, each under its name. Called by `config.launcher`.

A program that ends by itself is started again, as a container's restart policy would; one that keeps ending
stops everything. Each program is the head of a process group, so that its children go with it; its command
ties it to us, so that it ends when we are killed.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FrameType

STOP_SECONDS = 8.0
SAME_GESTURE = 1.0  # a closed terminal sends several signals at once; one that comes later insists
WAKE_SECONDS = 0.5
RESTARTS = 4  # within RESTART_WINDOW seconds; one more stops everything
RESTART_WINDOW = 60.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Program:
    """One program, and what we remember of it."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def signal_all(self, number: signal.Signals) -> None:
        """Signal the program and every child of its group."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                return


class Supervisor:
    """Starts the programs, relays what they say, and stops all of them."""

    def __init__(self, commands: Mapping[str, list[str]]) -> None:
        self.programs = {name: Program(name, command) for name, command in commands.items()}
        # A simple queue may be put to from a signal handler while the main thread waits on it.
        self.events: queue.SimpleQueue[str | signal.Signals] = queue.SimpleQueue()
        self.width = max(map(len, commands), default=0)

    def run(self, when_started: Callable[[], None]) -> int:
        """Run until told to stop.

        Args:
            when_started: called in a thread of its own once all programs have been started.

        Returns:
            0 when told to stop, 1 when a program kept ending.
        """
        for number in ENDING:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._told)
        for program in self.programs.values():
            self._start(program)
        threading.Thread(target=when_started, daemon=True).start()
        code = self._watch()
        self._stop()
        return code

    def _told(self, number: int, _frame: FrameType | None) -> None:
        self.events.put(signal.Signals(number))

    def _next(self) -> str | signal.Signals | None:
        """The next event, or None after a while.

        The kernel may hand a signal to any thread, but its handler runs in this one, and only once it wakes.
        """
        try:
            return self.events.get(timeout=WAKE_SECONDS)
        except queue.Empty:
            return None

    def _watch(self) -> int:
        while True:
            event = self._next()
            if event is None:
                continue
            if isinstance(event, signal.Signals):
                say("Stopping …")
                return 0
            program = self.programs[event]
            now = time.monotonic()
            program.deaths = [death for death in program.deaths if now - death < RESTART_WINDOW] + [now]
            code = program.process.returncode if program.process else None
            program.signal_all(signal.SIGKILL)  # children that it left would hold its port or its jobs
            program.process = None
            if len(program.deaths) > RESTARTS:
                say(f"{program.name} keeps ending ({code}); its last lines are above. Stopping everything.")
                return 1
            say(f"{program.name} ended by itself ({code}); starting it again.")
            self._start(program)

    def _start(self, program: Program) -> None:
        # From the main thread: a program is tied to the thread that starts it.
        program.process = subprocess.Popen(
            program.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for follow in (self._relay, self._await):
            threading.Thread(target=follow, args=(program.name, program.process), daemon=True).start()

    def _await(self, name: str, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        self.events.put(name)

    def _relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            say(f"{name:<{self.width}} | {line.decode(errors='replace').rstrip()}")

    def _stop(self) -> None:
        left = {program.name for program in self.programs.values() if program.process is not None}
        began = time.monotonic()
        self._signal(left, signal.SIGTERM)
        insisted = False
        while left:
            event = self._next()
            patience = time.monotonic() - began
            if isinstance(event, str):
                self.programs[event].signal_all(signal.SIGKILL)  # whatever it left of its children
                left.discard(event)
            elif not insisted and patience > (SAME_GESTURE if event else STOP_SECONDS):
                insisted = True
                self._signal(left, signal.SIGKILL)

    def _signal(self, names: set[str], number: signal.Signals) -> None:
        for name in names:
            self.programs[name].signal_all(number)


def say(line: str) -> None:
    """Write a line for people; a terminal that has gone is no reason to fail."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        return
