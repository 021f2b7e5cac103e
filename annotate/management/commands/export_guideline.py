"""`export_guideline SLUG [--version-number N]`: a version as one file of YAML and Markdown, on standard output."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandParser

from annotate.guideline_exchange import exported, version_to_export
from workspace.management.act_command import ActCommand, the_project


class Command(ActCommand):
    help = "Print a guideline version as one Markdown file with YAML front matter."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # `--version` is Django's own in every command; here it names the version of the guideline.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument(
            "--version", dest="number", type=_number, metavar="N", help="the newest unless told"
        )

    def act(self, *, slug: str, number: int | None, **options: Any) -> None:
        self.stdout.write(exported(version_to_export(the_project(slug), number)), ending="")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a version")
    return int(text)
