"""`manage.py describe_states`: prints docs/reference/states.md."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from review.describing import states_page


class Command(BaseCommand):
    help = "Print the page of states for the documentation."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(states_page(), ending="")
