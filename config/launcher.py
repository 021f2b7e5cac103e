"""What `make up` runs: look whether it can work here, prepare, then run web, worker and scheduler.

Enters: environment variables (`HOST`, `PORT` and those of `config.environment`). Leaves: a running site, and
nothing once it ends: the private servers are held by a lock of this process, the programs are tied to it. It
imports no Django: what needs it happens in processes that end.
"""

from __future__ import annotations

import ctypes
import http.client
import ipaddress
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import embedded, environment, preflight
from .embedded.programs import tied
from .supervisor import Supervisor, say

CHECKOUT = Path(__file__).resolve().parent.parent
EVERY_ADDRESS = ("0.0.0.0", "::")
READY_SECONDS = 90.0
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Check, prepare, run; ends with the sentence of whatever refuses."""
    preflight.check_python()
    os.chdir(CHECKOUT)  # the programs are modules of the checkout
    host = os.environ.get("HOST") or "127.0.0.1"
    port = preflight.port_of(os.environ.get("PORT") or "8000")
    end_with_make()
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
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            said, _ = process.communicate()
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


def commands(host: str, port: int, data: Path) -> dict[str, list[str]]:
    """The three programs; the same words run in containers and under `systemd`."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    tie = [*tied("TERM"), "--"] if shutil.which("setpriv") else []
    python = [*tie, sys.executable, "-m"]
    web = ["gunicorn", "config.wsgi", "--bind", address, "--workers", "2", "-k", "gthread", "--threads", "4"]
    # Loaded once and forked: half the memory, half the start. Threads: a slow download holds no worker.
    web += ["--preload", "--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning"]
    worker = ["celery", "-A", "config", "worker", "--concurrency", "2", "--max-memory-per-child", "400000"]
    worker += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    beat = [
        "celery",
        "-A",
        "config",
        "beat",
        "--schedule",
        str(data / "beat-schedule"),
        "--loglevel",
        "WARNING",
    ]
    beat += ["--pidfile", ""]
    return {"web": [*python, *web], "worker": [*python, *worker], "beat": [*python, *beat]}


def announce(host: str, port: int, allowed: tuple[str, ...], said: str) -> None:
    """Wait until everything answers, then say where to go."""
    reach = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    known_as = next((name.lstrip(".") for name in allowed if name != "*"), reach)
    end = time.monotonic() + READY_SECONDS
    last = "no answer"
    while time.monotonic() < end:
        status, last = look(reach, port, known_as)
        if status == 200:
            shown = f"[{reach}]" if ":" in reach else reach
            say(
                "\n".join(
                    part for part in ("", f"Scriptorium is ready: http://{shown}:{port}/", said, "") if part
                )
            )
            say("Press Ctrl-C to stop.")
            return
        time.sleep(0.1)
    say(f"Scriptorium is still not ready after {READY_SECONDS:.0f} seconds; /readyz said: {last}")


def look(host: str, port: int, known_as: str) -> tuple[int, str]:
    """What `/readyz` answers now; status 0 where nothing does."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": known_as})
        answer = connection.getresponse()
        return answer.status, f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
