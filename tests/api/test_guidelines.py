"""`guideline-versions/…`: the published versions, the one draft, and reading them."""

from __future__ import annotations

import copy

import pytest

from annotate.models import Acknowledgement, GuidelineVersion
from tests.conftest import api_client
from tests.factories import a_member, a_submitted_demonstration, decided
from workspace.models import Job


def call(who, path="", body=None, method="get", project=None, **headers):
    url = f"/api/v1/projects/{(project or who.project).slug}/guideline-versions/{path}"
    return getattr(api_client(who), method)(url, body, format="json", **headers)


@pytest.fixture
def draft(cast):
    return call(cast.lead, method="post").json()


def test_the_versions_have_the_contract_s_shape(cast):
    (version,) = call(cast.writer).json()["results"]
    assert version["number"] == 1 and version["published"]
    assert version["rubric"][0].keys() == {
        "key",
        "name",
        "question",
        "judges",
        "scale",
        "weight",
        "required",
        "levels",
    }
    assert version["examples"][0].keys() == {"kind", "prompt", "response", "why", "category"}
    assert version["categories"][0].keys() == {"key", "name", "target"}
    assert call(cast.writer, "1/").json() == version


def test_a_version_is_begun_changed_and_published(cast, draft):
    assert draft["number"] is None and draft["published"] is None
    changed = call(cast.lead, "draft/", {"title": "Better", "body": "# Better"}, "patch")
    assert changed.status_code == 200 and changed.json()["title"] == "Better"
    assert call(cast.lead, "draft/").json() == changed.json()

    published = call(cast.lead, "draft/publish/", {"summary": "Shorter.", "material": True}, "post")

    assert published.status_code == 200
    version = published.json()
    assert (version["number"], version["summary"], version["material"]) == (2, "Shorter.", True)
    assert [found["number"] for found in call(cast.writer).json()["results"]] == [2, 1]
    assert call(cast.lead, "draft/").status_code == 404
    assert GuidelineVersion.objects.get(project=cast.project, number=1).title != "Better"


def test_there_is_one_draft(cast, draft):
    assert call(cast.lead, method="post").status_code == 409
    assert call(cast.lead, "draft/", method="delete").status_code == 204
    assert call(cast.lead, "draft/", method="delete").status_code == 404
    assert call(cast.lead, method="post").status_code == 201


def test_a_repeat_under_the_same_key_publishes_once(cast, draft):
    body = {"summary": "Shorter."}
    key = {"headers": {"Idempotency-Key": "publish-1"}}
    first = call(cast.lead, "draft/publish/", body, "post", **key)
    again = call(cast.lead, "draft/publish/", body, "post", **key)
    assert first.json() == again.json() and again.status_code == 200
    other = call(cast.lead, "draft/publish/", {"summary": "Longer."}, "post", **key)
    assert other.status_code == 422 and "Idempotency-Key" in other.json()["detail"]


def _with(part, change):
    def changed(draft):
        value = copy.deepcopy(draft[part])
        return {part: change(value)}

    return changed


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: {"title": ""},
        lambda draft: {"title": 7},
        lambda draft: {"title": "x" * 201},
        lambda draft: {"body": None},
        lambda draft: {"rubric": []},
        lambda draft: {"rubric": "five"},
        lambda draft: {"rubric": [None]},
        lambda draft: {"categories": [{"key": "x" * 61, "name": "X", "target": 1}]},
        lambda draft: {"categories": [{"key": {}, "name": "X", "target": 1}]},
        lambda draft: {"bounds": {"response_words": {"min": 5, "max": 1}}},
        lambda draft: {"bounds": []},
        lambda draft: {"examples": [{"kind": "example"}]},
        lambda draft: {"number": 7},
        _with("rubric", lambda rubric: [{**rubric[0], "key": "x" * 61}]),
        _with("rubric", lambda rubric: [{**rubric[0], "weight": -1}]),
        _with("rubric", lambda rubric: [{**rubric[0], "scale": ["ordinal"]}]),
        _with(
            "rubric",
            lambda rubric: [
                {**rubric[0], "levels": [{"value": 1, "anchor": "a"}, {"value": 40000, "anchor": "b"}]}
            ],
        ),
    ],
)
def test_a_part_that_cannot_be_is_refused_in_words(cast, draft, change):
    answer = call(cast.lead, "draft/", change(draft), "patch")
    assert answer.status_code == 422 and answer.json()["errors"]
    assert call(cast.lead, "draft/").json() == draft


@pytest.mark.parametrize("body", [{}, {"summary": " "}, {"summary": 7}, {"summary": "S", "material": "yes"}])
def test_a_publication_needs_a_summary(cast, draft, body):
    assert call(cast.lead, "draft/publish/", body, "post").status_code == 422


