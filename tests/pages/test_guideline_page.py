"""The guideline as people read it, and the note that they have."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from annotate import guidelines
from annotate.models import GuidelineVersion
from tests.conftest import Cast, page_client
from tests.factories import (
    a_member,
    a_project,
)
from tests.pages.reading import text_of


def test_the_guideline_shows_text_rubric_examples_and_bounds(cast: Cast) -> None:
    page = text_of(page_client(cast.writer).get(f"/p/{cast.project.slug}/guidelines/"))
    version = guidelines.newest(cast.project)
    with translation.override("en"):
        for criterion in version.rubric:
            assert criterion["name"] in page
        for category in version.categories:
            assert category["name"] in page
    assert page.count("<details") >= len(version.examples)
    assert 'href="#section-' in page
    assert "I have read this version" not in page


def test_reading_is_noted_once_and_leads_on(cast: Cast) -> None:
    newcomer = a_member(cast.project, "annotator", reads=False)
    client = page_client(newcomer)
    root = f"/p/{cast.project.slug}"
    assert "I have read this version" in text_of(client.get(f"{root}/guidelines/1/?next={root}/write/"))
    answer = client.post(f"{root}/guidelines/1/acknowledge/", {"next": f"{root}/write/"})
    assert answer.headers["Location"] == f"{root}/write/"
    assert newcomer.member is not None and guidelines.has_read_newest(newcomer.member)
    assert (
        client.post(f"{root}/guidelines/1/acknowledge/", {"next": "//evil.test"}).headers["Location"]
        == f"{root}/"
    )


def test_an_older_version_says_that_there_is_a_newer(cast: Cast) -> None:
    guidelines.begin_draft(cast.lead, now=timezone.now())
    guidelines.publish(cast.lead, summary="Shorter.", material=False, now=timezone.now())
    client, root = page_client(cast.writer), f"/p/{cast.project.slug}/guidelines"
    assert "There is a newer version" in text_of(client.get(f"{root}/1/"))
    newest = text_of(client.get(f"{root}/"))
    assert "Version 2" in newest and "I have read this version" in newest
    assert client.get(f"{root}/3/").status_code == 404
    assert page_client(cast.stranger).get(f"{root}/1/").status_code == 404


def test_another_project_has_a_guideline_of_its_own(db: None) -> None:
    first, second = a_project(), a_project()
    assert guidelines.newest(first).pk != guidelines.newest(second).pk


@pytest.fixture
def root(cast: Cast) -> str:
    return f"/p/{cast.project.slug}/guidelines"


@pytest.fixture
def draft(cast: Cast) -> GuidelineVersion:
    return guidelines.begin_draft(cast.lead, now=timezone.now())


def test_readers_see_what_changed_since_they_read_last(
    cast: Cast, root: str, draft: GuidelineVersion
) -> None:
    guidelines.change_draft(cast.lead, now=timezone.now(), title="Changed title")
    guidelines.publish(cast.lead, summary="Why: *shorter*.", material=False, now=timezone.now())
    page = text_of(page_client(cast.writer).get(f"{root}/"))
    assert "What changed since version 1, the last you read" in page and "<ins>" in page
    assert "<em>shorter</em>" in page and "I have read this version" in page
    assert "Under this version" not in page
    newcomer = a_member(cast.project, "annotator", reads=False)
    assert "What changed since version" not in text_of(page_client(newcomer).get(f"{root}/"))
    guidelines.acknowledge(cast.writer, 2, now=timezone.now())
    assert "What changed since version" not in text_of(page_client(cast.writer).get(f"{root}/"))


def test_any_two_versions_are_compared_with_what_stayed_folded(
    cast: Cast, root: str, draft: GuidelineVersion
) -> None:
    body = draft.body.replace(" the ", " teh ", 1)
    guidelines.change_draft(cast.lead, now=timezone.now(), body=body, rubric=draft.rubric[:-1])
    guidelines.publish(cast.lead, summary="Less.", material=False, now=timezone.now())
    client = page_client(cast.writer)
    page = text_of(client.get(f"{root}/1/diff/2/"))
    assert "<ins>teh</ins>" in page and "Clarity and format" in page and "<details" in page
    assert "Less." in page and "unchanged" in page
    assert client.get(f"{root}/1/diff/9/").status_code == 404
    assert "0 changes" in text_of(client.get(f"{root}/2/diff/2/"))
