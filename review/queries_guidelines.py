"""What was scored under a guideline version, and the agreement reached: told to the floor below by `annotate.measured`.

Nothing here changes a row.
"""

from __future__ import annotations

from django.db import connection

from annotate import measured
from annotate.measured import Agreed, Measured
from annotate.models import GuidelineVersion
from review.models import AgreementReport
from review.states import DECISIONS
from workspace.counting import MOST_COUNTED

# Of the many coefficients of a report: the one that any number of raters and missing ratings may have.
SHOWN = "krippendorff_alpha"
_COUNTED = """
SELECT decision, count(*) FROM (
    SELECT decision FROM review_review WHERE guideline_version_id = %s AND state = 'decided' LIMIT %s
) r GROUP BY decision
"""


def of_version(version: GuidelineVersion) -> Measured:
    """What was scored under `version`, counted up to a bound, and its newest report. Three statements at most."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, [version.pk, MOST_COUNTED + 1])
        decisions = dict.fromkeys(DECISIONS, 0) | dict(cursor.fetchall())
    # The report over this version alone; where there is none, the project's newest says nothing of it.
    reports = AgreementReport.objects.filter(
        project=version.project_id, ratings_set__guideline_version=version.number
    )
    report = reports.order_by("-pk").first()
    figures = report.results.filter(coefficient=SHOWN).order_by("pk") if report else ()
    return Measured(
        scored=sum(decisions.values()),
        decisions=decisions,
        agreement=[Agreed(each.measure, each.value, each.low, each.high, each.items) for each in figures],
        measured=report.created if report else None,
    )


class _Measurements:
    """This module, as `annotate.measured` wants it."""

    of_version = staticmethod(of_version)


def listen() -> None:
    """Tell the floor below what is known here; called once at start."""
    measured.fill(_Measurements())
