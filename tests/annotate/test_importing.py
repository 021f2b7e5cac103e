"""Imports through the act: what gets in, what does not, and what is said about it."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from annotate import claiming, importing, intake, passes, writing
from annotate.models import Assignment, Slot, Source, Task
from annotate.sources.judging import BATCH
from tests.annotate.importing_of import imported, lines, numbered, started, work_off
from tests.conftest import Cast
from workspace import projects, running
from workspace.models import AuditEvent, Job
from workspace.refusals import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db


def test_rows_become_tasks_that_a_writer_can_claim(cast: Cast) -> None:
    source = imported(cast.lead, numbered(3, category="Open QA", language="en"), name="three")
    assert (source.state, source.tasks, source.file) == ("ready", 3, "")
    assert source.summary["imported"] == source.summary["rows"] == 3
    assert {task.category for task in Task.objects.filter(source=source)} == {"open_qa"}
    claim = claiming.claim(cast.writer, now=timezone.now())
    assert Assignment.objects.get(pk=claim.assignment_id).task.source == source


def test_every_field_of_a_row_arrives_as_it_was(cast: Cast) -> None:
    awkward = 'Tab\there, line\nend, back\\slash, \\N, "quotes", \r\n and \u2028 zero\u200bwidth é 漢字 🌍'
    rows: list[dict[str, Any]] = [
        {
            "prompt": awkward,
            "context": awkward + "2",
            "reference": awkward + "3",
            "category": "a b",
            "language": "pt-BR",
            "priority": 4,
            "external_id": awkward[:100],
            "metadata": {"a\tb\\": [1, 2.5, None, {"deep": awkward}]},
        },
        {"kind": "compose", "brief": awkward},
        {"kind": "edit", "prompt": awkward, "draft_response": awkward + "4"},
        {
            "kind": "converse",
            "messages": [
                {"role": "system", "content": awkward},
                {"role": "user", "content": "\\.\n\\.\n" + awkward},
            ],
        },
    ]
    source = imported(cast.lead, lines(*rows))
    assert source.state == "ready", source.summary
    kept = list(Task.objects.filter(source=source).order_by("id"))
    for row, task in zip(rows, kept, strict=True):
        wanted = {**row, **({"category": "a_b"} if "category" in row else {})}
        assert {name: getattr(task, name) for name in row} == wanted
    assert [task.messages for task in kept[:3]] == [None] * 3


@pytest.mark.parametrize("content", [numbered(3), gzip.compress(numbered(3), mtime=0)])
def test_what_came_is_measured_and_not_kept(cast: Cast, content: bytes) -> None:
    source = started(cast.lead, content)
    assert source.bytes == len(content) and len(source.sha256) == 64
    key = source.file
    assert default_storage.exists(key)
    work_off(source)
    assert source.tasks == 3
    assert not default_storage.exists(key)


def test_one_bad_row_keeps_the_whole_file_out(cast: Cast) -> None:
    content = numbered(BATCH + 1) + lines({"prompt": ""}, {"prompt": "x", "priority": 9})
    source = started(cast.lead, content)
    key = source.file
    job = work_off(source)
    assert (job.state, source.state, source.tasks) == ("failed", "failed", 0)
    assert not Task.objects.filter(project=cast.project).exists()
    assert not Slot.objects.filter(task__project=cast.project).exists()
    assert job.result is not None
    assert [error["line"] for error in job.result["errors"]] == [BATCH + 2, BATCH + 3]
    assert job.result["error_count"] == 2 and source.summary["errors"] == job.result["errors"]
    assert "nothing was imported" in job.error and f"Line {BATCH + 2}" in job.error
    assert not default_storage.exists(key)


def test_the_good_rows_come_in_where_the_bad_are_skipped(cast: Cast) -> None:
    content = lines({"prompt": "one"}, {"prompt": 3}, {"prompt": "two"})
    source = imported(cast.lead, content, skip_bad=True)
    assert (source.state, source.tasks) == ("ready", 2)
    assert source.summary["errors"][0]["line"] == 2
    assert source.summary["bad_rows"] == 1


def test_a_file_of_bad_rows_alone_fails_also_where_they_are_skipped(cast: Cast) -> None:
    source = imported(cast.lead, lines({"prompt": 3}, {"prompt": None}), skip_bad=True)
    assert source.state == "failed"


def test_only_the_first_thousand_errors_are_kept_and_all_are_counted(cast: Cast) -> None:
    source = imported(cast.lead, lines(*({"prompt": ""} for _ in range(1200))))
    assert len(source.summary["errors"]) == 1000
    assert source.summary["error_count"] == source.summary["bad_rows"] == 1200


def test_a_file_that_is_refused_as_a_whole_says_why(cast: Cast) -> None:
    source = started(cast.lead, b"PK\x03\x04 and so on")
    job = work_off(source)
    assert "ZIP" in job.error and "ZIP" in source.summary["error"]
    assert source.state == "failed"


def test_exact_duplicates_are_skipped_and_reported(cast: Cast) -> None:
    imported(cast.lead, numbered(3))
    content = lines({"prompt": "new"}, {"prompt": " new\r\n"}) + numbered(4, start=1)
    source = imported(cast.lead, content)
    assert source.tasks == 3  # new, questions 3 and 4
    assert source.summary["duplicates"] == {"count": 3, "lines": [2, 3, 4]}
    assert Task.objects.filter(project=cast.project).count() == 6


def test_the_same_row_may_stand_in_two_projects(cast: Cast) -> None:
    imported(cast.lead, numbered(3))
    assert imported(cast.stranger, numbered(3)).tasks == 3


def test_rows_that_repeat_both_the_file_and_the_project_are_skipped(cast: Cast) -> None:
    imported(cast.lead, lines({"prompt": "Old?"}))
    source = imported(cast.lead, lines({"prompt": "New?"}, {"prompt": "Old?"}, {"prompt": "Old?"}))
    assert (source.state, source.summary["imported"]) == ("ready", 1)
    assert source.summary["duplicates"] == {"count": 2, "lines": [2, 3]}


def test_a_task_added_by_the_api_while_rows_are_written_is_a_duplicate(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look for duplicates is over when it comes in: the database's own constraint speaks."""
    found = writing.known_in_project

    def meanwhile(*arguments: Any, **named: Any) -> list[int]:
        known = found(*arguments, **named)
        intake.add_tasks(cast.lead, [{"prompt": "Question 1?"}], now=timezone.now())
        return known

    monkeypatch.setattr(passes, "known_in_project", meanwhile)
    source = imported(cast.lead, numbered(3))
    assert (source.state, source.tasks) == ("ready", 2)
    assert source.summary["duplicates"] == {"count": 1, "lines": [2]}


