"""`create_user EMAIL --name N [--password P] [--password-stdin] [--superuser]`."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser

from workspace import people
from workspace.management.act_command import ActCommand
from workspace.refusals import Invalid


class Command(ActCommand):
    help = "Make a user. Without a password option it is asked for, where there is a terminal to ask on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", required=True, help="how the person is called in the pages")
        given = parser.add_mutually_exclusive_group()
        given.add_argument("--password", help="seen by whoever lists processes; prefer --password-stdin")
        given.add_argument("--password-stdin", action="store_true", help="read one line of standard input")
        parser.add_argument("--superuser", action="store_true", help="the operator of this site")

    def act(
        self,
        *,
        email: str,
        name: str,
        password: str | None,
        password_stdin: bool,
        superuser: bool,
        **options: Any,
    ) -> None:
        if password_stdin:
            password = sys.stdin.readline().rstrip("\r\n")
        if password == "":
            raise Invalid(
                "The password is empty.", errors={"password": ["Give one, or leave the option out."]}
            )
        if password is None and sys.stdin.isatty():
            password = asked_for()
        elif password is not None:
            self.warn_of_weakness(password)
        user = people.create_user(email=email, name=name, password=password, superuser=superuser)
        self.stdout.write(f"Created {user.email}.")
        if password is None:
            self.stderr.write("No password was given: they come in by an invitation link of the People page.")

    def warn_of_weakness(self, password: str) -> None:
        """An operator may choose a weak password, for a trial; they are told."""
        try:
            validate_password(password)
        except ValidationError as error:
            self.stderr.write(self.style.WARNING(f"Weak password: {' '.join(error.messages)}"))


def asked_for() -> str:
    """A password typed twice alike and strong enough; Ctrl-C gives up."""
    while True:
        typed = getpass.getpass("Password: ")
        if typed != getpass.getpass("Password (again): "):
            sys.stderr.write("The two were not alike; try again.\n")
            continue
        try:
            validate_password(typed)
        except ValidationError as error:
            sys.stderr.write(" ".join(error.messages) + "\n")
            continue
        return typed
