"""Real public data through the whole path: `.venv/bin/python -m benchmarks.real_data [--quick] [--keep DIR]`.

Starts a site of its own, imports every file of the shared data folder that fits a format by `import_source`, lets five
scripted people write, return, rewrite and review ten tasks by the API, computes agreement, builds a release, downloads
it and verifies it with `sha256sum -c`. Prints what it did and how long it took; ends with 1 where a number is wrong.
The folder is found by SCRIPTORIUM_SHARED_DATA, or beside the checkout in `../shared/data`.
"""

from __future__ import annotations

import argparse
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

from benchmarks.real_files import FILES, File
from benchmarks.scripted_people import Person
from benchmarks.start import await_ready

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA") or CHECKOUT.parent / "shared" / "data")
SLUG = "real"
ROLES = {
    "writer": "annotator",
    "writer2": "annotator",
    "reviewer": "reviewer",
    "reviewer2": "reviewer",
    "admin": "admin",
}
TASKS = 10


class Operator:
    """Someone at the command line of a site."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        unwanted = ("HOST", "DATABASE_URL", "REDIS_URL", "SCRIPTORIUM_ENV", "MAKELEVEL")
        kept = {name: value for name, value in os.environ.items() if name not in unwanted}
        ours = {"PORT": str(self.port), "SCRIPTORIUM_DATA": str(data), "SCRIPTORIUM_DEMO": "0"}
        self.environment = {**kept, **ours, "LOG_LEVEL": "ERROR"}

    @contextmanager
    def site(self) -> Iterator[str]:
        """A running site, as `make up` runs it; its address."""
        words = [sys.executable, "-m", "config.launcher"]
        launcher = subprocess.Popen(
            words, cwd=CHECKOUT, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            await_ready(launcher, self.port)
            yield f"http://127.0.0.1:{self.port}"
        finally:
            launcher.send_signal(signal.SIGINT)
            launcher.wait(60)

    def run(self, *words: Any) -> tuple[int, str]:
        """The exit code of a command and what it printed; what it said to people is shown as far as one line."""
        command = [sys.executable, "manage.py", *map(str, words)]
        done = subprocess.run(
            command, cwd=CHECKOUT, env=self.environment, capture_output=True, text=True, check=False
        )
        said = done.stderr.splitlines()
        if said:
            print(f"  {said[0][:110]}" + (f" (and {len(said) - 1} more)" if said[1:] else ""))
        return done.returncode, done.stdout

    def must(self, *words: Any) -> str:
        code, said = self.run(*words)
        if code:
            raise SystemExit(f"{words[0]} ended with {code}: {said[:600]}")
        return said


def main() -> None:
    """Do all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only the first file of each kind")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="leave the release in this new directory")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        raise SystemExit(f"There is no {DATA}: set SCRIPTORIUM_SHARED_DATA to the shared data folder.")
    with tempfile.TemporaryDirectory(prefix="scriptorium-real-") as folder:
        operator = Operator(Path(folder) / "data")
        with operator.site() as address:
            people = found(operator, address)
            imported = timed("import", lambda: import_all(operator, quick=arguments.quick))
            timed("write and review", lambda: write_and_review(people))
            timed("agreement", lambda: agree(people["admin"]))
            target = arguments.keep or Path(folder) / f"{SLUG}-0001"
            timed("release", lambda: release(operator, people["admin"], target))
            print(f"{imported:,} tasks in the queue; {TASKS} written, reviewed and released: all well.")


def timed(what: str, work: Any) -> Any:
    began = time.monotonic()
    result = work()
    print(f"{what}: {time.monotonic() - began:.1f} s\n", flush=True)
    return result


def found(operator: Operator, address: str) -> dict[str, Person]:
    """The project and its people, each with a token, who have read the guideline."""
    operator.must("create_project", SLUG, "--title", "Real data", "--reviews", "2")
    people = {}
    for name, role in ROLES.items():
        email = f"{name}@real.test"
        operator.must("add_member", SLUG, email, "--role", role)
        people[name] = Person(address, operator.must("create_token", email).strip())
        people[name].read_guideline(SLUG)
    return people


