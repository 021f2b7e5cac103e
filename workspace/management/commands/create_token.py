"""`create_token EMAIL [--name N]`: the token alone on standard output, once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from workspace import tokens
from workspace.management.act_command import ActCommand, the_user


class Command(ActCommand):
    help = "Make an API token of a user and print it; it cannot be had again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="what the token is for")

    def act(self, *, email: str, name: str, **options: Any) -> None:
        _, text = tokens.create_token(the_user(email), name=name)
        self.stdout.write(text)
