"""Whatever the OpenAPI document allows to be sent, and much that it does not: no call answers with a 5xx.

Schemathesis draws requests from the document; somebody who holds every role of a project sends them with a token. Ids
in addresses are real ones half of the time, so that bodies reach the acts. Each example is rolled back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from review.models import Adjudication
from tests.conftest import Cast
from tests.factories import a_member, a_review, a_submitted_demonstration, a_task, an_assignment, decided
from workspace import tokens
from workspace.api.schema import document
from workspace.models import Job, Pause
from workspace.permissions import ROLES

EXAMPLES = 12
SCHEMA = schemathesis.openapi.from_dict(json.loads(json.dumps(document(), default=str)))
FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in FOUND)}


@pytest.fixture
def world(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """A project in full swing, a token of somebody who may do everything in it, and an id of each sort."""
    monkeypatch.setattr("workspace.dispatching.app.send_task", lambda *_, **__: None)
    # A served request ends by looking whether to close the connection, which holds the test's own transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    disputed = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    everybody = a_member(cast.project, *ROLES)
    submitted = a_submitted_demonstration(cast.second_writer)
    a_task(cast.project)
    a_task(cast.project)
    pause = Pause.objects.create(
        project=cast.project, kind="category", target="none", reason="r", set_by=everybody.user
    )
    token, text = tokens.create_token(everybody.user)
    yield {
        "slug": cast.project.slug,
        "headers": {"Authorization": f"Bearer {text}"},
        "assignments": an_assignment(everybody).pk,
        "demonstrations": submitted.pk,
        "reviews": a_review(everybody).pk,
        "adjudications": Adjudication.objects.get(demonstration=disputed).pk,
        "jobs": Job.objects.create(project=cast.project, kind="import_source").pk,
        "members": cast.writer.require_member().pk,
        "pauses": pause.pk,
        "tokens": token.pk,
    }
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def real(world: dict[str, Any], path: str, name: str) -> str:
    """What the part `name` of an address can be, so that it leads somewhere."""
    if name == "slug":
        return str(world["slug"])
    sort = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
    return str(world.get(sort, 1))


@pytest.mark.django_db
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_call_fails(label: str, world: dict[str, Any]) -> None:
    operation, application = OPERATIONS[label], get_wsgi_application()

    @seed(20261120)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        # The first failure is enough; making it smaller can take minutes.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), leads=st.booleans())
    def sends(case: Any, leads: bool) -> None:
        for name in case.path_parameters or {}:
            if leads or name == "slug":
                case.path_parameters[name] = real(world, operation.path, name)
        with transaction.atomic():
            response = case.call(app=application, headers=world["headers"])
            transaction.set_rollback(True)
        assert response.status_code < 500, response.text
        if response.status_code >= 400:
            assert response.headers["content-type"][0].startswith("application/problem+json"), response.text

    sends()
