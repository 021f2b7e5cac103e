"""`manage.py demo`: the demo project, or synthetic volume for benchmarks."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from review.demo.seeding import PEOPLE, address, seed


class Command(BaseCommand):
    help = "Create the demo project (idempotent)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--password", help="of the demo's people; else SCRIPTORIUM_DEMO_PASSWORD, else “demo”"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_ACCOUNTS_ALLOWED:
            raise CommandError("Production has no demo accounts: their passwords are known to everybody.")
        password = options["password"] or os.environ.get("SCRIPTORIUM_DEMO_PASSWORD") or "demo"
        project, new = seed(password=password, now=timezone.now())
        if not new:
            self.stdout.write(f"The project “{project.slug}” is there already; nothing was changed.")
            return
        self.stdout.write(f"Created the project “{project.slug}”. Log in as one of:")
        for name in PEOPLE:
            self.stdout.write(f"  {address(name)}")
