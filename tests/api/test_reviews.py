"""`reviews/…`: taking, judging, giving back; blindness; what each call costs."""

from __future__ import annotations

import pytest

from review.models import Comment, Review, ReviewPlace, Score
from tests.conftest import api_client, page_client
from tests.counting import statements
from tests.factories import TEXT, a_member, a_review, a_submitted_demonstration, full_scores


@pytest.fixture
def written(cast):
    return a_submitted_demonstration(cast.writer)


def claim(who, project=None):
    return api_client(who).post(f"/api/v1/projects/{(project or who.project).slug}/reviews/claim/")


def call(who, review, action, body=None, method="post"):
    return getattr(api_client(who), method)(f"/api/v1/reviews/{review.pk}/{action}", body, format="json")


def decide(who, review, decision="approve", **more):
    return call(who, review, "decide/", {"decision": decision, "scores": full_scores(review), **more})


def test_a_claim_answers_the_contract_s_review(cast, written):
    answer = claim(cast.reviewer)

    assert answer.status_code == 201
    review = answer.json()
    assert (review["state"], review["revision"], review["decision"], review["scores"]) == (
        "active",
        1,
        "",
        {},
    )
    assert review["demonstration"]["id"] == str(written.pk)
    assert review["demonstration"]["messages"][-1]["content"] == TEXT
    assert review["demonstration"]["task"]["kind"] == "respond"
    criterion = review["rubric"][0]
    assert criterion["key"] == "accuracy" and criterion["levels"][0].keys() == {"value", "anchor"}


def test_the_review_already_held_is_answered_with_200(cast, written):
    first, again = claim(cast.reviewer), claim(cast.reviewer)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_a_blind_project_never_names_the_writer_to_a_reviewer(cast, written):
    words = claim(cast.reviewer).content.decode()
    assert "annotator" not in words and cast.writer.user.email not in words and '"writer"' not in words


def test_an_open_project_names_the_writer(cast, written):
    cast.project.blind = False
    cast.project.save()
    named = claim(cast.reviewer).json()["demonstration"]["annotator"]
    assert named == {"id": str(cast.writer.member.pk), "name": "writer"}


def test_nobody_reviews_their_own_writing(cast):
    both = a_member(cast.project, "annotator", "reviewer")
    a_submitted_demonstration(both)
    answer = claim(both)
    assert answer.status_code == 204 and answer["Scriptorium-Reason"]


def test_nothing_waits_for_review(cast):
    answer = claim(cast.reviewer)
    assert (answer.status_code, answer["Scriptorium-Reason"]) == (
        204,
        "Nothing waits for review at the moment.",
    )


def test_a_decision_is_recorded_with_scores_and_span_comments(cast, written):
    review = a_review(cast.reviewer)
    remark = {"revision_message": 1, "start": 0, "end": 5, "text": "At what height?"}

    answer = decide(
        cast.reviewer,
        review,
        "request_changes",
        comment="Say how high.",
        comments=[remark],
        reasons=["accuracy", "incomplete"],
        fault="writer",
    )

    assert answer.status_code == 200
    decided = answer.json()
    assert (decided["state"], decided["decision"], decided["comment"]) == (
        "decided",
        "request_changes",
        "Say how high.",
    )
    assert decided["scores"] == full_scores(review) and decided["reasons"] == ["accuracy", "incomplete"]
    assert decided["comments"] == [
        {"message": 1, "start": 0, "end": 5, "quote": "Water", "text": "At what height?"}
    ]
    assert decided["demonstration"]["state"] == "submitted"  # the second review is not in


def test_the_last_planned_review_settles(cast, written):
    for reviewer in (cast.reviewer, cast.second_reviewer):
        answer = decide(reviewer, a_review(reviewer))
    assert answer.json()["demonstration"]["state"] == "approved"
    assert answer.json()["demonstration"]["quality_rating"] == 5.0


