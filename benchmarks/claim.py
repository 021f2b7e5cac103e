"""What a claim costs: `.venv/bin/python -m benchmarks.claim [--quick] [--part flat|http|pairs]`.

The plain statement, the domain's act and HTTP with a logged-in session, interleaved in one run, at growing sizes and
with several clients; and the three ways in which a queue must stay flat: in its size, in the claims before, and beside
an old snapshot or for a person who has done 100,000 of the tasks.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import multiprocessing
import statistics
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.site import Annotator, a_project, a_server, a_site, annotators, machine

ROUNDS = 3
Times = list[float]


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
                rounds.append([_spread(kind, project, people, each) for kind in ("plain", "act")])
            plain, act = (_summary([one[kind] for one in rounds]) for kind in (0, 1))
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
        rates = [_rate(_spread("act", project, people, stretch // clients)) for _ in range(5)]
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
        times = [_spread("act", project, [who], 300) for _ in range(ROUNDS)]
        print(f"  {name:<24} p50 {_summary(times)['p50']:.3f} ms")


def over_http(quick: bool) -> None:
    """A claim over HTTP against a bare view that runs the plain statement; then whole pairs of claim and submit."""
    heads = f"{'bare /s':>8} {'claim /s':>8} {'ratio':>6} {'p50':>7} {'p99':>7}   {'pairs /s':>8}"
    print(f"\n{'tasks':>9} {'clients':>7}   {heads}")
    for size in [1_000, 10_000] if quick else [1_000, 1_000_000]:
        large = a_project(f"http-{size}", tasks=size) if size > 1_000 else None
        for clients in (1, 8):
            # A small project is used up by one row of the table.
            project = large or a_project(f"http-{size}-{clients}", tasks=size)
            people = annotators(project, clients)
            each = max(1, min(800, size // 12) // clients)
            with a_server("benchmarks.bare:application") as bare, a_server("config.wsgi:application") as ours:
                rounds = []
                for _ in range(ROUNDS):
                    kinds = (("http-bare", bare), ("http-claim", ours), ("http-pair", ours))
                    rounds.append([_spread(kind, project, people, each, port) for kind, port in kinds])
            floor, claim, pair = (_summary([one[kind] for one in rounds]) for kind in (0, 1, 2))
            print(
                f"{size:>9,} {clients:>7}   {floor['rate']:>8.0f} {claim['rate']:>8.0f} "
                f"{claim['rate'] / floor['rate']:>6.2f} {claim['p50']:>7.2f} {claim['p99']:>7.2f}   "
                f"{pair['rate']:>8.0f}"
            )


def _spread(
    kind: str, project: Any, people: Sequence[Annotator], each: int, port: int = 0
) -> tuple[Times, float]:
    """Every annotator in a process of their own makes `each` claims. Returns all times and the seconds it took."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(people) + 1)
    answers: Any = context.SimpleQueue()
    lanes = _lanes(project)
    workers = [
        context.Process(target=_client, args=(kind, project.slug, lanes, one, each, port, barrier, answers))
        for one in people
    ]
    for worker in workers:
        worker.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        barrier.wait()
    times: Times = []
    spans = []
    for _ in workers:
        answer = answers.get()
        if isinstance(answer, str):
            raise SystemExit(f"A client failed: {answer}")
        found, began, ended = answer
        times += found
        spans.append((began, ended))
    for worker in workers:
        worker.join()
    return times, max(end for _, end in spans) - min(begin for begin, _ in spans)


def _client(
    kind: str, slug: str, lanes: list[int], who: Annotator, each: int, port: int, barrier: Any, answers: Any
) -> None:
    import django

    django.setup()
    claim, finish = _work(kind, slug, lanes, who, port)
    try:
        answers.put(_timed(claim, finish, each, barrier))
    except (Exception, SystemExit) as error:
        barrier.abort()
        answers.put(repr(error))


