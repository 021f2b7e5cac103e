"""The pages of releases: begun by a form, followed while they are built, read, fetched, taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from review import publishing
from review.jobs import build_of
from review.models import Release
from tests.conftest import Cast, page_client
from tests.counting import statements
from tests.pages.reading import HTMX, text_of
from tests.review.releasing import approved, built, directory_of
from workspace import running

DATA = "data/train-00000-of-00001.jsonl"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}


def url(cast: Cast, rest: str = "") -> str:
    return f"/p/{cast.project.slug}/releases/{rest}"


def test_an_empty_list_says_what_to_do(cast: Cast) -> None:
    page = text_of(page_client(cast.lead).get(url(cast)))
    assert "No release yet" in page
    assert "Build release" in page


def test_a_release_is_begun_followed_and_read(cast: Cast) -> None:
    approved(cast)
    lead = page_client(cast.lead)
    begun = lead.post(url(cast, "new/"), {"format": "records", "test": "0", "min_rating": ""}, follow=True)
    page = text_of(begun)
    release = Release.objects.get(project=cast.project)
    assert f"/p/{cast.project.slug}/jobs/{release.job_id}/" in page
    assert "Being built" in text_of(lead.get(url(cast)))
    running.run(release.job_id, build_of)
    assert lead.get(url(cast, "1/"), headers=HTMX)["HX-Refresh"] == "true"
    page = text_of(lead.get(url(cast, "1/")))
    release.refresh_from_db()
    for expected in (release.manifest_sha256, DATA, "How it was made", "sha256sum -c", "load_dataset"):
        assert expected in page
    assert "pretty_name" not in page, "the front matter is for programs"


def test_what_was_chosen_is_what_is_built(cast: Cast) -> None:
    approved(cast, category="open_qa")
    asked = {
        "format": "messages",
        "categories": ["open_qa"],
        "min_rating": "4.5",
        "validation": "0.25",
        "retired_sources": "on",
    }
    assert page_client(cast.lead).post(url(cast, "new/"), asked).status_code == 302
    release = Release.objects.get(project=cast.project)
    assert release.format == "messages"
    assert release.settings["filters"] == {
        "categories": ["open_qa"],
        "min_rating": "4.5",
        "retired_sources": True,
    }
    assert release.settings["splits"] == {"validation": 0.25}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"format": "docx"}, "Something needs to be corrected"),
        ({"format": "records", "min_rating": "9"}, "less than or equal to 5"),
        ({"format": "records", "validation": "0.7", "test": "0.7"}, "must add up to 1"),
        ({"format": "records", "categories": ["nothing"]}, "Something needs to be corrected"),
    ],
)
def test_what_cannot_be_built_is_said_beside_the_form(cast: Cast, asked: Any, words: str) -> None:
    approved(cast)
    answer = page_client(cast.lead).post(url(cast, "new/"), asked)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert not Release.objects.exists()


def test_nothing_approved_is_said_beside_the_form(cast: Cast) -> None:
    answer = page_client(cast.lead).post(url(cast, "new/"), {"format": "records"})
    assert answer.status_code == 422
    assert "no approved demonstration" in text_of(answer)


def test_files_are_fetched_through_the_page(cast: Cast) -> None:
    approved(cast)
    directory = directory_of(built(cast))
    lead = page_client(cast.lead)
    whole = lead.get(url(cast, f"1/files/{DATA}"))
    assert b"".join(whole.streaming_content) == (directory / DATA).read_bytes()
    part = lead.get(url(cast, f"1/files/{DATA}"), headers={"Range": "bytes=0-3"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, (directory / DATA).read_bytes()[:4])
    assert lead.get(url(cast, "1/files/nothing")).status_code == 404


def test_a_release_is_retracted_with_a_reason_that_downloads_repeat(cast: Cast) -> None:
    approved(cast)
    built(cast)
    lead = page_client(cast.lead)
    assert "Retract this release?" in text_of(lead.get(url(cast, "1/")))
    page = text_of(lead.post(url(cast, "1/retract/"), {"reason": "Wrong <b>licence</b>."}, follow=True))
    assert "Wrong &lt;b&gt;licence&lt;/b&gt;." in page
    assert "/files/" not in page
    gone = lead.get(url(cast, f"1/files/{DATA}"))
    assert gone.status_code == 410
    assert "was retracted" in text_of(gone)


def test_a_failed_build_says_why_and_goes_on(cast: Cast) -> None:
    approved(cast)
    release = publishing.start_release(cast.lead, now=timezone.now())
    publishing.fail(release, "There is no space left.", by=None, now=timezone.now())
    release.job.state = "failed"
    release.job.save()
    lead = page_client(cast.lead)
    assert "There is no space left." in text_of(lead.get(url(cast, "1/")))
    assert lead.post(url(cast, "1/build/")).status_code == 302
    release.refresh_from_db()
    assert release.state == "building"


def test_a_card_that_was_lost_is_said(cast: Cast) -> None:
    approved(cast)
    (directory_of(built(cast)) / "README.md").unlink()
    assert "no longer in the storage" in text_of(page_client(cast.lead).get(url(cast, "1/")))


def test_the_pages_cost_the_same_however_many_releases(cast: Cast) -> None:
    approved(cast)
    lead, counts = page_client(cast.lead), []
    for _ in range(2):
        built(cast)
        built(cast)
        publishing.start_release(cast.lead, now=timezone.now())
        with statements() as whole:
            lead.get(url(cast))
        with statements() as region:
            lead.get(url(cast), headers=HTMX)
        counts.append((len(whole), len(region)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 8
    with statements() as seen:
        lead.get(url(cast, "1/"))
    assert len(seen) <= 6


def test_the_region_is_the_part_of_the_page(cast: Cast) -> None:
    approved(cast)
    built(cast)
    lead = page_client(cast.lead)
    region = text_of(lead.get(url(cast), headers=HTMX)).strip()
    assert region.startswith('<section id="list"')
    assert region in text_of(lead.get(url(cast)))


def test_only_leads_see_them(cast: Cast) -> None:
    approved(cast)
    built(cast)
    for rest in ("", "1/", f"1/files/{DATA}"):
        assert page_client(cast.writer).get(url(cast, rest)).status_code == 403
        assert page_client(cast.stranger).get(url(cast, rest)).status_code == 404
    assert page_client(cast.writer).post(url(cast, "new/"), {"format": "records"}).status_code == 403
