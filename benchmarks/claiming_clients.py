"""The clients of the claim benchmark: each a process of its own that claims, and ends its work untimed.

Called by `benchmarks.claim`. A claim is the plain statement, the domain's act, or HTTP with a logged-in session.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.site import Annotator

Times = list[float]


def spread(kind: str, project: Any, people: Sequence[Annotator], each: int, port: int = 0) -> Times:
    """Every annotator in a process of their own makes `each` claims. Returns all times, in milliseconds."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(len(people) + 1)
    answers: Any = context.SimpleQueue()
    lanes = lanes_of_writing(project)
    workers = [
        context.Process(target=_client, args=(kind, project.slug, lanes, one, each, port, barrier, answers))
        for one in people
    ]
    for worker in workers:
        worker.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        barrier.wait()
    times: Times = []
    for _ in workers:
        answer = answers.get()
        if isinstance(answer, str):
            raise SystemExit(f"A client failed: {answer}")
        times += answer
    for worker in workers:
        worker.join()
    return times


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


def _timed(claim: Callable[[], object], finish: Callable[[], object], each: int, barrier: Any) -> Times:
    for _ in range(3):  # the connection and its plans are no part of a claim
        claim()
        finish()
    barrier.wait()
    times = []
    for _ in range(each):
        start = time.perf_counter()
        claim()
        times.append((time.perf_counter() - start) * 1000)
        finish()
    return times


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
    key = who.bare_session if kind == "http-bare" else who.session
    cookie = {"Cookie": f"sessionid={key}; csrftoken={'c' * 32}", "X-CSRFToken": "c" * 32}
    if kind == "http-bare":
        path = f"/claim/{who.member}/{'-'.join(map(str, lanes))}/"
        return lambda: _ask(site, "GET", path, cookie), lambda: _finish(who)
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


def lanes_of_writing(project: Any) -> list[int]:
    """The ids of the lanes of a project's writing queue."""
    from annotate.lanes import lanes_of

    return [lane.pk for lane in lanes_of(project, "write")]