def test_a_limit_takes_the_first_rows(cast: Cast) -> None:
    assert imported(cast.lead, numbered(9), limit=4).tasks == 4


def test_a_mapping_names_the_columns(cast: Cast) -> None:
    content = b"Question;Answer\nWhy?;Because.\n"
    source = imported(cast.lead, content, format="csv", mapping={"prompt": "Question", "reference": "Answer"})
    task = Task.objects.get(source=source)
    assert (task.prompt, task.reference) == ("Why?", "Because.")


def test_overlap_is_drawn_for_the_share(cast: Cast) -> None:
    projects.change_project(cast.lead, overlap=3, overlap_share=0.25, now=timezone.now())
    cast.lead.project.refresh_from_db()
    source = imported(cast.lead, numbered(800))
    tasks = Task.objects.filter(source=source)
    drawn = tasks.filter(overlap_drawn=True, overlap=3).count()
    assert 140 < drawn < 260
    assert tasks.filter(overlap_drawn=False, overlap=1).count() == 800 - drawn
    assert not tasks.exclude(overlap_probability=0.25).exists()
    assert Slot.objects.filter(task__source=source, state="open").count() == 800 + 2 * drawn


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"format": "parquet9"}, "format"),
        ({"licence": "do what you like"}, "licence"),
        ({"licence": ""}, "licence"),
        ({"mapping": {"nonsense": "x"}}, "mapping"),
        ({"kind": "sing"}, "kind"),
        ({"language": "English"}, "language"),
        ({"limit": 0}, "limit"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"format": "records", "mapping": {"prompt": "x"}}, "mapping"),
    ],
)
def test_what_is_said_about_a_file_is_judged_before_it_is_kept(
    cast: Cast, said: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        started(cast.lead, numbered(1), **said)
    assert list(refused.value.errors) == [field]
    assert not Source.objects.filter(project=cast.project).exists()


@pytest.mark.parametrize(("content", "word"), [(b"", "empty"), (b"x" * 2000, "larger")])
def test_an_empty_or_too_large_file_is_refused_and_not_kept(
    cast: Cast, content: bytes, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "IMPORT_MAX_BYTES", 1000)
    with pytest.raises(Invalid) as refused:
        started(cast.lead, content)
    assert word in refused.value.errors["file"][0]
    folder = f"sources/{cast.project.pk}"
    assert not default_storage.exists(folder) or default_storage.listdir(folder)[1] == []


@pytest.mark.parametrize("sent", ["../../etc/passwd", "/etc/passwd", "..\\x", "a\x00b\n", ""])
def test_a_files_name_is_a_name_and_never_a_path(cast: Cast, sent: str) -> None:
    source = started(cast.lead, numbered(1), name=sent)
    assert "/" not in source.name and "\\" not in source.name and source.name.isprintable() and source.name
    assert source.file.startswith(f"sources/{cast.project.pk}/")
    assert len(source.file.rsplit("/", 1)[-1]) == 32


def test_only_one_import_of_a_project_runs_at_a_time(cast: Cast) -> None:
    first = started(cast.lead, numbered(1))
    with pytest.raises(Conflict):
        started(cast.lead, numbered(2))
    assert Source.objects.filter(project=cast.project).count() == 1
    work_off(first)
    assert imported(cast.lead, numbered(2)).tasks == 1


def test_an_import_needs_the_right(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        started(cast.writer, numbered(1))


def test_a_column_of_a_thousand_categories_is_refused(cast: Cast) -> None:
    content = lines(*({"prompt": f"{number}", "category": f"c{number}"} for number in range(1001)))
    source = imported(cast.lead, content)
    assert source.state == "failed" and "combinations of category" in source.summary["error"]


def test_an_import_is_told_in_the_audit_trail(cast: Cast) -> None:
    source = imported(cast.lead, numbered(2))
    events = AuditEvent.objects.filter(object_type="source", object_id=source.pk).order_by("pk")
    assert [event.action for event in events] == ["source.importing", "source.imported"]
    assert {event.actor_id for event in events} == {cast.lead.user.pk}


def test_a_trial_judges_as_an_import_and_keeps_nothing(cast: Cast) -> None:
    imported(cast.lead, numbered(2))
    job = importing.start_trial(
        cast.lead,
        io.BytesIO(numbered(5) + lines({"prompt": 1})),
        name="t",
        format="jsonl",
        licence="MIT",
        now=timezone.now(),
    )
    key = job.arguments["trial"]["file"]
    running.run(job.pk, passes.import_source)
    job = Job.objects.get(pk=job.pk)
    assert job.state == "succeeded" and job.result is not None, job.error
    assert job.result["dry_run"] and job.result["would_import"] == 3
    assert job.result["duplicates"] == {"count": 2, "lines": [1, 2]}
    assert job.result["errors"][0]["line"] == 6
    assert Task.objects.filter(project=cast.project).count() == 2
    assert not default_storage.exists(key)


def test_running_a_finished_import_again_changes_nothing(cast: Cast) -> None:
    source = imported(cast.lead, numbered(2))
    assert source.job is not None
    Job.objects.filter(pk=source.job.pk).update(state="queued")
    job = work_off(source)
    assert job.state == "succeeded" and job.result == source.summary
    assert Task.objects.filter(source=source).count() == 2
