"""How fast a source comes in, beside the server's own COPY of the same rows.

Run as ``python -m benchmarks.import_source [--rows 10000 100000 1000000] [--rounds 3]``; prints a table. Servers of
its own, gone afterwards. In each round take turns: the floor, COPY FROM into a bare table without index, key or
constraint; COPY FROM into the tables of the queue as they are, in one transaction; and the import by
`annotate.importing` and `annotate.passes`, with the file's copy and checksum, validation, digests, duplicates, errors
by line, slots, batches and progress. Medians.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from benchmarks.site import a_site, machine

CATEGORIES = ("open_qa", "closed_qa", "summarization", "creative_writing", "classification", "brainstorming")
PIECE = 1024 * 1024


def write_file(path: Path, rows: int) -> None:
    """A JSON lines file of different rows of about 1 KB each."""
    draw = random.Random(rows)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(4000)]
    pool = [" ".join(draw.choices(words, k=45)) for _ in range(4000)]
    with path.open("wb") as file:
        for number in range(rows):
            row = {
                "prompt": f"{number}: {draw.choice(pool)}",
                "context": draw.choice(pool),
                "reference": draw.choice(pool) + "\nThe end.",
                "category": CATEGORIES[number % len(CATEGORIES)],
                "language": "en",
                "external_id": f"row-{number}",
                "metadata": {"difficulty": number % 5, "origin": "synthetic"},
            }
            file.write(orjson.dumps(row) + b"\n")


def timed(work: Callable[[], None]) -> float:
    """The seconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def peak_growth(work: Callable[[], float]) -> tuple[float, float]:
    """What `work` gives, and by how many MB the resident memory of this process rose above its start meanwhile."""
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    given = work()
    return given, memory("VmHWM") - before


def memory(name: str) -> float:
    """A line of this process's status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) / 1024
    raise KeyError(name)


class Rounds:
    """The three ways of one file, in a database that is emptied before each."""

    def __init__(self, path: Path, rows: int) -> None:
        from workspace.models import Project
        from workspace.projects import create_project

        self.path, self.rows = path, rows
        found = Project.objects.filter(slug="bench").first()
        self.project = found or create_project(slug="bench", title="Bench", by=None, now=now())
        self.task_file = path.with_suffix(".tasks")
        self.slot_file = path.with_suffix(".slots")

    def empty(self) -> None:
        run("TRUNCATE annotate_task, annotate_slot CASCADE", "DROP TABLE IF EXISTS bare")
        run("CREATE TABLE bare (LIKE annotate_task)", "CHECKPOINT")

    def imported(self) -> float:
        from annotate import importing, passes
        from annotate.choosing import choices
        from workspace import running

        self.empty()
        chosen = choices(name="bench", format="jsonl", licence="MIT")

        def work() -> None:
            with self.path.open("rb") as file:
                source = importing.begin_import(self.project, file, chosen, by=None, now=now(), enqueue=False)
            assert source.job is not None
            running.run(source.job.pk, passes.import_source)
            source.refresh_from_db()
            assert (source.state, source.tasks) == ("ready", self.rows), source.summary

        seconds = timed(work)
        if not self.task_file.exists():
            copy_out("annotate_task", self.task_file)
            copy_out("annotate_slot", self.slot_file)
        return seconds

    def floor(self) -> float:
        self.empty()
        return timed(lambda: copy_in(("bare", self.task_file)))

    def queue_tables(self) -> float:
        self.empty()
        return timed(lambda: copy_in(("annotate_task", self.task_file), ("annotate_slot", self.slot_file)))


def now() -> Any:
    from django.utils import timezone

    return timezone.now()


def run(*statements: str) -> None:
    """Statements outside of any transaction."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def copy_out(table: str, path: Path) -> None:
    """The rows of a table as COPY writes them."""
    from django.db import connection

    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} TO STDOUT") as copy,
        path.open("wb") as file,
    ):
        for piece in copy:
            file.write(piece)


def copy_in(*files: tuple[str, Path]) -> None:
    """Files into tables by COPY, in one transaction."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, path in files:
            with cursor.copy(f"COPY {table} FROM STDIN") as copy, path.open("rb") as file:
                while piece := file.read(PIECE):
                    copy.write(piece)


def measured(folder: Path, rows: int, rounds: int) -> str:
    """One line of the table."""
    path = folder / f"{rows}.jsonl"
    write_file(path, rows)
    ways = Rounds(path, rows)
    imports, floors, queues, growths = [], [], [], []
    for _ in range(rounds):
        seconds, growth = peak_growth(ways.imported)
        imports.append(rows / seconds)
        growths.append(growth)
        floors.append(rows / ways.floor())
        queues.append(rows / ways.queue_tables())
    for used in (path, ways.task_file, ways.slot_file):
        used.unlink()
    rate, floor, queue = (statistics.median(figures) for figures in (imports, floors, queues))
    each = " ".join(f"{figure:,.0f}" for figure in imports)
    return (
        f"| {rows:>9,} | {floor:>9,.0f} | {queue:>9,.0f} | {rate:>9,.0f} | {rate / floor:>5.2f} | "
        f"{rate / queue:>5.2f} | {max(growths):>6.0f} MB | {each} |"
    )


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with a_site(), tempfile.TemporaryDirectory() as folder:
        print(f"{machine()}\npython -m benchmarks.import_source {' '.join(sys.argv[1:])}".rstrip())
        print("rows a second, rows of about 1 KB, medians\n")
        print(
            "| rows | COPY, bare table | COPY, tables of the queue | import | of bare | of queue | growth | rounds |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for rows in options.rows:
            print(measured(Path(folder), rows, options.rounds), flush=True)


if __name__ == "__main__":
    main()
