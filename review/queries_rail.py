"""How much waits for a person at the places of a project: the counts of the rail, in one bounded statement.

Named by dotted path in `workspace.places`, because the frame stands on a lower floor than reviews do.
"""

from __future__ import annotations

from django.db.models.expressions import Combinable

from annotate.models import Demonstration
from annotate.models.queue import REVIEW
from review.models import Adjudication, ReviewPlace
from workspace.access import Standing
from workspace.counting import CountUpTo
from workspace.models import Project
from workspace.places import MOST_SHOWN


def waiting_counts(standing: Standing) -> dict[str, int]:
    """By place: returned to me, open reviews, open disputes; only what this standing may take up."""
    project = standing.project.pk
    counts: dict[str, Combinable] = {}
    if standing.may("work.view") and standing.member is not None:
        returned = Demonstration.objects.filter(author=standing.member, state="changes_requested")
        counts["work"] = CountUpTo(returned, most=MOST_SHOWN)
    if standing.may("review.work"):
        places = ReviewPlace.objects.filter(lane__project=project, lane__queue=REVIEW, state="open")
        counts["review"] = CountUpTo(places, most=MOST_SHOWN)
    if standing.may("adjudication.list"):
        open_disputes = Adjudication.objects.filter(project=project, state="open")
        counts["adjudicate"] = CountUpTo(open_disputes, most=MOST_SHOWN)
    if not counts:
        return {}
    row = Project.objects.filter(pk=project).annotate(**counts).values(*counts).get()
    return {place: row[place] for place in counts}
