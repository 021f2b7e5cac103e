"""Writing the audit trail: one event per change, in the transaction of the change. Called by every act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from django.db import models

from workspace.models import AuditEvent, Project, User

_gathering: ContextVar[list[AuditEvent] | None] = ContextVar("gathering", default=None)


@contextmanager
def gathered() -> Iterator[None]:
    """Write what is recorded inside as one statement at the end; nothing where the act fails.

    For an act that records several events: enter it inside the act's transaction.
    """
    events: list[AuditEvent] = []
    token = _gathering.set(events)
    try:
        yield
    finally:
        _gathering.reset(token)
    AuditEvent.objects.bulk_create(events)


def current_request_id() -> str:
    """The id that the middleware gave the running request, or the job's; empty outside of both."""
    bound = structlog.contextvars.get_contextvars()
    return str(bound.get("request_id") or bound.get("job_id") or "")


def record(
    action: str,
    thing: models.Model | None,
    *,
    by: User | None,
    project: Project | int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write one event. `before` and `after` hold ids and states only, never what people wrote.

    Parameters: `action`, such as `demonstration.submitted`; `thing`, the object it happened to; `by`, who did it
    (None for the system); `project`, or the thing's own.
    """
    owner = project if project is not None else getattr(thing, "project_id", None)
    event = AuditEvent(
        project_id=owner.pk if isinstance(owner, Project) else owner,
        actor_id=by.pk if by is not None else None,
        action=action,
        object_type=(thing._meta.model_name or "") if thing is not None else "",
        object_id=thing.pk if thing is not None else None,
        before=dict(before or {}),
        after=dict(after or {}),
        request_id=current_request_id(),
    )
    waiting = _gathering.get()
    if waiting is None:
        event.save(force_insert=True)
    else:
        waiting.append(event)
    return event
