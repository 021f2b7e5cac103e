"""How fast the pure half of a release writes: rows already in memory, to files on this disk.

Run as ``python -m benchmarks.release_writing [--rows N]``; prints a table of rows a second and microseconds a
row. Each figure is the median of three rounds, the formats taking turns.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson

from review.release import formats
from review.release.files import Places
from review.release.rows import ReleasedRow
from review.release.shards import planned, write_shard

ROUNDS = 3


def a_row(number: int) -> ReleasedRow:
    """A row of about 1 KB of text, JSON columns as PostgreSQL prints them."""
    prompt = f"Question {number}: " + "why is the sky blue at noon and red at dusk? " * 4
    response = "Light is scattered by the air, short waves more than long ones. " * 5
    turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
    return ReleasedRow(
        id=f"d-{number:08d}",
        prompt=prompt,
        context="",
        response=response,
        messages=orjson.dumps(turns),
        source="benchmark",
        license="CC-BY-4.0",
        annotator_id="a-bcdefghijklm",
        category="explanation",
        language="en",
        quality_rating=4.25,
        scores=b'{"helpful": 4, "honest": 5, "harmless": 5, "format": 4}',
        reviews=2,
        guideline_version=1,
        rubric_version=1,
        origin="human",
        created="2026-01-01T00:00:00Z",
        approved="2026-01-02T00:00:00Z",
        metadata=b"{}",
        lineage=b'{"task": "t-1", "revisions": ["r-1", "r-2"]}',
    )


def endless(held: list[ReleasedRow]) -> Iterator[ReleasedRow]:
    """Repeat a few thousand rows, so that making them does not count."""
    while True:
        yield from held


def seconds_for(name: str, rows: int, held: list[ReleasedRow], directory: Path) -> tuple[float, int]:
    """Write one release's data in one format; give the seconds it took and its bytes."""
    form = formats.load(name)
    places = Places(directory / "release", directory / "working")
    (shard,) = planned({"train": rows}, form.extension, rows_per_shard=rows)
    begun = time.perf_counter()
    entry = write_shard(shard, islice(endless(held), rows), form, places)
    return time.perf_counter() - begun, entry.bytes


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    rows = parser.parse_args().rows
    held = [a_row(number) for number in range(2_000)]
    taken: dict[str, list[tuple[float, int]]] = {name: [] for name in formats.FORMATS}
    for _ in range(ROUNDS):
        for name, figures in taken.items():
            with tempfile.TemporaryDirectory() as directory:
                figures.append(seconds_for(name, rows, held, Path(directory)))
    print(f"{'format':<18} {'rows/s':>10} {'us/row':>8} {'bytes/row':>10}")
    for name, figures in taken.items():
        middle = statistics.median(seconds for seconds, _ in figures)
        print(
            f"{name:<18} {rows / middle:>10,.0f} {middle / rows * 1e6:>8.2f} {figures[0][1] / rows:>10,.0f}"
        )


if __name__ == "__main__":
    main()
