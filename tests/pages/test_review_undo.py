"""Taking a decision back at the desk and by the API: everything it did is undone, or a sentence says why not."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from annotate import claiming, drafting, submitting
from annotate.models import Assignment, Demonstration
from review.models import Adjudication, Comment, Release, ReleaseItem, Review, Score
from tests.conftest import Cast, api_client, page_client
from tests.factories import TEXT, a_member, a_project, a_review, a_submitted_demonstration, decided
from tests.pages.reading import HTMX, text_of
from tests.pages.test_review_desk import form, post
from workspace.models import AuditEvent


def test_undo_within_ten_seconds_restores_everything_and_shows_it_again(cast: Cast) -> None:
    project = a_project(reviews=1)
    writer, reviewer = a_member(project, "annotator"), a_member(project, "reviewer")
    browser = page_client(reviewer)
    for number in range(2):
        a_submitted_demonstration(writer, f"{TEXT} {number}")
    review = a_review(reviewer)
    written = review.demonstration
    typed = form(review, "request_changes", comment="Say more.", reasons=["incomplete"], fault="writer")
    post(browser, review, data=typed | {"comment-span": "1:0:5", "comment-text": "Which?"}, **HTMX)
    written.refresh_from_db()
    assert written.state == "changes_requested"

    answer = post(browser, review, "undo", data={}, **HTMX)

    shown = text_of(answer)
    written.refresh_from_db()
    assert answer.status_code == 200 and "data-typed" in shown
    assert "Say more." in shown and 'value="incomplete" checked' in shown and "Which?" in shown
    assert shown.count(" checked>") == 7  # five criteria, the reason, the fault
    assert (written.state, written.settled, written.quality_rating) == ("submitted", None, None)
    work = Assignment.objects.get(pk=written.assignment_id)
    assert (work.state, work.round) == ("submitted", 1)
    assert list(Review.objects.order_by("id").values_list("state", flat=True)) == ["active", "released"]
    assert post(browser, review).status_code == 302
    written.refresh_from_db()
    assert (written.state, written.rating_reviews) == ("approved", 1)


def test_undo_of_a_rejection_takes_the_place_back_unless_another_writes_there(cast: Cast) -> None:
    project = a_project(reviews=1)
    writer, other = a_member(project, "annotator"), a_member(project, "annotator")
    reviewer = a_member(project, "reviewer")
    browser = page_client(reviewer)
    written = a_submitted_demonstration(writer)
    review = decided(reviewer, "reject")
    assert post(browser, review, "undo", data={}).status_code == 200
    written.refresh_from_db()
    assert (written.state, written.slot.state, written.slot.holder_id) == (
        "submitted",
        "filled",
        writer.require_member().pk,
    )
    decided(reviewer, "reject")
    claiming.claim(other, now=timezone.now())
    refused = post(browser, review, "undo", data={})
    assert refused.status_code == 409 and "Another writer has the task already" in text_of(refused)


def test_undo_closes_the_dispute_that_the_decision_opened(cast: Cast) -> None:
    written = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve")
    second = decided(cast.second_reviewer, "reject")
    assert Adjudication.objects.get().state == "open"
    assert post(page_client(cast.second_reviewer), second, "undo", data={}).status_code == 200
    written.refresh_from_db()
    assert (written.state, Adjudication.objects.get().state) == ("submitted", "closed")


def test_undo_is_refused_once_something_has_built_on_the_decision(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    first = decided(cast.reviewer, "request_changes")
    second = decided(cast.second_reviewer, "request_changes")
    refused = post(page_client(cast.reviewer), first, "undo", data={})
    assert refused.status_code == 409 and "Another review has come in since" in text_of(refused)

    work = Demonstration.objects.get().assignment
    messages = [{"role": "assistant", "content": TEXT + " Better."}]
    drafting.save_draft(work, messages=messages, version=1, by=cast.writer.user, now=timezone.now())
    refused = post(page_client(cast.second_reviewer), second, "undo", data={})
    assert refused.status_code == 409 and "Its writer has begun to work on it" in text_of(refused)
    submitting.submit(work, by=cast.writer.user, now=timezone.now())
    assert post(page_client(cast.second_reviewer), second, "undo", data={}).status_code == 409


def test_undo_is_refused_after_ten_seconds_and_to_everybody_else(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    review = decided(cast.reviewer)
    assert post(page_client(cast.second_reviewer), review, "undo", data={}).status_code == 403
    Review.objects.update(decided=timezone.now() - timedelta(seconds=11))
    refused = post(page_client(cast.reviewer), review, "undo", data={})
    assert refused.status_code == 409 and "ten seconds" in text_of(refused)
    assert Review.objects.get().state == "decided"


def test_undo_is_refused_once_a_release_holds_it(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer)
    review = decided(cast.second_reviewer)
    now = timezone.now()
    release = Release.objects.create(project=cast.project, number=1, created=now)
    ReleaseItem.objects.create(
        release=release,
        position=0,
        revision=review.revision,
        demonstration=review.demonstration,
        rubric_version=review.guideline_version,
        created=now,
        approved=now,
    )
    refused = post(page_client(cast.second_reviewer), review, "undo", data={})
    assert refused.status_code == 409 and "A release holds this demonstration" in text_of(refused)


def test_the_api_undoes_too(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    review = decided(cast.reviewer, "reject", comment="Wrong.")
    answer = api_client(cast.reviewer).post(f"/api/v1/reviews/{review.pk}/undo/")
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["decision"], shown["scores"]) == (200, "active", "", {})
    assert not Score.objects.exists() and not Comment.objects.exists()
    assert AuditEvent.objects.filter(action="review.undone", object_id=review.pk).exists()
    again = api_client(cast.reviewer).post(f"/api/v1/reviews/{review.pk}/undo/")
    assert again.status_code == 409 and "not decided" in again.json()["detail"]
