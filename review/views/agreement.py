"""`/p/SLUG/agreement/`: how alike independent reviewers judge, in words and figures; and the button "Compute now"."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from review import measuring, queries_releases
from review.reading_agreement import lines
from workspace.access import Standing
from workspace.views.door import project_page

# In a word, and in a sentence.
READINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    "good": (_("Good"), _("Even the lower end of the interval lets conclusions stand.")),
    "tentative": (_("Fair"), _("Take conclusions from this as tentative.")),
    "unsure": (
        _("Uncertain"),
        _("The value looks fine, but the interval reaches far down: too few ratings."),
    ),
    "low": (_("Too low"), _("Do not rely on judgement here yet. Talk over the anchors of this scale.")),
    "chance": (_("As by chance"), _("Look at the question and its anchors first.")),
    "skewed": (
        _("One-sided"),
        _("Nearly all ratings are the same level, so alpha says little. Look at percent agreement and AC."),
    ),
    "undefined": (_("Not yet"), _("This cannot be computed yet.")),
}
NAMES: dict[str, str | Promise] = {
    "krippendorff_alpha": _("Krippendorff's alpha"),
    "percent_agreement": _("Percent agreement"),
    "gwet_ac1": _("Gwet's AC1"),
    "gwet_ac2": _("Gwet's AC2"),
    "cohen_kappa": _("Cohen's kappa"),
    "scott_pi": _("Scott's pi"),
    "fleiss_kappa": _("Fleiss' kappa"),
    "conger_kappa": _("Conger's kappa"),
    "brennan_prediger": _("Brennan and Prediger's kappa"),
    "kendall_w": _("Kendall's W"),
}


@project_page("agreement.view", methods=("GET", "HEAD", "POST"))
def index(request: HttpRequest) -> HttpResponse:
    """The newest report by measure; a POST starts the job that computes a new one."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.method == "POST":
        measuring.start_report(standing, now=timezone.now())
        return redirect("agreement", slug=standing.project.slug)
    report = queries_releases.newest_report(standing)
    job = queries_releases.newest_measuring(standing)
    results = sorted(report.results.all(), key=lambda result: result.pk) if report is not None else []
    found = lines(results)
    context = {
        "report": report,
        "measures": [(line, *READINGS[line.reading]) for line in found],
        "criteria": queries_releases.criterion_names(standing.project),
        "coefficients": NAMES,
        # The job is shown while it runs, and where it failed after the report that stands here.
        "job": job if job is not None and (not job.finished_in_any_way or job.state == "failed") else None,
    }
    template = "_report" if getattr(request, "htmx", False) else "index"
    return render(request, f"review/agreement/{template}.html", context)
