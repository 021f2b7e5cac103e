"""How fast a release is built, against `COPY … TO STDOUT` of the same columns, in one run, taking turns.

Run as ``python -m benchmarks.release [--sizes 10000 100000] [--rounds 3] [--data DIR]``. The database, its synthetic
volume and the files lie in DIR (a folder of its own that is kept, so that a second run begins at once); nothing else is
touched. Each build is a process of its own: what it grows by is its own. Printed are medians: rows a second of the
floor, of the writing and of the whole build with its freeze; the peak growth of memory; the longest transaction beside
the freeze.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROUNDS = 3
SIZES = (10_000, 100_000, 1_000_000)
# What the writer reads of a row, as the floor reads it: the same joins, all of it at once.
FLOOR = """COPY (
    SELECT i.demonstration_id, i.source_id, n.author_id, n.category, n.language, i.quality_rating, i.scores, i.reviews,
        n.guideline_version_id, i.rubric_version_id, i.origin, i.created, i.approved, i.context, i.metadata, i.lineage,
        n.messages
    FROM review_releaseitem i JOIN annotate_revision n ON n.id = i.revision_id
    WHERE i.release_id = {release} ORDER BY i.split, i.position
) TO STDOUT"""


def set_up(data: Path) -> None:
    os.environ["SCRIPTORIUM_DATA"] = str(data)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    import django

    django.setup()


def filled(size: int) -> str:
    """The project with `size` approved demonstrations, made once."""
    from django.utils import timezone

    from review.demo.volume import fill
    from workspace.models import Project
    from workspace.projects import create_project

    slug = f"size-{size}"
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        project = create_project(slug=slug, title=f"{size:,} rows", by=None, now=timezone.now())
        begun = time.perf_counter()
        fill(project, tasks=size, demonstrations=size, reviews=size, now=timezone.now())
        print(f"filled {slug} in {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    return slug


def peak_memory() -> float:
    """The most megabytes this program has held so far; `ru_maxrss` would begin with what its parent held."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


def build(slug: str) -> None:
    """The child: freeze, say so, write; print seconds and memory as JSON."""
    from django.utils import timezone

    from review import building, freezing, publishing
    from review.selecting import Selection
    from workspace.models import Project

    project = Project.objects.get(slug=slug)
    release = publishing.begin(project, by=None, now=timezone.now())
    begun = time.perf_counter()
    freezing.freeze(release, Selection())
    frozen = time.perf_counter()
    print("frozen", flush=True)
    before = peak_memory()
    building.build(release, by=None, clock=timezone.now)
    ended = time.perf_counter()
    growth = peak_memory() - before
    told = {
        "release": release.pk,
        "rows": release.rows,
        "freeze": frozen - begun,
        "write": ended - frozen,
        "growth": growth,
        "bytes": release.bytes,
    }
    print(json.dumps(told), flush=True)


def built(slug: str, data: Path) -> dict[str, Any]:
    """One build in a process of its own, watched for its longest transaction once it has frozen."""
    command = [sys.executable, "-m", "benchmarks.release", "--build", slug, "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        if child.stdout.readline() != "frozen\n":
            raise SystemExit(f"The build of {slug} failed before it was frozen.")
        with longest_transaction() as longest:
            lines = child.stdout.read().splitlines()
    if child.returncode:
        raise SystemExit(f"The build of {slug} failed.")
    told: dict[str, Any] = json.loads(lines[-1])
    return {**told, "transaction": longest[0]}


@contextmanager
def longest_transaction() -> Iterator[list[float]]:
    """Looks every 20 ms how long the oldest transaction of other connections lasts; autovacuum is none of ours."""
    from django.db import connection

    longest, stop = [0.0], threading.Event()

    def look() -> None:
        with connection.cursor() as cursor:
            while not stop.wait(0.02):
                cursor.execute(
                    "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float "
                    "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    "AND backend_type = 'client backend'"
                )
                longest[0] = max(longest[0], cursor.fetchone()[0])
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield longest
    finally:
        stop.set()
        thread.join()


def floor(release: int) -> float:
    """Seconds of one COPY of the rows of a release, thrown away as they come."""
    from django.db import connection

    connection.ensure_connection()
    begun = time.perf_counter()
    with connection.connection.cursor() as cursor, cursor.copy(FLOOR.format(release=release)) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - begun


def forget_releases() -> None:
    """Releases are never deleted; this database is only ours."""
    import shutil

    from django.core.files.storage import default_storage
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE review_releaseitem, review_releasefile, review_release")
    shutil.rmtree(default_storage.path("releases"), ignore_errors=True)


def measured(size: int, rounds: int, data: Path) -> dict[str, float]:
    slug = filled(size)
    figures: list[dict[str, float]] = []
    for _ in range(rounds):
        told = built(slug, data)
        figures.append({**told, "floor": floor(told["release"])})
        forget_releases()
    return {key: statistics.median(one[key] for one in figures) for key in figures[0]} | {
        "transaction": max(one["transaction"] for one in figures),
        "growth": max(one["growth"] for one in figures),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--data", type=Path, default=Path(tempfile.gettempdir()) / "scriptorium-benchmark-release"
    )
    parser.add_argument("--build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    set_up(options.data)
    if options.build:
        build(options.build)
        return
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    forget_releases()
    head = (
        "rows",
        "COPY/s",
        "write/s",
        "of COPY",
        "whole/s",
        "of COPY",
        "freeze s",
        "MB grown",
        "longest tx s",
    )
    print(" ".join(f"{name:>12}" for name in head))
    for size in options.sizes:
        found = measured(size, options.rounds, options.data)
        rates = [size / found["floor"], size / found["write"], size / (found["freeze"] + found["write"])]
        print(
            f"{size:>12,} {rates[0]:>12,.0f} {rates[1]:>12,.0f} {rates[1] / rates[0]:>12.2f} {rates[2]:>12,.0f} "
            f"{rates[2] / rates[0]:>12.2f} {found['freeze']:>12.2f} {found['growth']:>12.1f} "
            f"{found['transaction']:>12.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
