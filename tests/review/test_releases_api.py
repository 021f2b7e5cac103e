"""Releases through the API: begun, read, downloaded as the standard says, taken back."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from review import building, publishing, queries_releases
from review.api import releases as calls
from review.jobs import build_of
from review.models import Release
from tests.conftest import Cast, api_client
from tests.counting import statements
from tests.review.releasing import approved, built, directory_of
from workspace import running
from workspace.models import AuditEvent, Job

DATA = "data/train-00000-of-00001.jsonl"


def url(cast: Cast, rest: str = "") -> str:
    return f"/api/v1/projects/{cast.project.slug}/releases/{rest}"


def content(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_release_is_begun_built_by_its_job_and_read(cast: Cast) -> None:
    approved(cast)
    lead = api_client(cast.lead)
    asked = {"format": "messages", "filters": {"languages": ["en"]}, "splits": {"train": 1.0}}
    started = lead.post(url(cast), asked, format="json")
    assert started.status_code == 202
    assert (started.json()["number"], started.json()["state"]) == (1, "building")
    job = Job.objects.get(pk=started.json()["job"]["id"])
    assert (job.kind, job.state) == ("build_release", "queued")
    running.run(job.pk, build_of)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == ("succeeded", 1, 1)
    told = lead.get(url(cast, "1/")).json()
    assert (told["state"], told["rows"], told["format"]) == ("ready", 1, "messages")
    assert job.result["manifest_sha256"] == told["manifest_sha256"]
    assert [file["path"] for file in told["files"]] == [
        "README.md",
        "SHA256SUMS",
        "changes.json",
        DATA,
        "manifest.json",
    ]
    (listed,) = lead.get(url(cast)).json()["results"]
    assert listed == told


def test_the_same_key_begins_one_release(cast: Cast) -> None:
    approved(cast)
    lead = api_client(cast.lead)
    answers = [
        lead.post(url(cast), {}, format="json", headers={"Idempotency-Key": "k"}).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"format": "docx"}, "format"),
        ({"filters": {"min_rating": 9}}, "filters.min_rating"),
        ({"splits": {"test": 3}}, "splits"),
        ({"shard_rows": 0}, "shard_rows"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_built_is_refused_by_field(cast: Cast, body: dict[str, Any], field: str) -> None:
    approved(cast)
    refused = api_client(cast.lead).post(url(cast), body, format="json")
    assert refused.status_code == 422
    assert list(refused.json()["errors"]) == [field]
    assert not Release.objects.exists()


def test_nothing_approved_is_nothing_to_release(cast: Cast) -> None:
    refused = api_client(cast.lead).post(url(cast), {}, format="json")
    assert refused.status_code == 409
    assert "no approved demonstration" in refused.json()["detail"]


def test_a_download_is_the_file_with_its_checksum_as_etag(cast: Cast) -> None:
    approved(cast)
    directory = directory_of(built(cast))
    lead = api_client(cast.lead)
    for file in lead.get(url(cast, "1/")).json()["files"]:
        response = lead.get(url(cast, f"1/files/{file['path']}"))
        body = content(response)
        assert body == (directory / file["path"]).read_bytes()
        assert response["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"' == f'"{file["sha256"]}"'
        assert int(response["Content-Length"]) == len(body) == file["bytes"]
        assert "attachment" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=5-", 5, None),
        ("bytes=-7", -7, None),
        ("bytes=-99999999", 0, None),
        ("bytes=3-99999999", 3, None),
    ],
)
def test_one_range_is_sent_alone(cast: Cast, asked: str, first: int, last: int | None) -> None:
    approved(cast)
    whole = (directory_of(built(cast)) / DATA).read_bytes()
    part = whole[first : last + 1 if last is not None else None]
    response = api_client(cast.lead).get(url(cast, f"1/files/{DATA}"), headers={"Range": asked})
    assert response.status_code == 206
    assert content(response) == part
    begins = len(whole) + first if first < 0 else first
    assert response["Content-Range"] == f"bytes {begins}-{begins + len(part) - 1}/{len(whole)}"
    assert int(response["Content-Length"]) == len(part)


@pytest.mark.parametrize("asked", ["bytes=0-1,3-4", "bytes=9-2", "lines=1-2", "bytes=", "bytes=a-b"])
def test_what_is_no_single_range_gets_the_whole_file(cast: Cast, asked: str) -> None:
    approved(cast)
    whole = (directory_of(built(cast)) / DATA).read_bytes()
    response = api_client(cast.lead).get(url(cast, f"1/files/{DATA}"), headers={"Range": asked})
    assert (response.status_code, content(response)) == (200, whole)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_outside_of_the_file_is_416(cast: Cast, asked: str) -> None:
    approved(cast)
    size = len((directory_of(built(cast)) / DATA).read_bytes())
    response = api_client(cast.lead).get(url(cast, f"1/files/{DATA}"), headers={"Range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{size}"
    assert response["Content-Type"] == "application/problem+json"


def test_readers_that_have_the_bytes_are_told_so(cast: Cast) -> None:
    approved(cast)
    built(cast)
    lead, address = api_client(cast.lead), url(cast, f"1/files/{DATA}")
    etag = lead.get(address)["ETag"]
    for known in (etag, f'"other", W/{etag}', "*"):
        answer = lead.get(address, headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert lead.get(address, headers={"If-None-Match": '"other"'}).status_code == 200
    changed = lead.get(address, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert changed.status_code == 200
    assert lead.get(address, headers={"Range": "bytes=0-1", "If-Range": etag}).status_code == 206


def test_head_tells_size_and_tag_without_a_body(cast: Cast) -> None:
    approved(cast)
    size = (directory_of(built(cast)) / DATA).stat().st_size
    response = api_client(cast.lead).head(url(cast, f"1/files/{DATA}"), headers={"Accept": "text/plain"})
    assert (response.status_code, int(response["Content-Length"]), response.content) == (200, size, b"")


@pytest.mark.parametrize(
    "path",
    [
        "../../secret_key",
        "data/../README.md",
        "/etc/passwd",
        "nothing.json",
        "data/",
        "README.md%00",
        "a" * 900,
    ],
)
def test_a_path_is_looked_up_and_never_joined(cast: Cast, path: str, own_files: Path) -> None:
    approved(cast)
    built(cast)
    (own_files / "secret_key").write_text("secret")
    response = api_client(cast.lead).get(url(cast, f"1/files/{path}"))
    # NUL does not even come as far as the call.
    assert response.status_code == (400 if "%00" in path else 404)


def test_bytes_that_were_lost_are_missed_in_words(cast: Cast) -> None:
    approved(cast)
    (directory_of(built(cast)) / DATA).unlink()
    response = api_client(cast.lead).get(url(cast, f"1/files/{DATA}"))
    assert response.status_code == 404
    assert "--again 1" in response.json()["detail"]


def test_an_unfinished_release_gives_out_nothing(cast: Cast) -> None:
    approved(cast)
    publishing.start_release(cast.lead, now=timezone.now())
    assert api_client(cast.lead).get(url(cast, f"1/files/{DATA}")).status_code == 404


def test_a_retracted_release_is_gone_with_its_reason_and_its_record_stays(cast: Cast) -> None:
    approved(cast)
    release = built(cast)
    lead = api_client(cast.lead)
    assert lead.post(url(cast, "1/retract/"), {"reason": " "}, format="json").status_code == 422
    answer = lead.post(url(cast, "1/retract/"), {"reason": "A licence was wrong."}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (200, "retracted")
    gone = lead.get(url(cast, f"1/files/{DATA}"))
    assert gone.status_code == 410
    assert gone.json()["detail"] == "Release 1 was retracted: A licence was wrong."
    told = lead.get(url(cast, "1/")).json()
    assert told["manifest_sha256"] == release.manifest_sha256
    assert len(told["files"]) == 5
    assert lead.post(url(cast, "1/retract/"), {"reason": "Again."}, format="json").status_code == 409
    event = AuditEvent.objects.get(action="release.retracted")
    assert (event.before, event.after) == ({"state": "ready"}, {"state": "retracted"})


def test_a_failed_build_goes_on_where_it_stopped(cast: Cast) -> None:
    approved(cast)
    lead = api_client(cast.lead)
    number = lead.post(url(cast), {}, format="json").json()["number"]
    release = Release.objects.get(number=number)
    first = release.job
    publishing.fail(release, "The disk is full.", by=None, now=timezone.now())
    Job.objects.filter(pk=first.pk).update(state="failed")
    assert lead.get(url(cast, "1/")).json()["error"] == "The disk is full."
    again = lead.post(url(cast, "1/build/"))
    assert again.status_code == 202
    assert again.json()["job"]["id"] != str(first.pk)
    running.run(int(again.json()["job"]["id"]), build_of)
    assert lead.get(url(cast, "1/")).json()["state"] == "ready"
    assert lead.post(url(cast, "1/build/")).status_code == 409


def test_a_build_that_was_cancelled_before_it_began_is_closed(cast: Cast) -> None:
    approved(cast)
    release = publishing.start_release(cast.lead, now=timezone.now())
    running.cancel(release.job, by=cast.lead.user, now=timezone.now())
    assert publishing.close_abandoned(now=timezone.now()) == 1
    release.refresh_from_db()
    assert (release.state, release.error) == ("failed", "Cancelled before it began.")
    assert publishing.close_abandoned(now=timezone.now()) == 0


def test_a_cancelled_build_ends_failed(cast: Cast) -> None:
    approved(cast)
    release = publishing.start_release(cast.lead, now=timezone.now())

    def cancelled(done: int, total: int, words: str) -> None:
        raise running.Cancelled

    with pytest.raises(running.Cancelled):
        building.build(release, by=None, clock=timezone.now, progress=cancelled)
    assert (release.state, release.error) == ("failed", "The build was cancelled.")


def test_lists_cost_the_same_however_many_releases(cast: Cast) -> None:
    approved(cast)
    lead, counts = api_client(cast.lead), []
    for _ in range(2):
        built(cast)
        built(cast)
        with statements() as seen:
            assert lead.get(url(cast)).status_code == 200
        counts.append(len(seen))
    assert counts == [3, 3]
    with statements() as seen:
        lead.get(url(cast, "1/"))
    assert len(seen) == 3
    with statements() as seen:
        content(lead.get(url(cast, f"1/files/{DATA}")))
    assert len(seen) == 3


def test_only_leads_may_and_strangers_find_nothing(cast: Cast) -> None:
    approved(cast)
    built(cast)
    addresses = [url(cast), url(cast, "1/"), url(cast, f"1/files/{DATA}")]
    for who, status in ((cast.writer, 403), (cast.reviewer, 403), (cast.stranger, 404), (cast.lead, 200)):
        assert [api_client(who).get(address).status_code for address in addresses] == [status] * 3
    assert api_client(cast.stranger).post(url(cast, "1/retract/"), {"reason": "x"}).status_code == 404
    assert api_client(cast.lead).get(url(cast, "999999999999999999999/")).status_code == 404
    assert set(calls.DownloadFile.actions) == {"GET"}
    assert queries_releases.release_of(cast.lead, 1).state == "ready"
