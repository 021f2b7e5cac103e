"""The acts on a guideline: sections saved by two people, files out and in, the commands, what is frozen."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from annotate import guidelines
from annotate.guideline_exchange import exported, import_file
from annotate.guideline_sections import fingerprint, sections_of
from annotate.models import GuidelineVersion
from tests.conftest import Cast
from tests.factories import a_member, a_project
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Invalid, Missing, NotAllowed, Stale


@pytest.fixture
def draft(cast: Cast) -> GuidelineVersion:
    guidelines.begin_draft(cast.lead, now=timezone.now())
    return guidelines.change_draft(cast.lead, now=timezone.now(), body="# T\n\n## One\n\na\n\n## Two\n\nb\n")


def save(who: Any, place: int, seen: str, text: str) -> GuidelineVersion:
    return guidelines.save_section(who, place, seen=fingerprint(seen), text=text, now=timezone.now())


def test_two_admins_write_different_sections_at_once(cast: Cast, draft: GuidelineVersion) -> None:
    other = a_member(cast.project, "admin")
    save(cast.lead, 1, "## One\n\na\n\n", "## Zero\n\nz\n\n## One\n\nA\n\n")
    saved = save(other, 2, "## Two\n\nb\n", "## Two\n\nB\n")
    assert [one.heading for one in sections_of(saved.body)] == ["", "Zero", "One", "Two"]
    assert "A\n\n## Two\n\nB" in saved.body


def test_nobody_overwrites_a_section_that_somebody_else_changed(cast: Cast, draft: GuidelineVersion) -> None:
    save(cast.lead, 2, "## Two\n\nb\n", "## Two\n\nmine\n")
    with pytest.raises(Stale) as refused:
        save(a_member(cast.project, "admin"), 2, "## Two\n\nb\n", "## Two\n\ntheirs\n")
    assert "mine" in refused.value.extra["current"]
    assert "mine" in GuidelineVersion.objects.get(pk=draft.pk).body


def test_a_save_whose_answer_was_lost_may_be_sent_again(cast: Cast, draft: GuidelineVersion) -> None:
    for _ in range(2):
        saved = save(cast.lead, 2, "## Two\n\nb\n", "## Two\n\nonce\n")
    assert saved.body.count("once") == 1
    assert AuditEvent.objects.filter(action="guideline.draft_changed").count() == 2


def test_only_admins_save_a_section(cast: Cast, draft: GuidelineVersion) -> None:
    for who in (cast.writer, cast.reviewer, cast.adjudicator):
        with pytest.raises(NotAllowed):
            save(who, 2, "## Two\n\nb\n", "x")
    with pytest.raises(Missing):
        save(cast.stranger, 2, "## Two\n\nb\n", "x")


def test_the_last_section_cannot_be_taken_out(cast: Cast, draft: GuidelineVersion) -> None:
    with pytest.raises(Invalid):
        save(cast.lead, 0, draft.body, "")
    assert GuidelineVersion.objects.get(pk=draft.pk).body == draft.body


def test_a_published_version_is_frozen(cast: Cast) -> None:
    version = guidelines.newest(cast.project)
    for change in (
        lambda: GuidelineVersion.objects.filter(pk=version.pk).update(material_categories=["coding"]),
        lambda: GuidelineVersion.objects.filter(pk=version.pk).update(title="T"),
    ):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            change()


def command(name: str, *arguments: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_a_version_goes_through_a_file_into_another_project_unchanged(cast: Cast, tmp_path: Path) -> None:
    draft = guidelines.begin_draft(cast.lead, now=timezone.now())
    awkward = "## Ünïcode\r\n\ttabs: 'quotes' # hash \u2028 \U0001f600\n---\nrule\n"
    guidelines.change_draft(cast.lead, now=timezone.now(), title="One: two", body=awkward)
    version = guidelines.publish(cast.lead, summary="S: “why”\n- list", material=False, now=timezone.now())
    assert version.pk == draft.pk
    file = tmp_path / "guideline.md"
    file.write_bytes(command("export_guideline", cast.project.slug).encode())
    other = a_project()
    assert command("import_guideline", other.slug, str(file), "--publish").strip() == "version 2"
    taken = guidelines.newest(other)
    assert guidelines.parts_of(taken) == guidelines.parts_of(version) and taken.summary == version.summary
    assert exported(taken) == file.read_bytes().decode()


def test_an_older_version_can_be_exported(cast: Cast) -> None:
    guidelines.begin_draft(cast.lead, now=timezone.now())
    guidelines.change_draft(cast.lead, now=timezone.now(), title="Second")
    guidelines.publish(cast.lead, summary="S", material=False, now=timezone.now())
    assert "title: Second" in command("export_guideline", cast.project.slug)
    assert "title: Second" not in command("export_guideline", cast.project.slug, "--version", "1")
    with pytest.raises(CommandError, match="no version 3"):
        command("export_guideline", cast.project.slug, "--version", "3")
    with pytest.raises(CommandError, match="not the number"):
        command("export_guideline", cast.project.slug, "--version", "x")


def test_an_import_becomes_the_draft_and_gives_way_only_when_told(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "guideline.md"
    file.write_text(exported(guidelines.newest(cast.project)), encoding="utf-8")
    assert command("import_guideline", cast.project.slug, str(file)).strip() == "draft"
    with pytest.raises(CommandError, match="draft already"):
        command("import_guideline", cast.project.slug, str(file))
    command("import_guideline", cast.project.slug, str(file), "--replace")
    assert GuidelineVersion.objects.filter(project=cast.project).count() == 2


def test_a_material_import_is_published_with_its_categories(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "guideline.md"
    file.write_text(exported(guidelines.newest(cast.project)), encoding="utf-8")
    command(
        "import_guideline", cast.project.slug, str(file), "--publish", "--summary", "New.", "--material",
        "--category", "coding",
    )  # fmt: skip
    version = guidelines.newest(cast.project)
    assert (version.number, version.summary, version.material) == (2, "New.", True)
    assert version.material_categories == ["coding"]


@pytest.mark.parametrize(
    ("content", "arguments", "says"),
    [
        (b"# words", [], "front matter"),
        (b"\xff", [], "UTF-8"),
        (None, [], "cannot be read"),
        (b"# words", ["--material"], "add --publish"),
    ],
)
def test_a_bad_file_changes_nothing(
    cast: Cast, tmp_path: Path, content: bytes | None, arguments: list[str], says: str
) -> None:
    file = tmp_path / "guideline.md"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=says):
        command("import_guideline", cast.project.slug, str(file), *arguments)
    assert GuidelineVersion.objects.filter(project=cast.project).count() == 1


def test_a_file_that_cannot_be_published_leaves_no_draft(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "guideline.md"
    file.write_text(exported(guidelines.newest(cast.project)), encoding="utf-8")
    with pytest.raises(CommandError, match="no such category"):
        command(
            "import_guideline", cast.project.slug, str(file), "--publish", "--material", "--category", "none"
        )
    assert GuidelineVersion.objects.filter(project=cast.project).count() == 1


def test_a_file_with_a_null_is_refused(cast: Cast) -> None:
    text = exported(guidelines.newest(cast.project))
    for bad in (text + "\0", text.replace("title: Writing demonstrations", 'title: "\\0W"')):
        with pytest.raises(Invalid) as refused:
            import_file(cast.project, bad, by=None, now=timezone.now())
        assert "code 0" in refused.value.errors["file"][0]


def test_there_is_one_draft_also_for_imports(cast: Cast, draft: GuidelineVersion) -> None:
    with pytest.raises(Conflict):
        import_file(cast.project, exported(draft), by=None, now=timezone.now())
