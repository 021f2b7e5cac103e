"""The nouns of the ground floor."""

from workspace.models.audit import AuditEvent
from workspace.models.jobs import Job
from workspace.models.keys import ApiToken, IdempotencyKey
from workspace.models.people import Member, Pause, Project, User

__all__ = ["ApiToken", "AuditEvent", "IdempotencyKey", "Job", "Member", "Pause", "Project", "User"]
