"""`add_member SLUG EMAIL --role annotator [--role …] [--language L …] [--category C …]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from workspace import invitations, people
from workspace.management.act_command import ActCommand, the_project
from workspace.permissions import ROLES


class Command(ActCommand):
    help = "Take somebody into a project; their user is made where absent. A member gets what is given now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("email")
        several: dict[str, Any] = {"action": "extend", "nargs": "+", "default": []}
        parser.add_argument("--role", help=", ".join(ROLES), **{**several, "required": True, "default": None})
        parser.add_argument("--language", help="languages they write or review in; none means all", **several)
        parser.add_argument("--category", help="categories they are qualified for; none means all", **several)
        parser.add_argument("--name", default="", help="for a user who is made now")

    def act(self, *, slug: str, email: str, role: list[str], **options: Any) -> None:
        project = the_project(slug)
        member, created = people.add_member(
            project,
            email=email,
            name=options["name"],
            roles=role,
            languages=options["language"],
            categories=options["category"],
            by=None,
            now=timezone.now(),
        )
        verb = "Added" if created else "Updated"
        self.stdout.write(f"{verb} {member.user.email} in {project.slug}: {', '.join(member.roles)}.")
        if not member.user.has_usable_password():
            path = invitations.path_for(member.user)
            self.stdout.write(f"They choose a password at {path} within three days.")