def import_all(operator: Operator, *, quick: bool) -> int:
    """Import every file; how many tasks that made."""
    print(f"{'file':<58}{'format':<22}{'rows':>7}{'tasks':>7}{'dupl.':>7}{'bad':>6}{'s':>7}")
    tasks = 0
    for known in FILES:
        paths = sorted(DATA.glob(known.path))
        if not paths:
            raise SystemExit(f"The shared data folder has no {known.path}.")
        found = [import_one(operator, known, path) for path in (paths[:1] if quick else paths)]
        tasks += sum(one["imported"] for one in found)
        rows = sum(one["rows"] for one in found)
        if not quick and rows != known.rows:
            raise SystemExit(f"{known.path} should have {known.rows} rows, {rows} were read.")
    return tasks


def import_one(operator: Operator, known: File, path: Path) -> dict[str, Any]:
    began = time.monotonic()
    mapping = [word for pair in known.mapping.items() for word in ("--map", "=".join(pair))]
    skip = ["--skip-bad"] if known.bad else []
    words = [SLUG, path, "--format", known.format, "--licence", known.licence, *mapping, *skip]
    said = json.loads(operator.must("import_source", *words))
    took = time.monotonic() - began
    duplicates, bad = said["duplicates"]["count"], said["bad_rows"]
    if said["imported"] + duplicates + bad != said["rows"] or bad != known.bad:
        raise SystemExit(f"{path}: the numbers do not fit together: {said}")
    name = str(path.relative_to(DATA))
    print(
        f"{name:<58}{known.format:<22}{said['rows']:>7,}{said['imported']:>7,}{duplicates:>7}{bad:>6}{took:>7.1f}",
        flush=True,
    )
    return dict(said)


def write_and_review(people: dict[str, Person]) -> None:
    """Ten tasks: written by two, each reviewed by two, the first returned once and written anew."""
    writer = people["writer"]
    first = writer.write(SLUG, answer(0))
    for name in ("reviewer", "reviewer2"):
        people[name].review(SLUG, "request_changes", level=1, comment="Say more about why.")
    returned = writer.claim(SLUG)
    if returned["demonstration"] != first["id"]:
        raise SystemExit("The writer did not get the returned work first.")
    draft = writer.save(returned, answer(0) + " And this is why.")
    writer.post(f"assignments/{returned['id']}/submit/", {"version": draft["version"]})
    for number in range(1, TASKS):
        people["writer2" if number % 2 else "writer"].write(SLUG, answer(number))
    for name in ("reviewer", "reviewer2"):
        while people[name].review(SLUG) is not None:
            pass
    approved = people["admin"].get(f"projects/{SLUG}/demonstrations/?state=approved")["results"]
    print(
        f"{len(approved)} demonstrations approved, in {len({one['task']['kind'] for one in approved})} kinds"
    )
    if len(approved) != TASKS:
        raise SystemExit(f"{TASKS} should be approved.")


def answer(number: int) -> str:
    return f"Scripted answer {number}: the question is read, understood, and answered in one plain sentence."


def agree(admin: Person) -> None:
    job = admin.awaited(admin.post(f"projects/{SLUG}/agreement/")["id"])
    report = admin.get(f"projects/{SLUG}/agreement/")["results"][0]
    measures = {one["measure"] for one in report["results"]}
    print(f"agreement {job['state']}: {len(report['results'])} coefficients over {len(measures)} measures")


def release(operator: Operator, admin: Person, target: Path) -> None:
    """Build, download, verify, build again."""
    started = admin.post(f"projects/{SLUG}/releases/")
    job = admin.awaited(started["job"]["id"])
    if job["state"] != "succeeded":
        raise SystemExit(f"The release failed: {job}")
    admin.download(SLUG, started["number"], target)
    sums = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=target, capture_output=True, text=True, check=False
    )
    print(sums.stdout, end="")
    lines = [
        json.loads(line) for path in (target / "data").iterdir() for line in path.read_text().splitlines()
    ]
    if sums.returncode or len(lines) != TASKS:
        raise SystemExit(f"The release is not what it should be: {sums.stderr} {len(lines)} rows")
    print(operator.must("verify_release", target).strip())
    again = target.with_name(target.name + "-again")
    operator.must("build_release", SLUG, "--again", started["number"], "--out", again)
    same = all(
        path.read_bytes() == (again / path.relative_to(target)).read_bytes()
        for path in target.rglob("*")
        if path.is_file()
    )
    print(f"written again from its frozen selection: {'the same bytes' if same else 'OTHER BYTES'}")
    if not same:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
