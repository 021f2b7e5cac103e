"""What `make up` runs: look whether it can work here, prepare, then run web, worker and scheduler.

Enters: environment variables (`HOST`, `PORT` and those of `config.environment`). Leaves: a running site, and
nothing once it ends: the private servers are held by a lock of this process, the programs are tied to it. It
imports no Django: what needs it happens in processes that end.
"""

from __future__ import annotations

import ctypes
import ipaddress
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from . import embedded, environment, preflight
from .embedded.programs import tied
from .health import look, name_of
from .supervisor import Supervisor, say

CHECKOUT = Path(__file__).resolve().parent.parent
EVERY_ADDRESS = ("0.0.0.0", "::")
READY_SECONDS = 90.0
PR_SET_PDEATHSIG = 1

# Loaded once and forked: less memory, a quicker start. Threads: a slow download holds no worker. How many
# workers: gunicorn's own variable WEB_CONCURRENCY.
WEB = ["gunicorn", "config.wsgi", "-k", "gthread", "--threads", "4", "--preload"]
WEB += ["--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"]
WORKER = ["celery", "-A", "config", "worker", "--concurrency", "2", "--max-memory-per-child", "400000"]
WORKER += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
BEAT = ["celery", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", "", "--schedule"]


def main() -> None:
    """Check, prepare, run; ends with the sentence of whatever refuses."""
    preflight.check_python()
    os.chdir(CHECKOUT)  # the programs are modules of the checkout
    host = os.environ.get("HOST") or "127.0.0.1"
    port = preflight.port_of(os.environ.get("PORT") or "8000")
    end_with_make()
    end_with_terminal()
    os.environ.setdefault("WEB_CONCURRENCY", "2")
    allow(host)
    found = environment.read(os.environ, checkout=CHECKOUT)
    preflight.check_port(host, port)
    preflight.check_disk(found.data)
    if found.embedded_database or found.embedded_broker:
        embedded.ensure(found.data, postgres=found.embedded_database, valkey=found.embedded_broker)
    said = prepare(loopback=is_loopback(host))
    supervisor = Supervisor(commands(host, port, found.data))
    sys.exit(supervisor.run(lambda: announce(host, port, found.allowed_hosts, said)))


def end_with_make() -> None:
    """Ask the kernel to end us should `make` be killed: nobody would be left to press Ctrl-C."""
    if "MAKELEVEL" in os.environ and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_with_terminal() -> None:
    """Stop when the terminal closes, also where `make` leads its session: it keeps the signal to itself."""
    if not sys.stdin or not sys.stdin.isatty():
        return
    terminal = select.poll()
    terminal.register(sys.stdin.fileno(), 0)  # no event but the hang-up, which cannot be left out

    def watch() -> None:
        terminal.poll()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("::1")
    (True, True, False, True)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def allow(host: str) -> None:
    """Someone who serves on one address means to be reached there; every address at once needs names."""
    if is_loopback(host) or os.environ.get("ALLOWED_HOSTS"):
        return
    if host in EVERY_ADDRESS:
        say("Pages answer on this machine only: set ALLOWED_HOSTS to the names or addresses others will use.")
        return
    name = f"[{host}]" if ":" in host else host
    os.environ["ALLOWED_HOSTS"] = ",".join([name, *environment.LOOPBACK_HOSTS])


def prepare(*, loopback: bool) -> str:
    """Check, migrate, collect static files, make the demo; returns what a person should read at the end."""
    command = [sys.executable, "-m", "config.preparation", "loopback" if loopback else "network"]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = wait_for(process)
        except KeyboardInterrupt:
            process.wait()
            sys.exit(130)
        finally:
            if process.poll() is None:
                process.terminate()
    if process.returncode:
        say(said.rstrip())
        sys.exit(1)
    return said.rstrip()


def wait_for(process: subprocess.Popen[str]) -> str:
    """What a process says until it ends; awake now and then, for handlers of signals run only then."""
    while True:
        try:
            return process.communicate(timeout=0.5)[0]
        except subprocess.TimeoutExpired:
            continue


def commands(host: str, port: int, data: Path) -> dict[str, list[str]]:
    """The three programs, each tied to us; the words after the tie are those that containers run."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    tie = [*tied("TERM"), "--"] if shutil.which("setpriv") else []
    programs = {
        "web": [*WEB, "--bind", address],
        "worker": WORKER,
        "beat": [*BEAT, str(data / "beat-schedule")],
    }
    return {name: [*tie, sys.executable, "-m", *words] for name, words in programs.items()}


def announce(host: str, port: int, allowed: tuple[str, ...], said: str) -> None:
    """Wait until everything answers, then say where to go."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    known_as = name_of(",".join(allowed), reach)
    end = time.monotonic() + READY_SECONDS
    last = "no answer"
    while time.monotonic() < end:
        status, last = look(reach, port, known_as)
        if status == 200:
            shown = f"[{reach}]" if ":" in reach else reach
            say(f"\nScriptorium is ready: http://{shown}:{port}/\n{said}".rstrip())
            say("Press Ctrl-C to stop.")
            return
        time.sleep(0.25)
    say(f"Scriptorium is still not ready after {READY_SECONDS:.0f} seconds; /readyz said: {last}")


if __name__ == "__main__":
    main()
