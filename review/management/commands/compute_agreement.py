"""`manage.py compute_agreement SLUG [--json]`: computes a report now, in this process."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from review import measuring
from review.models import AgreementReport
from review.rendering_agreement import report_as_dict
from workspace.models import Project


class Command(BaseCommand):
    help = "Compute inter-annotator agreement of a project, for the decision and each criterion."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        parser.add_argument("--guideline-version", type=int, help="measure this version alone")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(slug=options["slug"]).first()
        if project is None:
            raise CommandError(f"There is no project “{options['slug']}”.")
        report = measuring.compute_report(
            project, by=None, now=timezone.now(), guideline_version=options["guideline_version"]
        )
        if options["json"]:
            self.stdout.write(json.dumps(report_as_dict(report), ensure_ascii=False, indent=2))
        else:
            self._print(report)

    def _print(self, report: AgreementReport) -> None:
        self.stdout.write(f"{'measure':<24}{'coefficient':<36}{'value':>8}{'low':>8}{'high':>8}{'items':>8}")
        for result in report.results.order_by("id"):
            figures = "".join(
                f"{'—' if x is None else format(x, '.3f'):>8}"
                for x in (result.value, result.low, result.high)
            )
            self.stdout.write(
                f"{result.measure:<24}{result.coefficient:<36}{figures}{result.items:>8}  {result.reason}"
            )
