"""`manage.py demo`: the demo project, or synthetic volume for benchmarks."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from review.demo.seeding import PEOPLE, address, seed
from review.demo.volume import fill
from workspace.management.act_command import sentences
from workspace.models import Project
from workspace.refusals import Refusal


class Command(BaseCommand):
    help = "Create the demo project (idempotent), or add synthetic volume to it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password", help="of the demo's people; else SCRIPTORIUM_DEMO_PASSWORD, else “demo”"
        )
        parser.add_argument("--tasks", type=int, default=0, help="add this many synthetic tasks")
        parser.add_argument(
            "--demonstrations", type=int, default=0, help="the first of them have been written"
        )
        parser.add_argument("--reviews", type=int, default=0, help="so many approving reviews of those")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ACCOUNTS_ALLOWED:
            raise CommandError("Production has no demo accounts: their passwords are known to everybody.")
        password = options["password"] or os.environ.get("SCRIPTORIUM_DEMO_PASSWORD") or "demo"
        project, new = seed(password=password, now=timezone.now())
        if not new:
            self.stdout.write(f"The project “{project.slug}” is there already; nothing was changed.")
        else:
            self.stdout.write(f"Created the project “{project.slug}”. Log in as one of:")
            for name in PEOPLE:
                self.stdout.write(f"  {address(name)}")
        if options["tasks"] or options["demonstrations"] or options["reviews"]:
            self._fill(project, options)

    def _fill(self, project: Project, options: dict[str, Any]) -> None:
        numbers = {name: options[name] for name in ("tasks", "demonstrations", "reviews")}
        try:
            source = fill(project, now=timezone.now(), **numbers)
        except Refusal as refusal:
            raise CommandError(sentences(refusal)) from refusal
        words = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
        self.stdout.write(f"Added “{source.name}” to {project.slug}: {words}.")
