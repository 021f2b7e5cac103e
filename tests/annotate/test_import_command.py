"""The command `import_source`: real files whole, bad files not at all."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.core.management import CommandError, call_command

from annotate.models import Source, Task
from tests.annotate.importing_of import lines, numbered
from tests.factories import a_project

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA") or ROOT.parent / "shared" / "data")
real_files = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is not on this machine")

SEED = ["prompt=instruction", "context=instances.0.input", "reference=instances.0.output", "external_id=id"]


def run(slug: str, path: Path, format: str = "jsonl", **options: Any) -> tuple[dict[str, Any], str]:
    """The summary the command printed, and what it said on standard error; `CommandError` for exit 1."""
    out, err = io.StringIO(), io.StringIO()
    values = {"licence": "Apache-2.0", **options}
    try:
        call_command("import_source", slug, str(path), format=format, stdout=out, stderr=err, **values)
    except CommandError as error:
        error.said = err.getvalue()  # type: ignore[attr-defined]
        raise
    return orjson.loads(out.getvalue()), err.getvalue()


@real_files
@pytest.mark.parametrize(
    ("path", "format", "mapping", "rows", "duplicates"),
    [
        ("sft/alpaca_5000.json", "alpaca", [], 5000, 0),
        ("sft/alpaca_en_demo.json", "alpaca", [], 999, 14),
        ("sft/identity.json", "alpaca", [], 91, 2),
        ("sft/axolotl_fixture_alpaca.json", "alpaca", [], 2, 0),
        ("sft/alpaca_seed_tasks.jsonl", "jsonl", SEED, 175, 0),
        ("sft/user_oriented_instructions.jsonl", "jsonl", SEED, 252, 0),
        ("sft/dolly_derived_validation151.jsonl", "dolly", ["prompt=prompt", "reference=answer"], 151, 0),
        ("eval/gsm8k_test.jsonl", "jsonl", ["prompt=question", "reference=answer"], 1319, 0),
        ("eval/HumanEval.jsonl.gz", "jsonl", ["external_id=task_id"], 164, 0),
        ("eval/TruthfulQA.csv", "csv", ["prompt=Question", "category=Category"], 817, 0),
        ("eval/mt_bench_question.jsonl", "jsonl", ["prompt=turns.0", "reference=reference.0"], 80, 0),
        ("nlp_raw/sst2_dev.head200.tsv", "csv", ["prompt=sentence"], 200, 0),
        ("nlp_raw/hf_fixture_xsum.json", "jsonl", ["prompt=document", "reference=summary"], 10, 0),
        ("templates/p3_rendered/ag_news_classify.jsonl", "jsonl", ["reference=completion"], 200, 0),
    ],
)
def test_a_real_file_is_imported_whole(
    path: str, format: str, mapping: list[str], rows: int, duplicates: int
) -> None:
    project = a_project()
    summary, _ = run(project.slug, DATA / path, format, map=mapping)
    assert (summary["rows"], summary["duplicates"]["count"]) == (rows, duplicates)
    assert summary["imported"] == rows - duplicates == Task.objects.filter(project=project).count()
    source = Source.objects.get(pk=summary["source"])
    assert (source.state, source.licence, source.name) == ("ready", "Apache-2.0", Path(path).name)


def test_several_columns_may_follow_one_map(tmp_path: Path) -> None:
    path = tmp_path / "questions.csv"
    path.write_text("Question,Topic\nWhy?,open_qa\n")
    said = ["--format", "csv", "--licence", "MIT", "--map", "prompt=Question", "category=Topic"]
    project = a_project()
    call_command(
        "import_source", project.slug, str(path), *said, "--map", "external_id=Topic", stdout=io.StringIO()
    )
    task = Task.objects.get(project=project)
    assert (task.prompt, task.category, task.external_id) == ("Why?", "open_qa", "open_qa")


def test_the_errors_of_an_array_on_one_line_name_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"instruction": "One", "output": "1"}, {"instruction": "", "output": "2"}]')
    with pytest.raises(CommandError, match="Line 1, row 2, instruction"):
        run(a_project().slug, path, "alpaca")


@pytest.fixture
def bad_file(tmp_path: Path) -> Path:
    path = tmp_path / "bad.jsonl"
    path.write_bytes(numbered(2) + lines({"prompt": 7}) + b"{not json\n")
    return path


def test_a_bad_file_names_its_lines_and_leaves_nothing(bad_file: Path) -> None:
    project = a_project()
    with pytest.raises(CommandError) as failed:
        run(project.slug, bad_file)
    said = failed.value.said  # type: ignore[attr-defined]
    assert "line 3, prompt: " in said and "line 4: This row is not valid JSON" in said
    assert failed.value.returncode == 1
    assert not Task.objects.filter(project=project).exists()


def test_the_good_rows_of_a_bad_file_are_imported_on_demand(bad_file: Path) -> None:
    project = a_project()
    summary, said = run(project.slug, bad_file, skip_bad=True)
    assert summary["imported"] == 2 and summary["bad_rows"] == 2
    assert "line 3, prompt: " in said


def test_a_dry_run_says_what_would_happen(tmp_path: Path) -> None:
    project, path = a_project(), tmp_path / "good.jsonl"
    path.write_bytes(numbered(3))
    summary, _ = run(project.slug, path, dry_run=True)
    assert summary["dry_run"] and summary["would_import"] == 3 and summary["imported"] == 0
    assert not Source.objects.filter(project=project).exists()


def test_a_dry_run_of_a_bad_file_fails_as_the_import_would(bad_file: Path) -> None:
    with pytest.raises(CommandError):
        run(a_project().slug, bad_file, dry_run=True)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"licence": "mine"}, "licence"),
        ({"map": ["prompt"]}, "field=column"),
        ({"format": "tapestry"}, "no source format"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(
    tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    path = tmp_path / "good.jsonl"
    path.write_bytes(numbered(1))
    with pytest.raises(CommandError, match=words):
        run(a_project().slug, path, **options)


def test_an_unknown_project_or_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no project"):
        run("no-such", tmp_path / "x")
    with pytest.raises(CommandError, match="no file"):
        run(a_project().slug, tmp_path / "x")
