"""`import_guideline SLUG FILE [--publish --summary "…"] [--material]`: a file becomes the draft, or the next version.

Exit 1 with what is wrong, and nothing changed, where the file is bad.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from annotate import guidelines
from annotate.guideline_exchange import import_file
from workspace.management.act_command import ActCommand, the_project
from workspace.refusals import Invalid


class Command(ActCommand):
    help = "Read a guideline file into the draft; with --publish make it the next version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", help="a Markdown file with YAML front matter; - reads standard input")
        parser.add_argument("--replace", action="store_true", help="a draft that is there gives way")
        parser.add_argument("--publish", action="store_true", help="freeze it as the next version")
        parser.add_argument("--summary", default="", help="what changed; the file's own unless told")
        parser.add_argument(
            "--material", action="store_true", help="approved work under earlier versions is reviewed again"
        )
        parser.add_argument(
            "--category", action="append", default=[], metavar="KEY", help="of a material change; repeatable"
        )

    def act(self, *, slug: str, file: str, replace: bool, publish: bool, **options: Any) -> None:
        project = the_project(slug)
        now = timezone.now()
        if not publish and (options["summary"] or options["material"] or options["category"]):
            raise Invalid("--summary, --material and --category belong to a publication; add --publish.")
        text = _text_of(file)
        # Both or nothing: a file that cannot be published leaves no draft behind.
        with transaction.atomic():
            version = import_file(project, text, by=None, now=now, replace=replace)
            if publish:
                version = guidelines.publish_draft(
                    project,
                    summary=options["summary"] or version.summary,
                    material=options["material"],
                    categories=options["category"],
                    by=None,
                    now=now,
                )
        self.stdout.write(f"version {version.number}" if publish else "draft")


def _text_of(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.") from error
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not UTF-8 text (byte {error.start}).") from error
