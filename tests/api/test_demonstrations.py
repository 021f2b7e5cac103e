"""`demonstrations/…`: who sees what, the filters, blindness, history, withdrawal."""

from __future__ import annotations

import pytest
from django.utils import timezone

from annotate import submitting
from annotate.models import Source
from tests.conftest import api_client
from tests.counting import statements
from tests.factories import (
    TEXT,
    a_member,
    a_review,
    a_submitted_demonstration,
    a_task,
    an_assignment,
    decided,
)
from workspace.models import Project


@pytest.fixture
def written(cast):
    return a_submitted_demonstration(cast.writer)


def listing(who, project=None, **query):
    return api_client(who).get(f"/api/v1/projects/{(project or who.project).slug}/demonstrations/", query)


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [found["id"] for found in answer.json()["results"]]


def show(who, demonstration, part=""):
    return api_client(who).get(f"/api/v1/demonstrations/{demonstration.pk}/{part}")


def open_the_project(cast):
    Project.objects.filter(pk=cast.project.pk).update(blind=False)


def test_a_demonstration_has_the_contract_s_shape(cast, written):
    shown = show(cast.writer, written).json()
    assert shown["id"] == str(written.pk) and shown["state"] == "submitted"
    assert (shown["revision"], shown["guideline_version"], shown["quality_rating"]) == (1, 1, None)
    assert shown["messages"][-1] == {"role": "assistant", "content": TEXT}
    assert shown["task"]["kind"] == "respond" and "reference" not in shown["task"]
    assert shown["annotator"] == {"id": str(cast.writer.member.pk), "name": "writer"}
    assert shown["reviews"] == [] and shown["findings"] == []


def test_each_sees_their_own_part_of_the_list(cast, written):
    other = a_submitted_demonstration(cast.second_writer)
    both, mine = [str(other.pk), str(written.pk)], [str(written.pk)]
    assert ids(listing(cast.lead)) == both
    assert ids(listing(cast.adjudicator)) == both
    assert ids(listing(cast.writer)) == mine
    assert ids(listing(cast.reviewer)) == []
    review = a_review(cast.reviewer)
    assert ids(listing(cast.reviewer)) == [str(review.demonstration_id)]
    assert listing(cast.stranger, cast.project).status_code == 404


def test_one_demonstration_is_shown_to_those_whom_it_concerns(cast, written):
    for who in (cast.writer, cast.lead, cast.adjudicator):
        assert show(who, written).status_code == 200
    for who in (cast.second_writer, cast.reviewer):
        for part in ("", "history/"):
            refused = show(who, written, part)
            assert refused.status_code == 403 and refused.json()["detail"]
    assert show(cast.stranger, written).status_code == 404
    a_review(cast.reviewer)
    assert show(cast.reviewer, written).status_code == 200


def test_a_blind_project_names_the_annotator_to_writer_and_admin_alone(cast, written):
    a_review(cast.reviewer)
    for who in (cast.writer, cast.lead):
        assert show(who, written).json()["annotator"]["name"] == "writer"
    for who in (cast.reviewer, cast.adjudicator):
        for answer in (show(who, written), show(who, written, "history/"), listing(who)):
            assert "annotator" not in answer.content.decode()
    open_the_project(cast)
    for who in (cast.reviewer, cast.adjudicator):
        assert show(who, written).json()["annotator"]["name"] == "writer"


def test_filtering_by_annotator_is_refused_where_one_may_not_know(cast, written):
    key = cast.writer.member.pk
    assert ids(listing(cast.lead, annotator=key)) == [str(written.pk)]
    assert ids(listing(cast.lead, annotator=cast.second_writer.member.pk)) == []
    assert ids(listing(cast.writer, annotator=key)) == [str(written.pk)]
    for who in (cast.reviewer, cast.adjudicator):
        assert listing(who, annotator=key).status_code == 403
    open_the_project(cast)
    assert ids(listing(cast.adjudicator, annotator=key)) == [str(written.pk)]


def test_the_filters_narrow_the_list(cast, written):
    source = Source.objects.create(project=cast.project, name="S", format="jsonl", licence="CC0-1.0")
    a_task(cast.project, category="reasoning", language="de", source=source)
    other = a_submitted_demonstration(
        cast.second_writer, "A quite different answer about 100% of the tides, at sea."
    )
    first, second = [str(written.pk)], [str(other.pk)]
    assert ids(listing(cast.lead, state="submitted")) == second + first
    assert ids(listing(cast.lead, state="approved")) == []
    assert ids(listing(cast.lead, category="reasoning")) == second
    assert ids(listing(cast.lead, language="en")) == first
    assert ids(listing(cast.lead, guideline_version=1)) == second + first
    assert ids(listing(cast.lead, guideline_version=2)) == []
    assert ids(listing(cast.lead, source=source.pk)) == second
    assert ids(listing(cast.lead, q="presses on IT")) == first
    assert ids(listing(cast.lead, q="100%")) == second
    assert ids(listing(cast.lead, q="1%0")) == []
    assert ids(listing(cast.writer, q="tides")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("state", "lost"),
        ("annotator", "x"),
        ("source", "9" * 40),
        ("guideline_version", "-1"),
        ("q", "x" * 101),
        ("limit", "0"),
        ("limit", "1000"),
        ("after", "x"),
    ],
)
def test_a_filter_that_cannot_be_is_named(cast, name, value):
    answer = listing(cast.lead, **{name: value})
    assert answer.status_code == 422 and name in answer.json()["errors"]


