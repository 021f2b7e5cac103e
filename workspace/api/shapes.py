"""The objects of the ground floor as the API answers them: plain dictionaries of the contract's fields."""

from __future__ import annotations

from typing import Any

from workspace.models import ApiToken, Job, Member, Pause, Project


def project(found: Project, *, roles: list[str]) -> dict[str, Any]:
    return {
        "slug": found.slug,
        "title": found.title,
        "description": found.description,
        "overlap": found.overlap,
        "overlap_share": found.overlap_share,
        "reviews": found.reviews,
        "blind": found.blind,
        "writing_lease": int(found.writing_lease.total_seconds()),
        "review_lease": int(found.review_lease.total_seconds()),
        "roles": roles,
        "created": found.created,
    }


def member(found: Member) -> dict[str, Any]:
    """A member read by `queries.members_of`."""
    return {
        "id": str(found.pk),
        "email": found.user.email,
        "name": found.user.name,
        "roles": found.roles,
        "languages": found.languages,
        "categories": found.categories,
        "active": found.active,
        "invited": not found.user.has_usable_password(),
        "paused": bool(getattr(found, "paused", False)),
        "joined": found.joined,
    }


def pause(found: Pause) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "kind": found.kind,
        "target": found.target,
        "reason": found.reason,
        "since": found.since,
    }


def job(found: Job) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "kind": found.kind,
        "state": found.state,
        "done": found.done,
        "total": found.total,
        "message": found.message,
        "result": found.result,
        "error": found.error,
        "created": found.created,
        "finished": found.finished,
    }


def token(found: ApiToken) -> dict[str, Any]:
    return {
        "id": str(found.pk),
        "name": found.name,
        "beginning": found.beginning,
        "created": found.created,
        "last_used": found.last_used,
    }
