"""`/healthz`, `/readyz`, `/metrics` and the system checks: each part is seen when it is missing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import redis
from django.core.checks import run_checks
from django.db import OperationalError
from django.test import Client

from config import checks, metrics_folder
from tests.conftest import Cast, api_client
from workspace import measuring, readiness

WELL = {"database": "ok", "broker": "ok", "storage": "ok"}


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether a worker answers, to be changed; the pings are not sent."""
    answers = [True]
    monkeypatch.setattr(readiness, "worker", readiness.Worker(lambda: answers[-1]))
    return answers


@pytest.mark.django_db
def test_all_parts_there_is_ready(worker: list[bool]) -> None:
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {**WELL, "worker": "ok"}}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_without_a_worker_it_is_not_ready_save_for_load_balancers(worker: list[bool]) -> None:
    worker.append(False)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"].startswith("No worker answers")
    assert Client().get("/readyz?for=web").json() == {"ready": True, "parts": WELL}


def test_a_worker_is_asked_once_in_a_few_seconds() -> None:
    asked: list[float] = []

    def ping() -> bool:
        asked.append(time.monotonic())
        return True

    ask = readiness.Worker(ping)
    assert [ask() for _ in range(20)] == ["ok"] * 20
    assert len(asked) == 1


@pytest.mark.django_db
def test_without_the_database_it_is_not_ready(monkeypatch: pytest.MonkeyPatch, worker: list[bool]) -> None:
    class Away:
        def cursor(self) -> None:
            raise OperationalError("connection to server at 10.0.0.1 failed: password secret")

    monkeypatch.setattr(readiness, "connection", Away())
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.content.decode(), "strangers read this"
    assert "DATABASE_URL" in answer.json()["parts"]["database"]


@pytest.mark.django_db
def test_without_the_broker_it_is_not_ready(monkeypatch: pytest.MonkeyPatch, worker: list[bool]) -> None:
    class Away:
        def get(self, key: str) -> None:
            raise redis.ConnectionError("refused")

    monkeypatch.setattr(readiness, "cache", Away())
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert set(answer.json()["parts"].values()) - {"ok"} == {
        "The broker does not answer; look at REDIS_URL and at the server.",
        "The worker is reached through the broker.",
    }


def test_a_folder_that_cannot_be_written_is_seen(tmp_path: Path) -> None:
    assert readiness.storage(tmp_path) == "ok"
    assert list(tmp_path.iterdir()) == [], "the look leaves nothing"
    (tmp_path / "file").write_text("")
    assert "cannot be written" in readiness.storage(tmp_path / "file")


def test_being_alive_asks_nobody(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_metrics_count_requests_by_pattern_and_jobs_by_state(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "jobs", measuring.Jobs())
    api_client(cast.lead).get(f"/api/v1/projects/{cast.project.slug}/")
    Client().get("/no/such/place/42/")
    told = Client().get("/metrics").content.decode()
    assert 'route="api/v1/projects/<slug:slug>/",status="200"' in told
    assert cast.project.slug not in told, "patterns, never what people named"
    assert "/no/such/place" not in told
    assert 'scriptorium_jobs{state="queued"} 0.0' in told
    assert "\nscriptorium_broker_queue " in told
    assert "scriptorium_request_seconds_bucket" in told


def test_the_folder_of_metrics_is_swept_of_processes_that_ended(tmp_path: Path) -> None:
    (tmp_path / "metrics" / "999999999").mkdir(parents=True)
    (tmp_path / "metrics" / "1").mkdir()
    mine = metrics_folder.prepare(tmp_path)
    assert mine.is_dir()
    assert {folder.name for folder in (tmp_path / "metrics").iterdir()} == {"1", mine.name}


@pytest.mark.django_db
def test_the_servers_of_the_tests_pass_their_checks() -> None:
    assert run_checks(databases=["default"], include_deployment_checks=False) == []


@pytest.mark.parametrize(("version", "known"), [(139_999, False), (140_000, True), (180_004, True)])
def test_postgresql_before_14_is_an_error(version: int, known: bool) -> None:
    faults = checks.faults_of_postgresql(version)
    assert [fault.id for fault in faults] == ([] if known else ["scriptorium.E003"])


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ({"redis_version": "6.0.16"}, False),
        ({"redis_version": "6.2.0"}, True),
        ({"redis_version": "7.2.4", "server_name": "valkey", "valkey_version": "9.0.0"}, True),
        ({}, False),
    ],
)
def test_redis_before_6_2_is_an_error(told: dict[str, Any], known: bool) -> None:
    faults = checks.faults_of_broker(told)
    assert [fault.id for fault in faults] == ([] if known else ["scriptorium.E005"])


def test_a_server_that_is_away_is_an_error_with_a_remedy(settings: Any, tmp_path: Path) -> None:
    settings.CACHE_URL = f"unix://{tmp_path}/nothing.sock"
    (fault,) = checks.broker(None, databases=["default"])
    assert fault.id == "scriptorium.E004"
    assert "REDIS_URL" in str(fault.hint)


def test_a_data_folder_that_cannot_be_written_is_an_error(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings.DATA = tmp_path / "file"
    (fault,) = checks.storage(None)
    assert fault.id == "scriptorium.E001"
