"""The pages of sources and tasks: what they show, what they refuse, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from annotate import intake, overlapping, passes
from annotate.models import Source, Task
from tests.annotate.importing_of import imported, lines, numbered, started
from tests.conftest import Cast, page_client
from tests.counting import statements
from workspace import running
from workspace.access import Standing
from workspace.models import Job

pytestmark = pytest.mark.django_db


def upload(who: Standing, content: bytes, **fields: Any) -> Any:
    values = {"format": "jsonl", "licence": "MIT", **fields}
    file = SimpleUploadedFile("my rows.jsonl", content)
    return page_client(who).post(f"/p/{who.project.slug}/sources/add/", {"file": file, **values})


def get(who: Standing, path: str, **headers: str) -> Any:
    return page_client(who).get(f"/p/{who.project.slug}/{path}", headers=headers)


def test_a_file_is_imported_by_the_page(cast: Cast) -> None:
    answer = upload(cast.lead, b"Question\nWhy?\n", format="csv", mapping="prompt=Question\n\n")
    source = Source.objects.get(project=cast.project)
    assert answer.status_code == 302 and answer["Location"] == f"/p/{cast.project.slug}/sources/{source.pk}/"
    shown = get(cast.lead, f"sources/{source.pk}/").content.decode()
    assert "<progress" in shown and "my rows.jsonl" in shown
    assert source.job is not None
    running.run(source.job.pk, passes.import_source)
    shown = get(cast.lead, f"sources/{source.pk}/").content.decode()
    assert "<progress" not in shown and "data-opens" in shown and "Retire this source?" in shown


def test_the_errors_of_a_file_are_shown_by_line(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1) + lines({"<b>": 1}))
    shown = get(cast.lead, f"sources/{source.pk}/").content.decode()
    assert "The prompt is missing or empty" in shown and ">2</th>" in shown
    assert "<b>" not in shown and "nothing was imported" in shown


def test_a_check_of_a_file_shows_what_it_found(cast: Cast) -> None:
    answer = upload(cast.lead, numbered(3) + lines({"prompt": 1}), dry_run="on")
    job = Job.objects.get(project=cast.project)
    assert answer["Location"] == f"/p/{cast.project.slug}/sources/checks/{job.pk}/"
    assert "<progress" in get(cast.lead, f"sources/checks/{job.pk}/").content.decode()
    running.run(job.pk, passes.import_source)
    shown = get(cast.lead, f"sources/checks/{job.pk}/").content.decode()
    assert "Would be imported" in shown and "Errors by line" in shown
    assert not Source.objects.filter(project=cast.project).exists()
    source = imported(cast.lead, numbered(1))
    assert get(cast.lead, f"sources/checks/{source.job_id}/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"licence": "mine"}, "not a licence that SPDX knows"),
        ({"mapping": "prompt"}, "is no mapping"),
        ({"mapping": "colour=x"}, "not a field of a task"),
        ({"format": "tapestry"}, "tapestry"),
        ({"limit": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_with_words(
    cast: Cast, fields: dict[str, str], words: str
) -> None:
    answer = upload(cast.lead, numbered(1), **fields)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Source.objects.filter(project=cast.project).exists()


def test_a_source_is_retired_and_restored_by_the_page(cast: Cast) -> None:
    source = imported(cast.lead, numbered(2))
    client, path = page_client(cast.lead), f"/p/{cast.project.slug}/sources/{source.pk}/"
    assert "nobody will get any more: 2." in client.get(path).content.decode()
    assert client.post(f"{path}retire/").status_code == 302
    assert "Restore" in client.get(path).content.decode()
    assert client.post(f"{path}restore/").status_code == 302
    source.refresh_from_db()
    assert source.state == "ready"
    assert client.get(f"{path}retire/").status_code == 405


def test_the_region_is_the_list_of_the_page(cast: Cast) -> None:
    imported(cast.lead, numbered(1))
    whole, region = get(cast.lead, "sources/"), get(cast.lead, "sources/", **{"HX-Request": "true"})
    part = region.content.decode().strip()
    assert part.startswith('<section id="list"') and part in whole.content.decode()
    assert "HX-Request" in whole["Vary"]


def test_an_ended_import_sends_the_browser_to_the_whole_page(cast: Cast) -> None:
    source = imported(cast.lead, numbered(1))
    answer = get(cast.lead, f"sources/{source.pk}/", **{"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/p/{cast.project.slug}/sources/{source.pk}/"


def test_the_lists_cost_the_same_however_long(cast: Cast) -> None:
    imported(cast.lead, numbered(1))
    client, counts = page_client(cast.lead), []
    client.get("/")  # the session is in the cache from now on
    for _ in range(2):
        seen = []
        for path in ("sources/", "tasks/"):
            with statements() as counted:
                assert client.get(f"/p/{cast.project.slug}/{path}").status_code == 200
            seen.append(len(counted))
        counts.append(seen)
        for start in (10, 20, 30):
            imported(cast.lead, numbered(3, start=start), name=f"from {start}")
    assert counts[0] == counts[1]
    # The standing, the rail, the rows; for tasks the sources of the filter as well.
    assert counts[0] == [3, 4]


def test_the_tasks_are_filtered_by_the_address(cast: Cast) -> None:
    source = imported(cast.lead, numbered(60, category="a"))
    imported(cast.lead, lines({"prompt": "Another <i>thing</i>?", "category": "b"}))
    shown = get(cast.lead, f"tasks/?source={source.pk}&category=a").content.decode()
    assert "Question 59?" in shown and "Another" not in shown
    assert f"source={source.pk}&amp;category=a&amp;after=" in shown
    shown = get(cast.lead, "tasks/?category=b").content.decode()
    assert "Another &lt;i&gt;thing&lt;/i&gt;?" in shown and "Question" not in shown
    assert get(cast.lead, "tasks/?kind=sing").status_code == 422
    assert "Nothing fits" in get(cast.lead, "tasks/?category=none").content.decode()


def test_a_task_is_added_by_hand(cast: Cast) -> None:
    assert cast.writer.member is not None
    client, path = page_client(cast.lead), f"/p/{cast.project.slug}/tasks/add/"
    assert client.get(path).status_code == 200
    typed = {"kind": "respond", "prompt": "Why?", "priority": "1", "reserved_for": [cast.writer.member.pk]}
    assert client.post(path, typed).status_code == 302
    task = Task.objects.get(project=cast.project)
    assert (task.prompt, task.priority) == ("Why?", 1)
    again = client.post(path, typed)
    assert again.status_code == 422 and "exactly this task already" in again.content.decode()
    wrong = client.post(path, {"kind": "edit", "prompt": "Why?", "priority": "1"})
    assert wrong.status_code == 422 and "There is no draft to edit" in wrong.content.decode()


def test_the_overlap_is_seen_before_it_is_changed(cast: Cast) -> None:
    intake.add_tasks(cast.lead, [{"prompt": "a"}, {"prompt": "b"}], now=timezone.now())
    client, path = page_client(cast.lead), f"/p/{cast.project.slug}/tasks/overlap/"
    assert client.get(path).status_code == 200
    shown = client.get(path, {"overlap": 2, "overlap_share": 1}).content.decode()
    assert "2 places" in shown and "Change the overlap" in shown
    answer = client.post(path, {"overlap": "2", "overlap_share": "1.0"})
    job = Job.objects.get(kind="change_overlap")
    assert answer["Location"] == f"/p/{cast.project.slug}/jobs/{job.pk}/"
    running.run(job.pk, overlapping.redraw)
    assert set(Task.objects.values_list("overlap", flat=True)) == {2}
    assert client.get(path, {"overlap": 99, "overlap_share": 1}).status_code == 422


@pytest.mark.parametrize("path", ["sources/", "tasks/", "tasks/add/", "tasks/overlap/"])
def test_only_leads_see_these_pages(cast: Cast, path: str) -> None:
    assert get(cast.lead, path).status_code == 200
    for who in (cast.writer, cast.reviewer, cast.adjudicator):
        assert get(who, path).status_code == 403
    assert page_client(cast.stranger).get(f"/p/{cast.project.slug}/{path}").status_code == 404


def test_the_source_of_another_project_is_not_there(cast: Cast) -> None:
    source = started(cast.stranger, numbered(1))
    for path in ("", "retire/", "restore/"):
        address = f"/p/{cast.project.slug}/sources/{source.pk}/{path}"
        answer = page_client(cast.lead).post(address) if path else page_client(cast.lead).get(address)
        assert answer.status_code == 404
