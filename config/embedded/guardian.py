"""The guardian: one small process per server that starts it, keeps it up, and ends it after its last user.

Started by `ensure`, in a session of its own. It holds the guardian's lock for its life; the server is tied to
it and ends when it is killed. It learns that nobody is left from the users' lock, which the kernel frees on
any death.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from .places import Place, leave_socket_folder, open_lock
from .servers import SERVERS, Server, clean_environment

START_SECONDS = 120.0  # a recovery after a crash may take its time
STOP_SECONDS = 30.0
RESTARTS = 5  # a server that dies this often within RESTART_WINDOW is not started again
RESTART_WINDOW = 60.0


class Guardian:
    """Keeps one server for as long as it has users."""

    def __init__(self, server: Server, lock: int) -> None:
        self.server = server
        self.lock = lock
        self.place = server.place
        self.process: subprocess.Popen[bytes] | None = None
        self.leaving = False
        self.turn = threading.Lock()  # a start and the decision to leave must not cross

    def run(self) -> int:
        """Guard until the last user has gone; returns the exit code."""
        threading.Thread(target=self._leave_after_last_user, daemon=True).start()
        starts: list[float] = []
        while True:
            now = time.monotonic()
            starts = [moment for moment in starts if now - moment < RESTART_WINDOW] + [now]
            if len(starts) > RESTARTS:
                say(f"{self.server.title} ended {RESTARTS} times in a row; giving up")
                return 1
            if not self._start():
                return 0 if self.leaving else 1
            assert self.process is not None
            code = self.process.wait()
            with self.turn:
                self.place.notice.unlink(missing_ok=True)
                if self.leaving:
                    return 0
            if not self._still_ours():
                say("the data folder was removed; leaving")
                return 1
            say(f"{self.server.title} ended by itself ({code}); starting it again")

    def _start(self) -> bool:
        """Start the server and publish the notice once it answers."""
        self.server.prepare()
        with self.turn:
            if self.leaving:
                return False
            # From the main thread: the server is tied to the thread that starts it.
            self.process = subprocess.Popen(
                self.server.command(), stdin=subprocess.DEVNULL, cwd=self.place.files, env=clean_environment()
            )
        end = time.monotonic() + START_SECONDS
        while not self.server.ready(self.process.pid):
            if self.process.poll() is not None:
                return False
            if time.monotonic() > end:
                self._stop(self.process)
                return False
            time.sleep(0.01)
        with self.turn:
            if not self.leaving:
                self.place.publish({**self.server.notice(), "guardian": str(os.getpid())})
        return True

    def _still_ours(self) -> bool:
        # Who removes the folder removes the locks with it; the next user makes new ones, and a guardian.
        try:
            return os.path.samestat(os.fstat(self.lock), self.place.guardian.stat())
        except FileNotFoundError:
            return False

    def _leave_after_last_user(self) -> None:
        fcntl.flock(open_lock(self.place.users), fcntl.LOCK_EX)  # returns when nobody is left
        with self.turn:
            self.leaving = True
            # Gone before the server is: a newcomer waits for our locks and starts afresh.
            self.place.notice.unlink(missing_ok=True)
            process = self.process
        if process is not None:
            self._stop(process)

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        for ask in (self.server.stop_signal, signal.SIGQUIT, signal.SIGKILL):
            process.send_signal(ask)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            return


def say(message: str) -> None:
    """Write a line into the log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} guardian: {message}\n")
    sys.stderr.flush()


def main(data: str, name: str) -> None:
    """Become the guardian of a server, unless there is one.

    The process that was started ends at once with 0, and the guardian lives on: so it is nobody's child, and
    leaves no zombie with the program that happened to come first.
    """
    place = Place(Path(data), name)
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    lock = open_lock(place.guardian)
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    place.notice.unlink(missing_ok=True)
    if os.fork():
        os._exit(0)  # the lock stays with the child
    code = 1
    try:
        server = SERVERS[name](place)
        code = Guardian(server, lock).run()
        leave_socket_folder(place, server.folder)
    except (SystemExit, OSError, subprocess.CalledProcessError) as failure:
        say(str(failure))
    finally:
        place.notice.unlink(missing_ok=True)
        sys.stderr.flush()
        os._exit(code)  # without waiting for the thread at the lock
