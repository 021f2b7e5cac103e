"""The page of agreement: figures with their interval, in words that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from review.measuring import compute_report
from review.models import AgreementReport
from review.reading_agreement import lines
from tests.conftest import Cast, page_client
from tests.counting import statements
from tests.factories import a_submitted_demonstration, a_task, decided
from tests.pages.reading import HTMX, text_of
from workspace.models import Job


def url(cast: Cast) -> str:
    return f"/p/{cast.project.slug}/agreement/"


def judged(cast: Cast, *decisions: tuple[str, str]) -> None:
    for first, second in decisions:
        a_task(cast.project)
        a_submitted_demonstration(cast.writer)
        decided(cast.reviewer, first)
        decided(cast.second_reviewer, second)


def test_before_the_first_report_the_page_says_what_to_do(cast: Cast) -> None:
    assert "Agreement was not computed yet" in text_of(page_client(cast.lead).get(url(cast)))


def test_a_report_without_ratings_says_what_it_needs(cast: Cast) -> None:
    compute_report(cast.project, by=None, now=timezone.now())
    assert "There is nothing to compare yet" in text_of(page_client(cast.lead).get(url(cast)))


def test_figures_stand_beside_their_reading(cast: Cast) -> None:
    judged(
        cast,
        ("approve", "approve"),
        ("approve", "reject"),
        ("request_changes", "reject"),
        ("reject", "reject"),
    )
    compute_report(cast.project, by=None, now=timezone.now())
    page = text_of(page_client(cast.adjudicator).get(url(cast)))
    for expected in (
        "Decision",
        "Helpfulness",
        "s alpha",
        "All other coefficients",
        "Fleiss",
    ):
        assert expected in page
    alpha = AgreementReport.objects.get().results.get(measure="decision", coefficient="krippendorff_alpha")
    assert f"{alpha.value:.3f}" in page
    undefined = AgreementReport.objects.get().results.filter(value=None).first()
    assert undefined is None or undefined.reason.split("“")[0][:20] in page


@dataclass(frozen=True)
class Found:
    coefficient: str
    value: float | None
    low: float | None = None
    measure: str = "safety"
    reason: str = ""


def test_one_sided_ratings_are_not_called_chance() -> None:
    figures = [
        Found("krippendorff_alpha", 0.0, 0.0),
        Found("percent_agreement", 0.98),
        Found("gwet_ac2", 0.97),
    ]
    (line,) = lines(figures)
    assert (line.tone, line.reading) == ("care", "skewed")
    figures[1] = Found("percent_agreement", 0.6)
    assert lines(figures)[0].reading == "chance"


def test_a_measure_keeps_every_figure_once() -> None:
    figures = [Found(name, 0.9, 0.85) for name in ("krippendorff_alpha", "fleiss_kappa", "gwet_ac1")]
    (line,) = lines(figures)
    assert (line.reading, line.percent) == ("good", None)
    assert [line.chosen, line.beside, *line.others] == [figures[0], figures[2], figures[1]]


def test_compute_now_starts_a_job_that_the_page_follows(cast: Cast) -> None:
    lead = page_client(cast.lead)
    page = text_of(lead.post(url(cast), follow=True))
    job = Job.objects.get(kind="compute_agreement")
    assert f"/p/{cast.project.slug}/jobs/{job.pk}/" in page
    assert lead.post(url(cast)).status_code == 409
    region = text_of(lead.get(url(cast), headers=HTMX)).strip()
    assert region.startswith('<section id="report"')


def test_who_may_look_may_not_always_compute(cast: Cast) -> None:
    adjudicator = page_client(cast.adjudicator)
    page = text_of(adjudicator.get(url(cast)))
    assert "Only admins of this project may do this" in page
    assert adjudicator.post(url(cast)).status_code == 403
    assert page_client(cast.writer).get(url(cast)).status_code == 403
    assert page_client(cast.stranger).get(url(cast)).status_code == 404


def test_the_page_costs_the_same_however_many_reports(cast: Cast) -> None:
    judged(cast, ("approve", "approve"), ("approve", "reject"))
    lead, counts = page_client(cast.lead), []
    for _ in range(2):
        compute_report(cast.project, by=None, now=timezone.now())
        with statements() as seen:
            lead.get(url(cast))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8
