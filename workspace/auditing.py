"""Writing the audit trail: one event per change, in the transaction of the change. Called by every act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import models

from workspace.models import AuditEvent, Project, User


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
    return AuditEvent.objects.create(
        project_id=owner.pk if isinstance(owner, Project) else owner,
        actor_id=by.pk if by is not None else None,
        action=action,
        object_type=thing._meta.model_name if thing is not None else "",
        object_id=thing.pk if thing is not None else None,
        before=dict(before or {}),
        after=dict(after or {}),
        request_id=current_request_id(),
    )
