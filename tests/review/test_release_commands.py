"""`build_release` and `verify_release`: what operators and scripts use, with the exit codes they rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from review.models import Release
from tests.conftest import Cast
from tests.review.releasing import approved, built, bytes_of, directory_of, rows_of, sums_agree
from workspace.models import Job


def run(capsys: pytest.CaptureFixture[str], *arguments: Any, **options: Any) -> dict[str, Any]:
    call_command("build_release", *arguments, **options)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_build_prints_what_it_made(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    approved(cast, category="open_qa")
    out = tmp_path / "out"
    told = run(capsys, cast.project.slug, "--out", str(out), "--category", "open_qa", "--min-rating", "3")
    release = Release.objects.get(project=cast.project)
    assert (told["number"], told["rows"]) == (1, 1)
    assert told["manifest_sha256"] == release.manifest_sha256
    assert told["files"] == sorted(bytes_of(out))
    assert Path(told["directory"]) == out
    assert sums_agree(out)
    assert bytes_of(out) == bytes_of(directory_of(release))
    job = Job.objects.get(kind="build_release")
    assert (job.state, job.result["number"]) == ("succeeded", 1)


def test_without_out_the_files_lie_in_the_storage(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    approved(cast)
    told = run(capsys, cast.project.slug, "--format", "sharegpt", "--split", "test=1.0", "--split", "train=0")
    assert sums_agree(Path(told["directory"]))
    assert list(rows_of(Path(told["directory"]), "test")[0]) == ["id", "conversations"]


def test_again_writes_the_same_bytes(cast: Cast, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    approved(cast)
    release = built(cast)
    approved(cast)
    told = run(capsys, cast.project.slug, "--again", "1", "--out", str(tmp_path / "again"))
    assert told["manifest_sha256"] == release.manifest_sha256
    assert bytes_of(tmp_path / "again") == bytes_of(directory_of(release))
    assert Release.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--again", "1"), "--out DIR"),
        (("--again", "7", "--out", "{tmp}/new"), "has no release 7"),
        (("--out", "{tmp}"), "not an empty directory"),
        (("--out", "{tmp}/something/new"), "cannot be made"),
        (("--language", "xx"), "no approved demonstration"),
        (("--split", "test"), "NAME=SHARE"),
        (("--split", "dev=0.1"), "Unknown split"),
        (("--min-rating", "9"), "from 1 to 5"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_no_release(
    cast: Cast, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    approved(cast)
    (tmp_path / "something").touch()
    given = [argument.replace("{tmp}", str(tmp_path)) for argument in arguments]
    with pytest.raises(CommandError, match=words):
        call_command("build_release", cast.project.slug, *given)
    assert not Release.objects.exists()


def test_an_unknown_project_is_said(db: None) -> None:
    with pytest.raises(CommandError, match="There is no project"):
        call_command("build_release", "nowhere")


def test_a_whole_release_verifies_and_a_damaged_one_is_told_apart(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    approved(cast)
    directory = directory_of(built(cast))
    call_command("verify_release", str(directory))
    assert "is whole" in capsys.readouterr().out
    data = next((directory / "data").iterdir())
    data.write_bytes(data.read_bytes().replace(b"air", b"sea"))
    (directory / "extra.txt").touch()
    (directory / "README.md").unlink()
    with pytest.raises(CommandError) as failed:
        call_command("verify_release", str(directory))
    assert failed.value.returncode == 1
    said = capsys.readouterr().err
    for kind, name in (("altered", data.name), ("extra", "extra.txt"), ("missing", "README.md")):
        assert any(kind in line and name in line for line in said.splitlines())
