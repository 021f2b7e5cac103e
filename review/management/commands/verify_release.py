"""`verify_release DIR`: checks a release's directory against its own manifest and checksums; needs no database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from review.release.verifying import verify


class Command(BaseCommand):
    help = "Check the directory of a release: exit 0 where it is whole, or 1 naming what is not."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        problems = verify(directory)
        if not problems:
            self.stdout.write(f"{directory} is whole: every file is as it was released.")
            return
        for problem in problems:
            self.stderr.write(f"{problem.kind}: {problem.sentence}")
        raise CommandError(f"{directory} is not as it was released: {len(problems)} problem(s).")
