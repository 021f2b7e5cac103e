"""`import_source SLUG FILE --format F --licence SPDX …`: a JSON summary on standard output.

Exit 1 with line-by-line errors on standard error, and nothing imported, where the file is bad.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from annotate import importing, passes
from annotate.choosing import Choices, choices
from annotate.sources.limits import SourceRefused
from annotate.sources.mapping import parse_mapping
from annotate.sources.notes import Notes
from annotate.sources.registry import FORMATS
from workspace import running
from workspace.management.act_command import ActCommand, sentences, the_project
from workspace.models import Job, Project
from workspace.refusals import Invalid, Refusal


class Command(ActCommand):
    help = "Import a file of tasks into a project, in this process; print a summary as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("file", help="the file, plain or gzip")
        parser.add_argument("--format", required=True, help=", ".join(FORMATS))
        parser.add_argument("--licence", required=True, help="an SPDX expression, such as CC-BY-4.0")
        parser.add_argument("--name", default="", help="what the source is called (the file's name)")
        parser.add_argument("--kind", default="", help="of rows that name none")
        parser.add_argument("--language", default="", help="of rows that name none")
        parser.add_argument("--category", default="", help="of rows that name none")
        parser.add_argument("--url", default="", help="where the file came from")
        parser.add_argument(
            "--map",
            action="extend",
            nargs="+",
            default=[],
            metavar="FIELD=COLUMN",
            help="a column for a field; several may follow one another, or each have its own --map",
        )
        parser.add_argument("--limit", type=int, help="take only so many rows")
        parser.add_argument("--skip-bad", action="store_true", help="import the good rows, report the bad")
        parser.add_argument("--dry-run", action="store_true", help="check the file, import nothing")

    def act(self, *, slug: str, file: str, dry_run: bool, **options: Any) -> None:
        project = the_project(slug)
        path = Path(file)
        chosen = chosen_by(path, options)
        if not path.is_file():
            raise Invalid(f"There is no file {path}.")
        summary = self.tried(project, path, chosen) if dry_run else self.imported(project, path, chosen)
        bad = bool(summary["error_count"]) and not chosen.skip_bad
        if bad or summary["error_count"]:
            self.print_errors(summary)
        self.stdout.write(orjson.dumps(summary, option=orjson.OPT_INDENT_2).decode())
        if bad:
            raise CommandError("The file is bad; an import would take nothing of it.")

    def tried(self, project: Project, path: Path, chosen: Choices) -> dict[str, Any]:
        with path.open("rb") as stream:
            try:
                return passes.trial(project, stream, chosen, tick=self.tick)
            except Refusal as refusal:
                self.give_up(refusal.extra, sentences(refusal))
                raise

    def imported(self, project: Project, path: Path, chosen: Choices) -> dict[str, Any]:
        """The import as a job of this process. Should this process die, a worker takes the job up and ends it."""
        with path.open("rb") as stream:
            source = importing.begin_import(
                project, stream, chosen, by=None, now=timezone.now(), enqueue=False
            )
        assert source.job is not None
        with Shown(source.job, self.stderr):
            running.run(source.job.pk, passes.import_source)
        job = Job.objects.get(pk=source.job.pk)
        if job.state == "queued":
            raise CommandError(f"The database was away; a worker will finish job {job.pk} when it is back.")
        if job.state != "succeeded":
            self.give_up(job.result or {}, job.error or job.message)
        return dict(job.result or {})

    def give_up(self, summary: dict[str, Any], sentence: str) -> None:
        self.print_errors(summary)
        if summary:
            self.stdout.write(orjson.dumps(summary, option=orjson.OPT_INDENT_2).decode())
        raise CommandError(sentence)

    def print_errors(self, summary: dict[str, Any]) -> None:
        for error in summary.get("errors", ()):
            where = [f"line {error['line']}"] if error["line"] else ["the file"]
            where += [f"row {error['row']}"] if "row" in error else []
            where += [error["field"]] if error["field"] else []
            self.stderr.write(f"{', '.join(where)}: {error['message']}")
        more = summary.get("error_count", 0) - len(summary.get("errors", ()))
        if more > 0:
            self.stderr.write(f"and {more:,} more errors")

    def tick(self, notes: Notes) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\rChecking rows: {notes.rows + notes.errors:,}")


def chosen_by(path: Path, options: dict[str, Any]) -> Choices:
    """What the options say about the file."""
    try:
        mapping = parse_mapping(options["map"])
    except SourceRefused as refused:
        raise Invalid(refused.message) from refused
    names = ("format", "licence", "kind", "language", "category", "url", "limit", "skip_bad")
    said = {name: options[name] for name in names}
    return choices(name=options["name"] or path.name, mapping=mapping, **said)


class Shown:
    """Writes a job's progress on standard error while it runs, where a person looks on."""

    def __init__(self, job: Job, out: Any) -> None:
        self._job = job
        self._out = out
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> None:
        if sys.stderr.isatty():
            self._thread.start()

    def __exit__(self, *fault: object) -> None:
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
            sys.stderr.write("\n")

    def _show(self) -> None:
        try:
            while not self._ended.wait(1.0):
                job = Job.objects.get(pk=self._job.pk)
                sys.stderr.write(f"\r{job.message}: {job.done:,} of {job.total or 0:,}   ")
                sys.stderr.flush()
        finally:
            connection.close()
