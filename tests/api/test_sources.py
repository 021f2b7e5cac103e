"""`sources/`: a file comes in by its body alone, its job tells all, and a source can be taken out again."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from annotate import passes
from annotate.models import Source, Task
from tests.annotate.importing_of import imported, lines, numbered
from tests.conftest import Cast, api_client
from tests.counting import statements
from workspace import running
from workspace.access import Standing
from workspace.models import Job

pytestmark = pytest.mark.django_db


def upload(who: Standing, content: bytes, *, name: str = "rows.jsonl", **fields: Any) -> Any:
    values = {"format": "jsonl", "licence": "mit", **fields}
    file = SimpleUploadedFile(name, content)
    address = f"/api/v1/projects/{who.project.slug}/sources/"
    headers = values.pop("headers", {})
    return api_client(who).post(address, {"file": file, **values}, format="multipart", headers=headers)


def finish(answer: Any) -> Job:
    """Run the job that the answer names."""
    running.run(int(answer.json()["id"]), passes.import_source)
    return Job.objects.get(pk=answer.json()["id"])


def test_a_file_becomes_tasks_by_its_job(cast: Cast) -> None:
    answer = upload(
        cast.lead, b"Q;A\nWhy?;So.\n", format="csv", mapping='{"prompt": "Q"}', category="Open QA"
    )
    assert answer.status_code == 202
    started = answer.json()
    assert started["kind"] == "import_source" and started["state"] == "queued"
    assert started["source"]["state"] == "importing" and started["source"]["licence"] == "MIT"
    finish(answer)
    job = api_client(cast.lead).get(f"/api/v1/jobs/{started['id']}/").json()
    assert job["state"] == "succeeded" and job["result"]["imported"] == 1
    source = api_client(cast.lead).get(f"/api/v1/sources/{started['source']['id']}/").json()
    assert source["state"] == "ready" and source["tasks"] == 1 and source["name"] == "rows.jsonl"
    assert source["summary"] == job["result"]
    assert Task.objects.get(source=source["id"]).category == "open_qa"


def test_a_name_that_somebody_gave_is_kept_whole(cast: Cast) -> None:
    file = SimpleUploadedFile("rows.jsonl", numbered(1))
    said = {"format": "jsonl", "licence": "MIT", "name": "tatsu-lab/alpaca", "file": file}
    answer = api_client(cast.lead).post(f"/api/v1/projects/{cast.project.slug}/sources/", said)
    assert answer.json()["source"]["name"] == "tatsu-lab/alpaca"


def test_the_errors_of_a_bad_file_are_told_by_line(cast: Cast) -> None:
    answer = upload(cast.lead, numbered(1) + lines({"prompt": 1}))
    assert finish(answer).state == "failed"
    source = api_client(cast.lead).get(f"/api/v1/sources/{answer.json()['source']['id']}/").json()
    assert source["state"] == "failed" and source["tasks"] == 0
    assert source["summary"]["errors"] == [
        {
            "line": 2,
            "field": "prompt",
            "message": "This must be text, but it is the number 1. Put it in quotation marks, or leave it out.",
        }
    ]


def test_a_dry_run_makes_no_source(cast: Cast) -> None:
    answer = upload(cast.lead, numbered(2), dry_run="true")
    assert answer.status_code == 202 and answer.json()["source"] is None
    assert finish(answer).result["would_import"] == 2
    assert not Source.objects.filter(project=cast.project).exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mapping": "prompt=Q"}, "mapping"),
        ({"mapping": '{"prompt": 3}'}, "mapping"),
        ({"limit": "many"}, "limit"),
        ({"skip_bad": "perhaps"}, "skip_bad"),
        ({"licence": "mine"}, "licence"),
        ({"format": "x"}, "format"),
        ({"path": "/etc/passwd"}, "path"),
    ],
)
def test_what_is_wrong_is_named_by_field(cast: Cast, fields: dict[str, str], field: str) -> None:
    answer = upload(cast.lead, numbered(1), **fields)
    assert answer.status_code == 422 and list(answer.json()["errors"]) == [field]


@pytest.mark.parametrize("file", ["/etc/passwd", "file:///etc/passwd", ""])
def test_a_path_is_no_file(cast: Cast, file: str) -> None:
    address = f"/api/v1/projects/{cast.project.slug}/sources/"
    body = {"file": file, "format": "jsonl", "licence": "MIT"}
    answer = api_client(cast.lead).post(address, body, format="multipart")
    assert answer.status_code == 422 and list(answer.json()["errors"]) == ["file"]
    assert api_client(cast.lead).post(address, body, format="json").status_code == 415


def test_a_second_import_waits_for_the_first(cast: Cast) -> None:
    assert upload(cast.lead, numbered(1)).status_code == 202
    assert upload(cast.lead, numbered(2)).status_code == 409


def test_the_same_key_imports_once(cast: Cast) -> None:
    headers = {"Idempotency-Key": "once"}
    first, again = (upload(cast.lead, numbered(1), headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert Source.objects.filter(project=cast.project).count() == 1
    assert upload(cast.lead, numbered(2), headers=headers).status_code == 422


@pytest.mark.parametrize("name", ["writer", "reviewer", "adjudicator"])
def test_only_leads_import_and_list(cast: Cast, name: str) -> None:
    who = getattr(cast, name)
    assert upload(who, numbered(1)).status_code == 403
    assert api_client(who).get(f"/api/v1/projects/{cast.project.slug}/sources/").status_code == 403


def test_the_list_is_newest_first_and_costs_the_same_however_long(cast: Cast) -> None:
    client, address = api_client(cast.lead), f"/api/v1/projects/{cast.project.slug}/sources/"
    imported(cast.lead, numbered(1))
    with statements() as few:
        client.get(address)
    for start in (1, 2, 3):
        imported(cast.lead, numbered(1, start=start), name=f"source {start}")
    with statements() as many:
        listed = client.get(address).json()
    assert [row["name"] for row in listed["results"]] == ["source 3", "source 2", "source 1", "rows"]
    assert len(many) == len(few) <= 2
    assert "summary" not in listed["results"][0]


def test_a_source_is_retired_and_restored(cast: Cast) -> None:
    source = imported(cast.lead, numbered(3))
    client, address = api_client(cast.lead), f"/api/v1/sources/{source.pk}/"
    preview = client.get(f"{address}retire-preview/").json()
    assert preview == {"untouched": 3, "in_hand": 0, "finished": 0}
    assert client.post(f"{address}retire/").json()["state"] == "retired"
    claim = api_client(cast.writer).post(f"/api/v1/projects/{cast.project.slug}/queue/claim/")
    assert claim.status_code == 204
    assert client.post(f"{address}restore/").json()["state"] == "ready"
    claim = api_client(cast.writer).post(f"/api/v1/projects/{cast.project.slug}/queue/claim/")
    assert claim.status_code == 201


def test_the_source_of_another_project_is_not_there(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1))
    client = api_client(cast.stranger)
    assert client.get(f"/api/v1/sources/{source.pk}/").status_code == 404
    assert client.post(f"/api/v1/sources/{source.pk}/retire/").status_code == 404