def test_the_same_decision_twice_gives_the_same_answer(cast, written):
    review = a_review(cast.reviewer)
    first, again = decide(cast.reviewer, review), decide(cast.reviewer, review)
    assert first.json() == again.json() and Score.objects.count() == len(full_scores(review))
    other = decide(cast.reviewer, review, "reject", comment="No.")
    assert other.status_code == 409 and "decided this review already" in other.json()["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"decision": None}, "decision"),
        ({"decision": "maybe"}, "decision"),
        ({"decision": 7}, "decision"),
        ({"scores": None}, "scores"),
        ({"scores": []}, "scores"),
        ({"scores": {}}, "scores.accuracy"),
        ({"scores": {"accuracy": "5"}}, "scores.accuracy"),
        ({"scores": {"accuracy": 99}}, "scores.accuracy"),
        ({"scores": {"beauty": 1}}, "scores.beauty"),
        ({"decision": "reject"}, "comment"),
        ({"fault": "nobody"}, "fault"),
        ({"comment": 7}, "comment"),
        ({"reasons": "short"}, "reasons"),
        ({"reasons": [7]}, "reasons"),
        ({"reasons": ["mood"]}, "reasons"),
        ({"comments": [{"start": 0}]}, "comments.0"),
        ({"comments": [{"revision_message": 9, "start": 0, "end": 1, "text": "x"}]}, "comments.0"),
        ({"comments": [{"revision_message": 1, "start": 5, "end": 5, "text": "x"}]}, "comments.0"),
        ({"comments": [{"revision_message": 1, "start": 0, "end": 99999, "text": "x"}]}, "comments.0"),
        ({"comments": [{"revision_message": 1, "start": 0, "end": 1, "text": " "}]}, "comments.0"),
        ({"edited": True}, "edited"),
    ],
)
def test_a_malformed_decision_is_refused_by_field(cast, written, change, field):
    review = a_review(cast.reviewer)
    body = {"decision": "approve", "scores": full_scores(review), **change}
    answer = call(cast.reviewer, review, "decide/", body)
    assert answer.status_code == 422 and field in answer.json()["errors"]
    review.refresh_from_db()
    assert review.state == "active" and not Score.objects.exists() and not Comment.objects.exists()


def test_a_skipped_review_is_never_offered_again_and_a_released_one_may_be(cast, written):
    review = a_review(cast.reviewer)
    assert call(cast.reviewer, review, "release/").json()["state"] == "released"
    assert claim(cast.reviewer).json()["id"] == str(review.pk)
    assert call(cast.reviewer, review, "renew/").status_code == 200
    assert call(cast.reviewer, review, "skip/").json()["state"] == "skipped"
    assert claim(cast.reviewer).status_code == 204
    assert call(cast.reviewer, review, "renew/").status_code == 409
    assert ReviewPlace.objects.filter(state="open").count() == 2


@pytest.mark.parametrize(
    ("action", "method"),
    [("", "get"), ("renew/", "post"), ("skip/", "post"), ("release/", "post"), ("decide/", "post")],
)
def test_a_review_is_its_own_reviewer_s_alone(cast, written, action, method):
    review = a_review(cast.reviewer)
    body = {"decision": "approve", "scores": full_scores(review)} if action == "decide/" else {}
    for other in (cast.second_reviewer, cast.writer, cast.adjudicator, cast.lead):
        assert call(other, review, action, body if method == "post" else None, method).status_code == 403
    assert call(cast.stranger, review, action, body if method == "post" else None, method).status_code == 404
    assert Review.objects.get().state == "active"


def test_only_reviewers_claim_and_strangers_see_no_project(cast, written):
    for other in (cast.writer, cast.adjudicator, cast.lead):
        assert claim(other).status_code == 403
    assert claim(cast.stranger, cast.project).status_code == 404


def test_what_the_calls_of_the_desk_cost(cast):
    for _ in range(3):
        a_submitted_demonstration(cast.writer)
    browser = page_client(cast.reviewer)
    url = f"/api/v1/projects/{cast.project.slug}/reviews/claim/"
    review_costs, decide_costs = [], []
    for _ in range(3):
        with statements() as executed:
            key = browser.post(url, content_type="application/json").json()["id"]
        review_costs.append(len(executed))
        review = Review.objects.get(pk=key)
        body = {"decision": "approve", "scores": full_scores(review)}
        with statements() as executed:
            answer = browser.post(f"/api/v1/reviews/{key}/decide/", body, content_type="application/json")
        assert answer.status_code == 200
        decide_costs.append(len(executed))
    assert review_costs[1:] == [5, 5]
    assert decide_costs[1:] == [11, 11]
