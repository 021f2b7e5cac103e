"""Real public files, read whole. Skipped where the shared data folder is not there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotate.sources.notes import Notes
from annotate.sources.reading import read
from annotate.sources.rows import TaskRow, digest

ROOT = Path(__file__).resolve().parents[3]
DATA = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA") or ROOT.parent / "shared" / "data")

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data folder is not on this machine")

SEED = {
    "prompt": "instruction",
    "context": "instances.0.input",
    "reference": "instances.0.output",
    "external_id": "id",
}


@pytest.mark.parametrize(
    ("path", "format", "mapping", "rows", "duplicates", "notes"),
    [
        ("sft/alpaca_5000.json", "alpaca", {}, 5000, 0, {"empty_answer": 2, "no_input_marker": 59}),
        ("sft/alpaca_en_demo.json", "alpaca", {}, 999, 14, {"no_input_marker": 8}),
        ("sft/identity.json", "alpaca", {}, 91, None, {}),
        ("sft/axolotl_fixture_alpaca.json", "alpaca", {}, 2, 0, {}),
        ("sft/alpaca_seed_tasks.jsonl", "jsonl", SEED, 175, 0, {"unused_columns": 175}),
        ("sft/user_oriented_instructions.jsonl", "jsonl", SEED, 252, 0, {"unused_columns": 252}),
        (
            "sft/dolly_derived_validation151.jsonl",
            "dolly",
            {"prompt": "prompt", "reference": "answer"},
            151,
            0,
            {},
        ),
        ("eval/gsm8k_test.jsonl", "jsonl", {"prompt": "question", "reference": "answer"}, 1319, 0, {}),
        (
            "eval/HumanEval.jsonl.gz",
            "jsonl",
            {"external_id": "task_id", "reference": "canonical_solution"},
            164,
            0,
            {"unused_columns": 164},
        ),
        (
            "eval/TruthfulQA.csv",
            "csv",
            {"prompt": "Question", "reference": "Best Answer", "category": "Category"},
            817,
            0,
            {"unused_columns": 1},
        ),
        ("nlp_raw/sst2_dev.head200.tsv", "csv", {"prompt": "sentence"}, 200, 0, {"unused_columns": 1}),
        (
            "nlp_raw/hf_fixture_xsum.json",
            "jsonl",
            {"prompt": "document", "reference": "summary"},
            10,
            0,
            {},
        ),
        ("templates/p3_rendered/*.jsonl", "p3", {}, 800, None, {}),
        ("templates/natural_instructions/*.json", "natural_instructions", {}, 18, 0, {}),
        ("nlp_raw/squad_v2_dev.first_article.json", "squad", {}, 208, 0, {"empty_answer": 112}),
        ("nlp_raw/hf_fixture_SQUAD.json", "squad", {}, 14, 0, {"empty_answer": 6}),
        ("sft/alpaca_seed_tasks.jsonl", "self_instruct", {}, 175, 0, {"unused_columns": 175}),
        ("conversations/fastchat_dummy_conversation.json", "sharegpt", {}, 500, None, {}),
        ("conversations/llamafactory_v1_sft_demo.jsonl", "messages", {}, 500, None, {}),
        ("conversations/oasst_en_100_tree.jsonl", "oasst", {}, 480, 0, {"empty_answer": 226}),
    ],
)
def test_a_real_file_is_read_whole(
    path: str,
    format: str,
    mapping: dict[str, str],
    rows: int,
    duplicates: int | None,
    notes: dict[str, int],
) -> None:
    seen = Notes()
    files = sorted(DATA.glob(path))
    assert files
    found = [row for file in files for row in read(file, format, mapping=mapping, notes=seen)]
    assert all(isinstance(row, TaskRow) for row in found), [row for row in found if type(row) is not TaskRow]
    assert len(found) == rows
    assert {key: seen.count(key) for key in seen.as_dict()} == notes
    if duplicates is not None:
        assert rows - len({digest(row) for row in found if isinstance(row, TaskRow)}) == duplicates


def test_alpaca_is_read_exactly() -> None:
    path = DATA / "sft/alpaca_5000.json"
    originals = orjson.loads(path.read_bytes())
    changed = 0
    for original, row in zip(originals, read(path, "alpaca"), strict=True):
        assert isinstance(row, TaskRow)
        assert (row.prompt, row.reference) == (original["instruction"], original["output"])
        if row.context != original["input"]:
            changed += 1
            assert row.context == ""
            assert "no" in original["input"].lower()
            assert len(original["input"]) < 20
    assert changed == 59


def test_alpaca_for_editing_names_the_two_empty_answers() -> None:
    found = list(read(DATA / "sft/alpaca_5000.json", "alpaca", kind="edit"))
    errors: list[Any] = [one for one in found if not isinstance(one, TaskRow)]
    assert [(error.row, error.field) for error in errors] == [(2336, "output"), (4659, "output")]


def test_every_naughty_string_is_kept_to_the_last_character(tmp_path: Path) -> None:
    strings = [text for text in orjson.loads((DATA / "security/blns.json").read_bytes()) if text.strip()]
    path = tmp_path / "naughty.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps({"prompt": text}) for text in strings))
    rows = list(read(path, "jsonl"))
    assert [row.prompt for row in rows if isinstance(row, TaskRow)] == strings


def test_conversations_that_no_writer_can_continue_are_errors_by_line() -> None:
    glaive = list(read(DATA / "conversations/llamafactory_glaive_toolcall_en_demo.json", "sharegpt"))
    errors: list[Any] = [one for one in glaive if not isinstance(one, TaskRow)]
    assert (len(glaive), len(errors)) == (300, 153)
    assert all("from “function_call”" in error.message for error in errors)
    traps = list(read(DATA / "conversations/openai_toy_chat_fine_tuning.jsonl", "messages"))
    assert [one.line for one in traps if not isinstance(one, TaskRow)] == [4]