def test_the_list_costs_the_same_however_long(cast, written):
    with statements() as one:
        listing(cast.lead)
    for _ in range(4):
        a_submitted_demonstration(cast.writer)
    with statements() as five:
        assert len(ids(listing(cast.lead))) == 5
    assert len(one) == len(five) == 3


def test_the_list_has_pages(cast, written):
    newer = a_submitted_demonstration(cast.writer)
    first = listing(cast.lead, limit=1)
    assert ids(first) == [str(newer.pk)]
    rest = api_client(cast.lead).get(first.json()["next"])
    assert ids(rest) == [str(written.pk)] and rest.json()["next"] is None


def test_a_writer_reads_reviews_only_once_they_have_settled_it_and_without_names(cast, written):
    decided(cast.reviewer, "request_changes", comment="Say how high.")
    assert show(cast.writer, written).json()["reviews"] == []
    assert show(cast.writer, written, "history/").json()["results"][0]["reviews"] == []

    decided(cast.second_reviewer, "request_changes", comment="And why.")
    answer = show(cast.writer, written)
    assert [found["comment"] for found in answer.json()["reviews"]] == ["Say how high.", "And why."]
    assert answer.json()["reviews"][0]["scores"]["accuracy"]
    assert '"by"' not in answer.content.decode()
    open_the_project(cast)
    assert '"by"' not in show(cast.writer, written).content.decode()


def test_a_reviewer_never_reads_another_s_review_before_it_is_settled(cast, written):
    decided(cast.reviewer, "approve", comment="Mine.")
    a_review(cast.second_reviewer)
    assert [found["comment"] for found in show(cast.reviewer, written).json()["reviews"]] == ["Mine."]
    assert show(cast.second_reviewer, written).json()["reviews"] == []
    assert show(cast.adjudicator, written).json()["reviews"] == []
    named = show(cast.lead, written).json()["reviews"][0]["by"]
    assert named == {"id": str(cast.reviewer.member.pk), "name": "reviewer"}


def test_a_writer_who_also_judges_reads_their_own_as_its_writer(cast):
    both = a_member(cast.project, "annotator", "reviewer", "adjudicator", "admin")
    own = a_submitted_demonstration(both)
    decided(cast.reviewer, "reject")
    assert show(both, own).json()["reviews"] == []


def test_an_adjudicator_s_reason_is_read_by_the_writer(cast, written):
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    assert show(cast.writer, written).json()["reviews"] == []
    dispute = written.adjudications.get()
    body = {"decision": "approve", "reason": "It is right as it stands."}
    api_client(cast.adjudicator).post(f"/api/v1/adjudications/{dispute.pk}/resolve/", body, format="json")
    reviews = show(cast.writer, written).json()["reviews"]
    assert [found["kind"] for found in reviews] == ["review", "review", "adjudication"]
    assert reviews[-1]["comment"] == "It is right as it stands."


def test_the_history_holds_every_revision_with_its_reviews(cast, written):
    for reviewer in (cast.reviewer, cast.second_reviewer):
        decided(reviewer, "request_changes", comment="Longer.")
    assignment = written.assignment
    assignment.refresh_from_db()
    longer = [{"role": "assistant", "content": TEXT + " So it boils sooner."}]
    submitting.submit(assignment, messages=longer, by=cast.writer.user, now=timezone.now())

    results = show(cast.writer, written, "history/").json()["results"]
    assert [found["revision"] for found in results] == [2, 1]
    assert results[0]["reviews"] == [] and len(results[1]["reviews"]) == 2
    assert results[1]["messages"][-1]["content"] == TEXT
    assert show(cast.writer, written).json()["messages"][-1]["content"].endswith("sooner.")
    decided(cast.reviewer, "approve")
    seen = show(cast.reviewer, written, "history/").json()["results"]
    assert len(seen[0]["reviews"]) == 1 and len(seen[1]["reviews"]) == 2


def test_a_draft_has_no_text_to_show(cast):
    a_task(cast.project)
    held = an_assignment(cast.writer)
    body = {"messages": [{"role": "assistant", "content": "Half a"}], "version": 0}
    api_client(cast.writer).put(f"/api/v1/assignments/{held.pk}/draft/", body, format="json")
    (shown,) = listing(cast.lead, state="draft").json()["results"]
    assert shown["messages"] == [] and shown["revision"] == 0


def test_a_demonstration_is_withdrawn_by_its_writer_or_an_admin(cast, written):
    url = f"/api/v1/demonstrations/{written.pk}/withdraw/"
    for who in (cast.reviewer, cast.second_writer):
        assert api_client(who).post(url).status_code == 403
    assert api_client(cast.stranger).post(url).status_code == 404
    gone = api_client(cast.writer).post(url)
    assert gone.status_code == 200 and gone.json()["state"] == "withdrawn"
    assert api_client(cast.lead).post(url).status_code == 409
