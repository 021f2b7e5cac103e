"""Idempotency keys: a repeat gets the first answer and changes nothing twice, even at the same moment."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.conftest import Cast, api_client
from tests.factories import a_project, a_user
from workspace import idempotency
from workspace.access import standing
from workspace.models import IdempotencyKey, Member, Pause

NOW = timezone.now()


def invite(cast: Cast, email: str, key: str, **more: Any) -> Any:
    return api_client(cast.lead).post(
        f"/api/v1/projects/{cast.project.slug}/members/",
        {"email": email, "roles": ["annotator"], **more},
        "json",
        headers={"Idempotency-Key": key},
    )


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_same_answer(cast: Cast) -> None:
    first = invite(cast, "new@example.org", "k-1")
    Member.objects.filter(pk=first.json()["id"]).update(roles=["reviewer"])
    second = invite(cast, "new@example.org", "k-1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert Member.objects.get(pk=first.json()["id"]).roles == ["reviewer"], "nothing was done again"
    without = invite(cast, "new@example.org", "")
    assert without.status_code == 200, "without a key it is done again"


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused(cast: Cast) -> None:
    invite(cast, "new@example.org", "k-1")
    other = invite(cast, "other@example.org", "k-1")
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key")
    assert not Member.objects.filter(user__email="other@example.org").exists()


@pytest.mark.django_db
def test_a_refused_call_keeps_no_answer(cast: Cast) -> None:
    assert invite(cast, "no address", "k-1").status_code == 422
    assert invite(cast, "new@example.org", "k-1").status_code == 201


@pytest.mark.django_db
def test_keys_are_each_persons_and_each_calls_own(cast: Cast) -> None:
    assert invite(cast, "new@example.org", "k-1").status_code == 201
    address = f"/api/v1/projects/{cast.project.slug}/pauses/"
    body = {"kind": "project", "reason": "r"}
    paused = api_client(cast.lead).post(address, body, "json", headers={"Idempotency-Key": "k-1"})
    assert paused.status_code == 201
    stranger = api_client(cast.stranger).post(
        f"/api/v1/projects/{cast.stranger.project.slug}/pauses/",
        body,
        "json",
        headers={"Idempotency-Key": "k-1"},
    )
    assert stranger.status_code == 201
    assert stranger.json()["id"] != paused.json()["id"]


@pytest.mark.django_db
def test_a_key_is_forgotten_after_a_day(cast: Cast) -> None:
    invite(cast, "new@example.org", "k-1")
    assert idempotency.forget_old_keys(now=timezone.now() + timedelta(hours=23)) == 0
    assert idempotency.forget_old_keys(now=timezone.now() + timedelta(hours=24, minutes=1)) == 1


@pytest.mark.django_db
def test_a_key_that_is_too_long_is_refused(cast: Cast) -> None:
    assert invite(cast, "new@example.org", "k" * 256).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_of_repeats_at_the_same_moment_one_works_and_all_get_its_answer() -> None:
    project = a_project()
    operator = a_user(superuser=True)
    lead = standing(operator, project.slug)
    answers: list[Any] = []
    ready = threading.Barrier(8)

    def call() -> None:
        try:
            client = api_client(lead)
            ready.wait(timeout=20)
            answers.append(
                client.post(
                    f"/api/v1/projects/{project.slug}/pauses/",
                    {"kind": "project", "reason": "once"},
                    "json",
                    headers={"Idempotency-Key": "same"},
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Pause.objects.count() == 1
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_a_body_beyond_the_limit_is_refused_before_it_is_read(cast: Cast, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    for key in ("", "k-1"):
        answer = invite(cast, "new@example.org", key, name="x" * 200)
        assert answer.status_code == 413
        assert answer["Content-Type"] == "application/problem+json"
