"""Releases against real connections and real processes: numbers, snapshots, a worker that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from annotate import returning
from annotate.models import Demonstration
from review import building, freezing, publishing, release_storage
from review.demo.volume import fill
from review.jobs import build_of
from review.models import Release, ReleaseItem
from review.selecting import Selection
from tests.factories import a_member, a_project
from tests.review.releasing import bytes_of, rows_of
from workspace import running
from workspace.access import Standing
from workspace.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lead(settings: Any, tmp_path: Path) -> Standing:
    """The lead of a project with forty approved demonstrations; releases lie in the test's own folder."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    project = a_project(reviews=1)
    fill(project, tasks=40, demonstrations=40, reviews=40, now=timezone.now())
    return a_member(project, "admin")


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("workspace.dispatching.app.send_task", lambda *_, **__: None)
    yield


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """What `work` gives in as many threads, each with a connection of its own."""

    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


def test_builds_that_start_at_one_moment_get_numbers_of_their_own(lead: Standing) -> None:
    begun = at_once(4, lambda _: publishing.start_release(lead, now=timezone.now()).number)
    assert sorted(begun) == [1, 2, 3, 4]


def test_two_workers_freeze_once(lead: Standing) -> None:
    release = publishing.start_release(lead, now=timezone.now())

    def freezes(_: int) -> str:
        try:
            freezing.freeze(Release.objects.get(pk=release.pk), Selection())
        except Exception as error:
            return type(error).__name__
        return "done"

    ended = at_once(3, freezes)
    # The others find it done, or are told to try again.
    assert "done" in ended
    assert set(ended) <= {"done", "OperationalError"}
    assert ReleaseItem.objects.filter(release=release).count() == 40


def test_withdrawals_while_a_release_is_built_do_not_reach_it(lead: Standing) -> None:
    release = publishing.start_release(lead, now=timezone.now(), shard_rows=10)
    everything = list(Demonstration.objects.filter(project=lead.project).order_by("pk"))

    def work(number: int) -> None:
        if number == 0:
            building.build(Release.objects.get(pk=release.pk), by=None, clock=timezone.now)
        else:
            for demonstration in everything[number::4]:
                returning.withdraw(lead, demonstration, now=timezone.now())

    at_once(4, work)
    release.refresh_from_db()
    assert release.state == "ready"
    written = rows_of(release_storage.directory_of(release))
    assert len(written) == release.rows == ReleaseItem.objects.filter(release=release).count()
    again = release_storage.directory_of(release).with_name("again")
    building.build_again(release, again)
    assert bytes_of(again) == bytes_of(release_storage.directory_of(release))


# A worker of its own: it stops in the middle of the third file and says so, to be killed there.
WORKER = """
import sys, time
import django
django.setup()
from django.conf import settings
from django.db import connections
connections.databases["default"]["NAME"] = sys.argv[1]
settings.STORAGES["default"]["OPTIONS"] = {"location": sys.argv[2]}
from review import release_rows
release_rows.PAGE_ROWS = 5
from review.jobs import build_of
from workspace import running
def slow(self, done, total=None, message=""):
    if done >= 25:
        print("in the middle", flush=True)
        time.sleep(60)
running.Run.progress = slow
running.run(int(sys.argv[3]), build_of)
"""


def test_a_killed_worker_is_taken_up_and_the_bytes_are_the_same(lead: Standing, tmp_path: Path) -> None:
    release = publishing.start_release(lead, now=timezone.now(), shard_rows=10)
    assert release.job is not None
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SCRIPTORIUM_DATA": str(configured.DATA),
    }
    worker = subprocess.Popen(
        [
            sys.executable,
            "-c",
            WORKER,
            connection.settings_dict["NAME"],
            str(tmp_path / "files"),
            str(release.job_id),
        ],
        cwd=configured.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "in the middle\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait(timeout=10)
    directory = release_storage.directory_of(release)
    assert len(list((directory / "data").iterdir())) == 2, "two whole files and nothing half"
    assert not (directory / "SHA256SUMS").exists()
    Job.objects.filter(pk=release.job_id).update(heartbeat=timezone.now() - timedelta(minutes=2))
    assert running.take_up_abandoned(now=timezone.now()) == 1
    running.run(release.job_id, build_of)
    release.refresh_from_db()
    release.job.refresh_from_db()
    assert (release.state, release.job.state, release.job.attempt) == ("ready", "succeeded", 2)
    building.build_again(release, tmp_path / "undisturbed")
    assert bytes_of(tmp_path / "undisturbed") == bytes_of(directory)


def test_pages_are_read_in_short_transactions(lead: Standing) -> None:
    release = publishing.start_release(lead, now=timezone.now())
    oldest: list[float] = []

    def looks(done: int, total: int, words: str) -> None:
        time.sleep(0.3)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            oldest.append(float(cursor.fetchone()[0]))

    building.build(release, by=None, clock=timezone.now, progress=looks)
    assert oldest
    assert max(oldest) < 0.25, "no transaction outlives the page it read"
