"""Agreement through the API: computed by a job, listed with its reasons."""

from __future__ import annotations

from review.jobs import _compute_agreement
from review.models import AgreementReport
from tests.conftest import Cast, api_client
from tests.counting import statements
from tests.review.releasing import approved
from workspace import running
from workspace.models import Job


def url(cast: Cast) -> str:
    return f"/api/v1/projects/{cast.project.slug}/agreement/"


def test_a_report_is_computed_by_a_job_and_listed(cast: Cast) -> None:
    approved(cast)
    approved(cast)
    lead = api_client(cast.lead)
    started = lead.post(url(cast), {}, format="json")
    assert started.status_code == 202
    assert lead.post(url(cast), {}, format="json").status_code == 409
    job = Job.objects.get(pk=started.json()["id"])
    running.run(job.pk, _compute_agreement)
    (report,) = lead.get(url(cast)).json()["results"]
    job.refresh_from_db()
    assert job.result == {"report": report["id"]}
    measures = {result["measure"] for result in report["results"]}
    assert "decision" in measures
    assert len(measures) > 1
    for result in report["results"]:
        assert (result["value"] is None) is bool(result["reason"]) or result["value"] is not None


def test_an_unknown_version_is_missing_and_strange_bodies_are_refused(cast: Cast) -> None:
    lead = api_client(cast.lead)
    assert lead.post(url(cast), {"guideline_version": 99}, format="json").status_code == 404
    assert lead.post(url(cast), {"guideline_version": "one"}, format="json").status_code == 422
    assert lead.post(url(cast), {"seed": 1}, format="json").status_code == 422


def test_the_list_costs_the_same_however_many_reports(cast: Cast) -> None:
    counts = []
    for _ in range(2):
        AgreementReport.objects.create(project=cast.project)
        with statements() as seen:
            assert api_client(cast.lead).get(url(cast)).status_code == 200
        counts.append(len(seen))
    assert counts == [3, 3]


def test_leads_compute_adjudicators_look_others_may_not(cast: Cast) -> None:
    assert api_client(cast.adjudicator).get(url(cast)).status_code == 200
    assert api_client(cast.adjudicator).post(url(cast)).status_code == 403
    assert api_client(cast.writer).get(url(cast)).status_code == 403
    assert api_client(cast.stranger).get(url(cast)).status_code == 404