def _timed(
    claim: Callable[[], object], finish: Callable[[], object], each: int, barrier: Any
) -> tuple[Times, float, float]:
    for _ in range(3):  # the connection and its plans are no part of a claim
        claim()
        finish()
    barrier.wait()
    times = []
    began = time.time()
    for _ in range(each):
        start = time.perf_counter()
        claim()
        times.append((time.perf_counter() - start) * 1000)
        finish()
    return times, began, time.time()


def _work(
    kind: str, slug: str, lanes: list[int], who: Annotator, port: int
) -> tuple[Callable[[], object], Callable[[], object]]:
    """The claim to be timed, and what ends the work in hand afterwards, untimed but for pairs."""
    from django.utils import timezone

    from annotate import claiming
    from benchmarks.bare import plain_claim
    from workspace.access import standing
    from workspace.models import User

    if kind == "plain":
        return lambda: plain_claim(lanes, who.member), lambda: None
    if kind == "act":
        stands = standing(User.objects.get(pk=who.user), slug)
        return lambda: claiming.claim(stands, now=timezone.now()), lambda: _finish(who)
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    cookie = {"Cookie": f"sessionid={who.session}; csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32}
    if kind == "http-bare":
        path = f"/claim/{who.member}/{'-'.join(map(str, lanes))}/"
        return lambda: _ask(site, "GET", path, cookie), lambda: None
    address = f"/api/v1/projects/{slug}/queue/claim/"
    if kind == "http-claim":
        return lambda: _ask(site, "POST", address, cookie), lambda: _finish(who)
    return lambda: _pair(site, address, cookie), lambda: None


def _pair(site: http.client.HTTPConnection, address: str, cookie: dict[str, str]) -> None:
    claimed = _ask(site, "POST", address, cookie)
    text = "An answer of a few words that says what was asked for, and no more than that. " * 3
    body = json.dumps({"messages": [{"role": "assistant", "content": text}]})
    _ask(site, "POST", f"/api/v1/assignments/{claimed['id']}/submit/", cookie, body)


def _ask(
    site: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: str = ""
) -> dict[str, Any]:
    site.request(method, path, body or None, {**headers, "Content-Type": "application/json"})
    answer = site.getresponse()
    content = answer.read()
    if answer.status not in (200, 201):
        raise SystemExit(f"{method} {path} answered {answer.status}: {content[:300]!r}")
    found: dict[str, Any] = json.loads(content)
    return found


def _finish(who: Annotator) -> None:
    """End the work in hand by the least there is, so that the next claim gives a new task."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH ended AS (
                UPDATE annotate_assignment SET state = 'submitted' WHERE member_id = %s AND state = 'active'
                RETURNING slot_id
            )
            UPDATE annotate_slot s SET state = 'filled', lease_until = NULL FROM ended WHERE s.id = ended.slot_id
            """,
            [who.member],
        )


def _do(project: Any, who: Annotator, count: int) -> None:
    """As if `who` had walked past `count` tasks and skipped them: each is still open for others."""
    from django.db import connection

    from annotate.queueing import _start as starting_point

    start = starting_point(who.member)
    with connection.cursor() as cursor:
        for lane in _lanes(project):
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
                    "count": count // len(_lanes(project)),
                    "project": project.pk,
                    "member": who.member,
                },
            )
        cursor.execute("ANALYZE annotate_assignment")


def _lanes(project: Any) -> list[int]:
    from annotate.lanes import lanes_of

    return [lane.pk for lane in lanes_of(project, "write")]


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


def _rate(spread: tuple[Times, float]) -> float:
    times, seconds = spread
    return len(times) / seconds


def _summary(spreads: list[tuple[Times, float]]) -> dict[str, float]:
    """Medians over the rounds of the median, the 99th percentile and the rate."""
    percentiles = [statistics.quantiles(times, n=100) for times, _ in spreads]
    return {
        "p50": statistics.median(one[49] for one in percentiles),
        "p99": statistics.median(one[98] for one in percentiles),
        "rate": statistics.median(_rate(spread) for spread in spreads),
    }


if __name__ == "__main__":
    main()
