"""What every command that calls an act shares: a refusal becomes sentences on standard error and exit code 1.

Commands subclass `ActCommand` and write `act()`; the refused field names are printed with their remedies.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workspace.models import Project, User
from workspace.refusals import Missing, Refusal


class ActCommand(BaseCommand):
    """A command whose `act` may raise refusals."""

    def act(self, *arguments: Any, **options: Any) -> None:
        """Do what the command is for."""
        raise NotImplementedError

    def handle(self, *arguments: Any, **options: Any) -> None:
        try:
            self.act(**options)
        except Refusal as refusal:
            raise CommandError(sentences(refusal)) from refusal


def sentences(refusal: Refusal) -> str:
    """The refusal as lines for a terminal: what happened, then each field with its words.

    >>> from workspace.refusals import Invalid
    >>> print(sentences(Invalid("The slug is taken.", errors={"slug": ["Choose another."]})))
    The slug is taken.
      slug: Choose another.
    """
    lines = [refusal.detail]
    for field, words in refusal.errors.items():
        said = words if isinstance(words, (list, tuple)) else [words]
        lines += [f"  {field}: {word}" for word in said]
    return "\n".join(lines)


def the_project(slug: str) -> Project:
    """The project that a command names, or `Missing` with the command that makes one."""
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        raise Missing(f"There is no project “{slug}”; `create_project {slug} --title …` makes one.")
    return project


def the_user(email: str) -> User:
    """The user that a command names, or `Missing` with the command that makes one."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise Missing(f"There is no user “{email}”; `create_user {email} --name …` makes one.")
    return user
