"""What a claim costs: `.venv/bin/python -m benchmarks.claim [--quick] [--part flat|http|pairs]`.

The plain statement, the domain's act and HTTP with a logged-in session, interleaved in one run, at growing sizes and
with several clients; and the three ways in which a queue must stay flat: in its size, in the claims before, and beside
an old snapshot or for a person who has done 100,000 of the tasks.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable
from typing import Any

from benchmarks.claiming_clients import Times, lanes_of_writing, spread
from benchmarks.site import Annotator, a_project, a_server, a_site, annotators, machine

ROUNDS = 3


def main() -> None:
    """Measure and print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument("--part", choices=["size", "flat", "http"], help="one part alone")
    options = parser.parse_args()
    print(machine(), "--", " ".join(sys.argv))
    parts: dict[str, Callable[[bool], None]] = {"size": by_size, "flat": flatness, "http": over_http}
    with a_site():
        for name, part in parts.items():
            if options.part in (None, name):
                part(options.quick)


def by_size(quick: bool) -> None:
    """The plain statement and the act, at growing sizes and with 1, 4 and 16 clients."""
    sizes = [1_000, 10_000] if quick else [1_000, 10_000, 100_000, 1_000_000]
    large = {size: a_project(f"size-{size}", tasks=size) for size in sizes if size > 10_000}
    print(
        f"\n{'tasks':>9} {'clients':>7}   {'plain p50':>9} {'/s':>7}   {'act p50':>9} {'p99':>7} {'/s':>7}  ms"
    )
    for clients in (1, 4, 16):
        for size in sizes:
            # A small project is used up by one row of the table.
            project = large.get(size) or a_project(f"size-{size}-{clients}", tasks=size)
            people = annotators(project, clients)
            rounds = []
            for _ in range(ROUNDS):
                each = max(1, min(1000, size // 12) // clients)
                rounds.append([spread(kind, project, people, each) for kind in ("plain", "act")])
            plain, act = (_summary([one[kind] for one in rounds], clients) for kind in (0, 1))
            print(
                f"{size:>9,} {clients:>7}   {plain['p50']:>9.3f} {plain['rate']:>7.0f}   "
                f"{act['p50']:>9.3f} {act['p99']:>7.2f} {act['rate']:>7.0f}"
            )


def flatness(quick: bool) -> None:
    """The fifth stretch of claims against the first: plainly, beside an old snapshot, and after 100,000 tasks done."""
    tasks, stretch, clients = (8_000, 1_000, 4) if quick else (120_000, 10_000, 4)
    print(f"\nclaims per second in stretches of {stretch:,}, {tasks:,} tasks, {clients} clients")
    for name, beside in (("alone", _nothing), ("beside an old snapshot", _old_snapshot)):
        project = a_project(f"flat-{name.replace(' ', '-')}", tasks=tasks)
        people = annotators(project, clients)
        held = beside()
        rates = [_rate(spread("act", project, people, stretch // clients), clients) for _ in range(5)]
        held()
        print(
            f"  {name:<24}"
            + "".join(f"{rate:>8.0f}" for rate in rates)
            + f"   fifth/first {rates[4] / rates[0]:.2f}"
        )
    _veteran(1_000 if quick else 100_000)


def _veteran(done: int) -> None:
    """A member who has done `done` tasks that are still open for others, beside one who is new."""
    project = a_project(f"veteran-{done}", tasks=done * 2)
    new, old = annotators(project, 2)
    _do(project, old, done)
    for name, who in (("new", new), (f"has done {done:,}", old)):
        times = [spread("act", project, [who], 300) for _ in range(ROUNDS)]
        print(f"  {name:<24} p50 {_summary(times, 1)['p50']:.3f} ms")


def over_http(quick: bool) -> None:
    """A claim over HTTP against a bare view that runs the plain statement; then whole pairs of claim and submit."""
    heads = f"{'bare /s':>8} {'claim /s':>8} {'ratio':>6} {'p50':>7} {'p99':>7}   {'pairs /s':>8}"
    print(f"\n{'tasks':>9} {'clients':>7}   {heads}")
    for size in [1_000, 10_000] if quick else [1_000, 1_000_000]:
        large = a_project(f"http-{size}", tasks=size) if size > 10_000 else None
        for clients in (1, 8):
            # A small project is used up by one row of the table.
            project = large or a_project(f"http-{size}-{clients}", tasks=size)
            people = annotators(project, clients)
            each = max(1, min(800, size // 12) // clients)
            with a_server("benchmarks.bare:application") as bare, a_server("config.wsgi:application") as ours:
                rounds = []
                for _ in range(ROUNDS):
                    kinds = (("http-bare", bare), ("http-claim", ours), ("http-pair", ours))
                    rounds.append([spread(kind, project, people, each, port) for kind, port in kinds])
            floor, claim, pair = (_summary([one[kind] for one in rounds], clients) for kind in (0, 1, 2))
            print(
                f"{size:>9,} {clients:>7}   {floor['rate']:>8.0f} {claim['rate']:>8.0f} "
                f"{claim['rate'] / floor['rate']:>6.2f} {claim['p50']:>7.2f} {claim['p99']:>7.2f}   "
                f"{pair['rate']:>8.0f}"
            )


def _do(project: Any, who: Annotator, count: int) -> None:
    """As if `who` had walked past `count` tasks and skipped them: each is still open for others."""
    from django.db import connection

    from annotate.queueing import _start as starting_point

    start = starting_point(who.member)
    with connection.cursor() as cursor:
        for lane in lanes_of_writing(project):
            cursor.execute(
                """
                WITH walked AS (
                    SELECT id, task_id, shuffle FROM annotate_slot WHERE lane_id = %(lane)s AND state = 'open'
                    ORDER BY (shuffle <= %(start)s), shuffle LIMIT %(count)s
                ), done AS (
                    INSERT INTO annotate_assignment (project_id, task_id, slot_id, member_id, guideline_version_id,
                        state, lease_until, skip_reason)
                    SELECT %(project)s, task_id, id, %(member)s,
                        (SELECT id FROM annotate_guidelineversion WHERE project_id = %(project)s AND number = 1),
                        'skipped', now(), 'unclear' FROM walked
                )
                INSERT INTO annotate_lanecursor (member_id, lane_id, position)
                SELECT %(member)s, %(lane)s, shuffle FROM walked ORDER BY (shuffle <= %(start)s) DESC, shuffle DESC
                LIMIT 1
                """,
                {
                    "lane": lane,
                    "start": start,
                    "count": count // len(lanes_of_writing(project)),
                    "project": project.pk,
                    "member": who.member,
                },
            )
        cursor.execute("ANALYZE annotate_assignment")


def _nothing() -> Callable[[], None]:
    return lambda: None


def _old_snapshot() -> Callable[[], None]:
    """A session that holds a snapshot, as a dump or a long report does, until the returned function is called."""
    import psycopg
    from django.db import connection

    settings = connection.get_connection_params()
    names = {"dbname", "user", "password", "host", "port"}
    session = psycopg.connect(**{name: value for name, value in settings.items() if name in names})
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    session.execute("SELECT count(*) FROM annotate_lane")
    return session.close


def _rate(times: Times, clients: int) -> float:
    """Claims a second while nothing but claims is done: what ends the work in hand in between is left out."""
    return clients * 1000 / statistics.mean(times)


def _summary(rounds: list[Times], clients: int) -> dict[str, float]:
    """Medians over the rounds of the median, the 99th percentile and the rate."""
    percentiles = [statistics.quantiles(times, n=100) for times in rounds]
    return {
        "p50": statistics.median(one[49] for one in percentiles),
        "p99": statistics.median(one[98] for one in percentiles),
        "rate": statistics.median(_rate(times, clients) for times in rounds),
    }


if __name__ == "__main__":
    main()
