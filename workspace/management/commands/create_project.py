"""`create_project SLUG --title T [--overlap N] [--overlap-share X] [--reviews N]`."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from workspace import projects
from workspace.management.act_command import ActCommand


class Command(ActCommand):
    help = "Make a project with the default guideline and rubric, version 1 published."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="its name in addresses: lower-case letters, digits, hyphens")
        parser.add_argument("--title", required=True)
        parser.add_argument("--description", help="what the project is for")
        parser.add_argument("--overlap", type=int, help="how many people answer the same task (default 1)")
        parser.add_argument(
            "--overlap-share", type=float, help="the share of tasks that get the overlap, 0 to 1 (default 1)"
        )
        parser.add_argument("--reviews", type=int, help="reviews of each demonstration, 1 to 3 (default 1)")
        parser.add_argument(
            "--blind", action=argparse.BooleanOptionalAction, help="reviewers do not see who wrote (default)"
        )

    def act(self, *, slug: str, title: str, **options: Any) -> None:
        names = ("description", "overlap", "overlap_share", "reviews", "blind")
        settings = {name: options[name] for name in names if options[name] is not None}
        project = projects.create_project(slug=slug, title=title, by=None, now=timezone.now(), **settings)
        self.stdout.write(f"Created project {project.slug}; guideline version 1 is published.")
