"""`adjudications/…`: what reviews disagree on, side by side, and how it is settled."""

from __future__ import annotations

import pytest

from review.models import Adjudication, Review
from tests.conftest import api_client
from tests.counting import statements
from tests.factories import a_member, a_submitted_demonstration, decided


@pytest.fixture
def disputed(cast):
    return dispute(cast)


def dispute(cast):
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve", comment="Clear and right.")
    decided(cast.second_reviewer, "reject", comment="The height is missing.", level=1)
    return Adjudication.objects.latest("pk")


def listing(who, query="", project=None):
    return api_client(who).get(f"/api/v1/projects/{(project or who.project).slug}/adjudications/{query}")


def resolve(who, adjudication, **body):
    values = {"decision": "approve", "reason": "The height does not matter here.", **body}
    return api_client(who).post(f"/api/v1/adjudications/{adjudication.pk}/resolve/", values, format="json")


def test_a_dispute_shows_the_reviews_side_by_side_without_names(cast, disputed):
    answer = listing(cast.adjudicator)
    assert answer.status_code == 200
    (shown,) = answer.json()["results"]
    assert shown["id"] == str(disputed.pk) and shown["state"] == "open"
    assert [review["decision"] for review in shown["reviews"]] == ["approve", "reject"]
    assert shown["reviews"][1]["comment"] == "The height is missing."
    assert shown["reviews"][1]["scores"]["accuracy"] == 1
    assert shown["demonstration"]["state"] == "disputed" and shown["demonstration"]["messages"]
    assert shown["rubric"][0]["levels"]
    words = answer.content.decode()
    assert (
        "annotator" not in words and '"by"' not in words and cast.reviewer.user.name not in words.split('"')
    )


def test_resolving_settles_with_a_reason(cast, disputed):
    answer = resolve(cast.adjudicator, disputed)
    assert answer.status_code == 200
    settled = answer.json()
    assert (settled["state"], settled["decision"]) == ("resolved", "approve")
    assert settled["reason"] == "The height does not matter here."
    assert settled["demonstration"]["state"] == "approved"
    assert Review.objects.filter(state="decided").count() == 2  # the raw reviews stay
    assert resolve(cast.adjudicator, disputed).status_code == 409


def test_an_adjudicator_s_own_scores_replace_the_reviewers(cast, disputed):
    rubric = disputed.revision.guideline_version.rubric
    best = {criterion["key"]: criterion["levels"][-1]["value"] for criterion in rubric}
    answer = resolve(cast.adjudicator, disputed, scores=best)
    assert answer.json()["demonstration"]["quality_rating"] == 5.0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": None}, "reason"),
        ({"decision": "perhaps"}, "decision"),
        ({"scores": {"accuracy": 99}}, "scores.accuracy"),
        ({"scores": 5}, "scores"),
        ({"other": 5}, "other"),
    ],
)
def test_a_malformed_resolution_is_refused_by_field(cast, disputed, body, field):
    answer = resolve(cast.adjudicator, disputed, **body)
    assert answer.status_code == 422 and field in answer.json()["errors"]
    disputed.refresh_from_db()
    assert disputed.state == "open"


def test_whoever_took_part_neither_sees_nor_settles_it(cast, disputed):
    for member in (cast.writer.member, cast.reviewer.member):
        member.roles = [*member.roles, "adjudicator"]
        member.save()
    for who in (cast.writer, cast.reviewer):
        assert listing(who).json()["results"] == []
        refused = resolve(who, disputed)
        assert refused.status_code == 403 and "wrote or reviewed" in refused.json()["detail"]


def test_only_adjudicators_may_and_strangers_see_nothing(cast, disputed):
    for who in (cast.writer, cast.reviewer, cast.lead):
        assert listing(who).status_code == 403
        assert resolve(who, disputed).status_code == 403
    assert listing(cast.stranger, project=cast.project).status_code == 404
    assert resolve(cast.stranger, disputed).status_code == 404


def test_the_list_is_filtered_by_state_and_costs_the_same_however_long(cast, disputed):
    resolve(cast.adjudicator, disputed)
    dispute(cast)
    assert len(listing(cast.adjudicator, "?state=open").json()["results"]) == 1
    assert listing(cast.adjudicator, "?state=lost").status_code == 422
    with statements() as two:
        assert len(listing(cast.adjudicator).json()["results"]) == 2
    for _ in range(3):
        dispute(cast)
    with statements() as five:
        assert len(listing(cast.adjudicator).json()["results"]) == 5
    assert len(two) == len(five)


def test_the_list_has_pages(cast, disputed):
    dispute(cast)
    outsider = a_member(cast.project, "adjudicator")
    first = listing(outsider, "?limit=1").json()
    assert len(first["results"]) == 1
    rest = api_client(outsider).get(first["next"]).json()
    assert [found["id"] for found in rest["results"]] == [str(disputed.pk)] and rest["next"] is None
