"""A material change sends approved work to review again, once, by others, under the new version's rubric."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from annotate import guidelines, queries_guidelines
from annotate.guideline_sections import fingerprint
from annotate.models import Demonstration, GuidelineVersion
from review import adjudicating, deciding, measuring, reopening, undoing
from review.models import Adjudication, ReleaseItem, Review, ReviewPlace
from tests.conftest import Cast
from tests.counting import statements
from tests.factories import a_member, a_review, a_submitted_demonstration, decided, full_scores
from tests.review.releasing import built
from workspace import running
from workspace.access import Standing
from workspace.models import AuditEvent, Job
from workspace.refusals import Conflict, Empty, NotAllowed


def publish(lead: Standing, *, material: bool = True, categories: Any = (), **parts: Any) -> GuidelineVersion:
    guidelines.begin_draft(lead, now=timezone.now())
    if parts:
        guidelines.change_draft(lead, now=timezone.now(), **parts)
    return guidelines.publish(
        lead, summary="Stricter.", material=material, categories=categories, now=timezone.now()
    )


def read(version: GuidelineVersion, *who: Standing) -> None:
    for each in who:
        guidelines.acknowledge(each, version.number or 0, now=timezone.now())


def run(version: GuidelineVersion) -> Job:
    job = Job.objects.get(kind="review_again", arguments__version=version.pk)
    running.run(job.pk, reopening.review_again)
    job.refresh_from_db()
    return job


def approved(cast: Cast) -> Demonstration:
    written = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer)
    decided(cast.second_reviewer)
    written.refresh_from_db()
    assert written.state == "approved"
    return written


@pytest.fixture
def others(cast: Cast) -> tuple[Standing, Standing]:
    return a_member(cast.project, "reviewer", name="third"), a_member(cast.project, "reviewer", name="fourth")


def test_a_change_that_is_not_material_starts_nothing(cast: Cast) -> None:
    approved(cast)
    publish(cast.lead, material=False)
    assert not Job.objects.filter(kind="review_again").exists()


def test_approved_work_is_reviewed_again_by_others_under_the_new_version(
    cast: Cast, others: tuple[Standing, Standing]
) -> None:
    written = approved(cast)
    version = publish(cast.lead)
    job = run(version)
    assert (job.state, job.total, job.result) == ("succeeded", 1, {"version": 2, "reopened": 1})
    written.refresh_from_db()
    assert written.state == "needs_review"
    read(version, cast.reviewer, cast.second_reviewer, *others)
    with pytest.raises(Empty):
        a_review(cast.reviewer)
    review = a_review(others[0])
    assert review.guideline_version == version and review.revision.number == 1
    deciding.decide(
        review,
        deciding.Judgement("approve", full_scores(review, 1)),
        by=others[0].user,
        now=timezone.now(),
    )
    written.refresh_from_db()
    assert written.state == "needs_review", "one of two planned reviews is in"
    decided(others[1], level=1)
    written.refresh_from_db()
    assert written.state == "approved"
    assert written.quality_rating == 1, "the scores of the earlier round stay with their version"
    assert written.rating_reviews == 2
    assert Review.objects.filter(revision__demonstration=written, state="decided").count() == 4


def test_the_job_run_twice_reopens_nothing_twice(cast: Cast, others: tuple[Standing, Standing]) -> None:
    written = approved(cast)
    version = publish(cast.lead)
    job = run(version)
    read(version, *others)
    decided(others[0])
    decided(others[1])
    Job.objects.filter(pk=job.pk).update(state="queued")
    running.run(job.pk, reopening.review_again)
    written.refresh_from_db()
    assert written.state == "approved"
    assert ReviewPlace.objects.filter(demonstration=written).count() == 4
    moves = AuditEvent.objects.filter(object_id=written.pk, action="demonstration.needs_review")
    assert moves.count() == 1


def test_a_later_material_change_asks_once_more(cast: Cast, others: tuple[Standing, Standing]) -> None:
    written = approved(cast)
    for number in (2, 3):
        version = publish(cast.lead)
        assert version.number == number
        run(version)
        written.refresh_from_db()
        assert written.state == "needs_review"
        first, second = (a_member(cast.project, "reviewer") for _ in range(2))
        assert decided(first).guideline_version == version
        decided(second)
    assert list(written.places.order_by("number").values_list("number", "state")) == [
        *((number, "closed") for number in range(1, 5)),
        (5, "filled"),
        (6, "filled"),
    ]


def test_only_the_named_categories_are_looked_at_again(cast: Cast) -> None:
    written = approved(cast)
    version = publish(cast.lead, categories=["coding"])
    assert version.material_categories == ["coding"]
    assert run(version).result == {"version": 2, "reopened": 0}
    written.refresh_from_db()
    assert written.state == "approved"
    assert run(publish(cast.lead, categories=["open_qa", "coding"])).result == {"version": 3, "reopened": 1}


def test_work_in_review_finishes_under_the_version_it_began_with(cast: Cast) -> None:
    written = a_submitted_demonstration(cast.writer)
    review = a_review(cast.reviewer)
    version = publish(cast.lead)
    run(version)
    assert review.guideline_version.number == 1
    read(version, cast.second_reviewer)
    assert a_review(cast.second_reviewer).guideline_version.number == 1
    written.refresh_from_db()
    assert written.state == "submitted"


def test_disagreement_over_a_second_look_goes_to_an_adjudicator_who_took_no_part(
    cast: Cast, others: tuple[Standing, Standing]
) -> None:
    written = approved(cast)
    rubric = guidelines.newest(cast.project).rubric
    version = publish(cast.lead, rubric=rubric[:2])
    run(version)
    both = a_member(cast.project, "reviewer", "adjudicator", name="both")
    read(version, *others)
    assert decided(others[0]).guideline_version == version
    decided(others[1], "reject")
    written.refresh_from_db()
    assert written.state == "disputed"
    dispute = Adjudication.objects.get(demonstration=written, state="open")
    assert dispute.judged_by == version
    Review.objects.filter(revision__demonstration=written, reviewer=cast.reviewer.member).update(
        reviewer=both.member
    )
    with pytest.raises(NotAllowed):
        adjudicating.resolve(both, dispute, decision="approve", reason="Fine.", now=timezone.now())
    own = {criterion["key"]: criterion["levels"][0]["value"] for criterion in rubric[:2]}
    adjudicating.resolve(
        cast.adjudicator, dispute, decision="approve", reason="Fine.", scores=own, now=timezone.now()
    )
    written.refresh_from_db()
    assert (written.state, written.quality_rating) == ("approved", 1)


def test_an_undone_second_look_is_in_review_again_and_not_submitted(
    cast: Cast, others: tuple[Standing, Standing]
) -> None:
    written = approved(cast)
    version = publish(cast.lead)
    run(version)
    read(version, *others)
    decided(others[0])
    for decision in ("approve", "reject"):
        last = decided(others[1], decision)
        undoing.undo(last, by=others[1].user, now=timezone.now())
        written.refresh_from_db()
        assert written.state == "needs_review"
    decided(others[1])
    written.refresh_from_db()
    assert written.state == "approved"


def test_what_was_withdrawn_meanwhile_is_left_alone(cast: Cast) -> None:
    written = approved(cast)
    version = publish(cast.lead)
    Demonstration.objects.filter(pk=written.pk).update(state="withdrawn")
    assert run(version).result == {"version": 2, "reopened": 0}


def test_a_cancelled_job_leaves_what_it_did_whole(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = approved(cast), approved(cast)
    monkeypatch.setattr(reopening, "BATCH", 1)
    version = publish(cast.lead)
    job = Job.objects.get(kind="review_again")
    Job.objects.filter(pk=job.pk).update(cancel_requested=True)
    assert run(version).state == "cancelled"
    states = sorted(
        Demonstration.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)
    )
    assert states == ["approved", "needs_review"]
    assert ReviewPlace.objects.filter(guideline_version=version, state="open").count() == 2


def test_one_project_s_change_touches_no_other_s_work(cast: Cast) -> None:
    written = approved(cast)
    other = cast.stranger
    version = publish(other)
    assert run(version).result == {"version": 2, "reopened": 0}
    written.refresh_from_db()
    assert written.state == "approved"


def test_publishing_what_somebody_else_changed_meanwhile_is_refused(cast: Cast) -> None:
    draft = guidelines.begin_draft(cast.lead, now=timezone.now())
    seen = fingerprint(guidelines.parts_of(draft))
    guidelines.change_draft(cast.lead, now=timezone.now(), title="Other")
    with pytest.raises(Conflict):
        guidelines.publish(cast.lead, summary="S", material=True, seen=seen, now=timezone.now())
    assert not Job.objects.filter(kind="review_again").exists()


def test_a_release_holds_the_scores_of_the_last_look_alone(
    cast: Cast, others: tuple[Standing, Standing]
) -> None:
    approved(cast)
    version = publish(cast.lead)
    run(version)
    read(version, *others)
    for each in others:
        decided(each, level=1)
    release = built(cast)
    item = ReleaseItem.objects.get(release=release)
    assert item.rubric_version == version and item.reviews == 2
    assert set(item.scores.values()) == {1} and item.quality_rating == 1


def test_the_figures_of_a_version_are_its_own(cast: Cast, others: tuple[Standing, Standing]) -> None:
    approved(cast)
    first, version = guidelines.newest(cast.project), publish(cast.lead)
    run(version)
    read(version, *others)
    decided(others[0])
    decided(others[1], "reject")
    measuring.compute_report(cast.project, by=None, now=timezone.now())
    old, new = queries_guidelines.figures(first), queries_guidelines.figures(version)
    assert (old.written, old.approved, old.measured.scored) == (1, 0, 2)
    assert (new.written, new.approved, new.measured.scored) == (0, 0, 2)
    assert new.measured.decisions == {"approve": 1, "request_changes": 0, "reject": 1}
    assert new.readers == 2 and not new.measured.agreement, "the project's report is not this version's"
    measuring.compute_report(cast.project, by=None, now=timezone.now(), guideline_version=2)
    with statements() as seen:
        measured = queries_guidelines.figures(version).measured
    assert measured.agreement[0].measure == "decision" and measured.measured is not None
    assert len(seen) == 5
