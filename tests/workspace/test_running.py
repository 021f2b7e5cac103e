"""Jobs: started once, run once, taken up again when a worker died, never finished by two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerAway
from pytest_django import DjangoCaptureOnCommitCallbacks

from config.celery import app
from tests.conftest import Cast, api_client
from workspace import running
from workspace.models import AuditEvent, Job
from workspace.refusals import Conflict, Invalid

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What was handed to the broker."""
    messages: list[tuple[str, int]] = []

    def send(name: str, args: tuple[int, ...], **options: Any) -> None:
        messages.append((name, args[0]))

    monkeypatch.setattr(app, "send_task", send)
    return messages


def a_job(cast: Cast, **values: Any) -> Job:
    return Job.objects.create(project=cast.project, kind="import_source", **values)


def test_a_started_job_is_sent_after_the_commit(
    cast: Cast,
    sent: list[tuple[str, int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = running.start("import_source", project=cast.project, by=cast.lead.user, arguments={"source": 1})
        assert sent == [], "nothing leaves before the commit"
    assert sent == [("annotate.jobs.import_source", job.pk)]
    assert AuditEvent.objects.get(action="job.started").object_id == job.pk


def test_of_an_exclusive_job_only_one_waits_or_runs(cast: Cast) -> None:
    first = running.start("build_release", project=cast.project, by=None, arguments={}, exclusive="release-1")
    with pytest.raises(Conflict):
        running.start("build_release", project=cast.project, by=None, arguments={}, exclusive="release-1")
    running.run(first.pk, lambda run: {})
    running.start("build_release", project=cast.project, by=None, arguments={}, exclusive="release-1")


def test_a_job_runs_reports_and_ends_with_its_result(cast: Cast) -> None:
    job = a_job(cast, total=3)

    def work(run: running.Run) -> dict[str, Any]:
        run.progress(3, message="Reading")
        job.refresh_from_db()
        assert (job.state, job.done, job.message, job.attempt) == ("running", 3, "Reading", 1)
        return {"tasks": 3}

    running.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.result, job.error) == ("succeeded", {"tasks": 3}, "")
    assert job.finished is not None


def test_a_job_that_has_ended_or_runs_elsewhere_is_not_run_again(cast: Cast) -> None:
    for state in ("succeeded", "failed", "cancelled"):
        running.run(a_job(cast, state=state).pk, lambda run: pytest.fail("it ran"))
    running.run(a_job(cast, state="running", heartbeat=timezone.now()).pk, lambda run: pytest.fail("it ran"))


def test_a_stalled_worker_cannot_finish_over_its_successor(cast: Cast) -> None:
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        # While this attempt stalls, its heart stops and another worker takes the job up.
        Job.objects.filter(pk=job.pk).update(heartbeat=NOW - timedelta(minutes=5))
        running.run(job.pk, lambda second: {"by": "the successor"})
        return {"by": "the stalled one"}

    running.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.result, job.attempt) == ("succeeded", {"by": "the successor"}, 2)


def test_a_superseded_attempt_learns_it_at_its_next_report(cast: Cast) -> None:
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        Job.objects.filter(pk=job.pk).update(attempt=7)
        run.progress(1, 1)
        pytest.fail("it went on")

    running.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.done) == ("running", 0), "the successor's row is untouched"


def test_what_was_abandoned_is_sent_again(
    cast: Cast,
    sent: list[tuple[str, int]],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    lost = a_job(cast, created=NOW - timedelta(minutes=1))
    dead = a_job(cast, state="running", heartbeat=NOW - timedelta(seconds=61))
    a_job(cast, state="running", heartbeat=NOW)
    a_job(cast, state="failed", heartbeat=NOW - timedelta(hours=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert running.take_up_abandoned(now=NOW) == 2
    assert {key for _name, key in sent} == {lost.pk, dead.pk}


def test_a_lost_broker_loses_no_job(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise BrokerAway("connection refused")

    monkeypatch.setattr(app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        job = running.start("import_source", project=cast.project, by=None, arguments={})
    job.refresh_from_db()
    assert job.state == "queued", "it waits in its row for the scheduler"


def test_a_refusal_is_the_jobs_error_in_words(cast: Cast) -> None:
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        raise Invalid("Line 3 is no JSON.", extra={"errors": 1})

    running.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.error, job.result) == ("failed", "Line 3 is no JSON.", {"errors": 1})


def test_an_unforeseen_fault_ends_the_job_with_a_word(cast: Cast) -> None:
    job = a_job(cast)
    running.run(job.pk, lambda run: {"never": 1 // 0})
    job.refresh_from_db()
    assert job.state == "failed"
    assert "division" in job.error


@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_passing_fault_puts_the_job_back(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    # The test's own transaction must survive: a real fault would have cut the connection.
    monkeypatch.setattr(running, "close_old_connections", lambda: None)
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        raise fault("server closed the connection")

    running.run(job.pk, work)
    job.refresh_from_db()
    assert job.state == "queued"
    running.run(job.pk, lambda run: {"second": "time"})
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("succeeded", 2)


def test_a_broken_promise_of_the_database_is_no_passing_fault(cast: Cast) -> None:
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        raise IntegrityError("duplicate key value violates unique constraint")

    running.run(job.pk, work)
    job.refresh_from_db()
    assert (job.state, job.attempt) == ("failed", 1)


def test_a_job_whose_worker_dies_again_and_again_is_given_up(cast: Cast) -> None:
    job = a_job(cast, state="running", heartbeat=NOW - timedelta(hours=1), attempt=running.MOST_ATTEMPTS)
    running.run(job.pk, lambda run: pytest.fail("it ran"))
    job.refresh_from_db()
    assert job.state == "failed"
    assert "Given up" in job.error


def test_a_queued_job_is_cancelled_at_once_a_running_one_at_its_next_step(cast: Cast) -> None:
    client = api_client(cast.lead)
    waiting = a_job(cast)
    answer = client.post(f"/api/v1/jobs/{waiting.pk}/cancel/")
    assert answer.json()["state"] == "cancelled"
    job = a_job(cast)

    def work(run: running.Run) -> dict[str, Any]:
        assert client.post(f"/api/v1/jobs/{job.pk}/cancel/").json()["state"] == "running"
        run.progress(1, 1)
        pytest.fail("it went on")

    running.run(job.pk, work)
    assert client.get(f"/api/v1/jobs/{job.pk}/").json()["state"] == "cancelled"
    again = client.post(f"/api/v1/jobs/{job.pk}/cancel/")
    assert again.status_code == 409
    assert again.json()["type"].endswith("conflict")


def test_a_job_is_shown_as_the_contract_says(cast: Cast) -> None:
    job = a_job(cast, total=10, done=4, message="Reading")
    shown = api_client(cast.writer).get(f"/api/v1/jobs/{job.pk}/").json()
    assert {
        name: shown[name] for name in ("id", "kind", "state", "done", "total", "message", "result", "error")
    } == {
        **{"id": str(job.pk), "kind": "import_source", "state": "queued", "done": 4, "total": 10},
        **{"message": "Reading", "result": None, "error": ""},
    }
    listed = api_client(cast.lead).get(f"/api/v1/projects/{cast.project.slug}/jobs/").json()
    assert [row["id"] for row in listed["results"]] == [str(job.pk)]