def test_reading_is_recorded_once(cast):
    newcomer = a_member(cast.project, "annotator", reads=False)
    first, again = (
        call(newcomer, "1/acknowledge/", method="post"),
        call(newcomer, "1/acknowledge/", method="post"),
    )
    assert first.status_code == 200 and first.json() == again.json() and first.json()["number"] == 1
    assert Acknowledgement.objects.filter(member=newcomer.member).count() == 1
    assert call(newcomer, "2/acknowledge/", method="post").status_code == 404
    assert call(newcomer, "999999999/acknowledge/", method="post").status_code == 404


@pytest.mark.parametrize(
    ("path", "method", "body"),
    [
        ("", "post", None),
        ("draft/", "get", None),
        ("draft/", "patch", {"title": "T"}),
        ("draft/", "delete", None),
        ("draft/publish/", "get", None),
        ("draft/publish/", "post", {"summary": "S"}),
    ],
)
def test_only_admins_change_the_guideline(cast, draft, path, method, body):
    for who in (cast.writer, cast.reviewer, cast.adjudicator):
        assert call(who, path, body, method).status_code == 403
    assert call(cast.stranger, path, body, method, project=cast.project).status_code == 404
    assert call(cast.lead, "draft/").json() == draft


def test_the_difference_of_two_versions_is_json(cast, draft):
    call(cast.lead, "draft/", {"body": draft["body"].replace("a", "e", 1), "title": "Better"}, "patch")
    call(cast.lead, "draft/publish/", {"summary": "S"}, "post")
    found = call(cast.writer, "1/diff/2/").json()
    assert (found["old"], found["new"], found["changes"]["title"]) == (1, 2, 1)
    assert sum(found["changes"].values()) == 2 and len(found["rubric"]) == len(draft["rubric"])
    back = call(cast.writer, "2/diff/1/").json()
    kinds = [{part["kind"] for part in one["title"]["parts"]} for one in (found, back)]
    assert "added" in kinds[0] and "removed" in kinds[1]
    assert set(call(cast.writer, "2/diff/2/").json()["changes"].values()) == {0}
    assert call(cast.writer, "1/diff/3/").status_code == 404
    assert call(cast.stranger, "1/diff/2/", project=cast.project).status_code == 404


def test_two_admins_never_overwrite_each_other(cast, draft):
    seen = draft["fingerprint"]
    other = a_member(cast.project, "admin")
    assert call(other, "draft/", {"title": "Theirs", "fingerprint": seen}, "patch").status_code == 200
    refused = call(cast.lead, "draft/", {"title": "Mine", "fingerprint": seen}, "patch")
    assert refused.status_code == 409 and refused.json()["type"].endswith("stale")
    assert refused.json()["current"]["title"] == "Theirs"
    stale = call(cast.lead, "draft/publish/", {"summary": "S", "fingerprint": seen}, "post")
    assert stale.status_code == 409
    fresh = refused.json()["fingerprint"]
    saved = call(cast.lead, "draft/", {"title": "Mine", "fingerprint": fresh}, "patch").json()
    body = {"summary": "S", "fingerprint": saved["fingerprint"]}
    assert call(cast.lead, "draft/publish/", body, "post").json()["title"] == "Mine"


def test_a_publication_says_beforehand_what_it_would_send_to_review_again(cast, draft):
    written = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer)
    decided(cast.second_reviewer)
    preview = call(cast.lead, "draft/publish/").json()
    assert preview == {
        "number": 2,
        "approved": {"open_qa": 1},
        "total": 1,
        "fingerprint": draft["fingerprint"],
    }
    written.refresh_from_db()
    assert written.state == "approved"
    body = {"summary": "S", "material": True, "categories": ["open_qa"]}
    version = call(cast.lead, "draft/publish/", body, "post").json()
    assert version["material_categories"] == ["open_qa"]
    job = Job.objects.get(kind="review_again")
    assert (job.total, job.arguments) == (1, {"version": GuidelineVersion.objects.get(number=2).pk})


@pytest.mark.parametrize(
    "body",
    [
        {"summary": "S", "material": True, "categories": ["nowhere"]},
        {"summary": "S", "material": False, "categories": ["open_qa"]},
        {"summary": "S", "material": True, "categories": "open_qa"},
        {"summary": "S", "material": True, "categories": [1]},
        {"summary": "S", "fingerprint": 7},
    ],
)
def test_a_material_change_names_categories_that_there_are(cast, draft, body):
    assert call(cast.lead, "draft/publish/", body, "post").status_code == 422
    assert call(cast.lead, "draft/").json() == draft


def test_strangers_see_no_version(cast):
    for path, method in (("", "get"), ("1/", "get"), ("1/acknowledge/", "post")):
        assert call(cast.stranger, path, method=method, project=cast.project).status_code == 404
    assert call(cast.writer, "7/").status_code == 404
