"""The files of the shared data folder that fit a source format: how each is read, and what is in it.

Read by `benchmarks/real_data.py`. Left out is what is no list of tasks: labels, templates, payloads, preference pairs
written as transcripts, tables without a header.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class File:
    """One file, or several of one kind (`path` is a pattern): `rows` in all of them, `bad` rows in each."""

    path: str
    format: str
    licence: str
    rows: int
    mapping: dict[str, str] = field(default_factory=dict)
    bad: int = 0


_SEED = {
    "prompt": "instruction",
    "context": "instances.0.input",
    "reference": "instances.0.output",
    "external_id": "id",
}
FILES = (
    File("sft/alpaca_5000.json", "alpaca", "CC-BY-NC-4.0", 5000),
    File("sft/alpaca_en_demo.json", "alpaca", "Apache-2.0", 999),
    File("sft/identity.json", "alpaca", "Apache-2.0", 91),
    File("sft/axolotl_fixture_alpaca.json", "alpaca", "Apache-2.0", 2),
    File("sft/alpaca_seed_tasks.jsonl", "self_instruct", "Apache-2.0", 175),
    File("sft/user_oriented_instructions.jsonl", "jsonl", "Apache-2.0", 252, _SEED),
    File(
        "sft/dolly_derived_validation151.jsonl",
        "dolly",
        "CC-BY-SA-3.0",
        151,
        {"prompt": "prompt", "reference": "answer"},
    ),
    File("conversations/fastchat_dummy_conversation.json", "sharegpt", "Apache-2.0", 500),
    File("conversations/llamafactory_v1_sft_demo.jsonl", "messages", "Apache-2.0", 500),
    File("conversations/oasst_en_100_tree.jsonl", "oasst", "Apache-2.0", 480),
    File("conversations/llamafactory_glaive_toolcall_en_demo.json", "sharegpt", "Apache-2.0", 300, bad=153),
    File("conversations/openai_toy_chat_fine_tuning.jsonl", "messages", "MIT", 5, bad=1),
    File("prefs/llamafactory_kto_en_demo.json", "messages", "Apache-2.0", 300),
    File("prefs/llamafactory_dpo_en_demo.json", "sharegpt", "Apache-2.0", 300),
    File("eval/gsm8k_test.jsonl", "jsonl", "MIT", 1319, {"prompt": "question", "reference": "answer"}),
    File(
        "eval/HumanEval.jsonl.gz",
        "jsonl",
        "MIT",
        164,
        {"external_id": "task_id", "reference": "canonical_solution"},
    ),
    File(
        "eval/TruthfulQA.csv",
        "csv",
        "Apache-2.0",
        817,
        {"prompt": "Question", "reference": "Best Answer", "category": "Category"},
    ),
    File(
        "eval/mt_bench_question.jsonl",
        "jsonl",
        "Apache-2.0",
        80,
        {"prompt": "turns.0", "reference": "reference.0", "external_id": "question_id"},
    ),
    File("eval/mmlu_dev/*_dev.csv", "csv", "MIT", 285, {"prompt": "question", "reference": "answer"}),
    File("nlp_raw/squad_v2_dev.first_article.json", "squad", "CC-BY-SA-4.0", 208),
    File("nlp_raw/hf_fixture_SQUAD.json", "squad", "Apache-2.0", 14),
    File("nlp_raw/sst2_dev.head200.tsv", "csv", "LicenseRef-none-stated", 200, {"prompt": "sentence"}),
    File(
        "nlp_raw/hf_fixture_xsum.json",
        "jsonl",
        "Apache-2.0",
        10,
        {"prompt": "document", "reference": "summary"},
    ),
    File(
        "nlp_raw/hf_fixture_wmt16.json",
        "jsonl",
        "Apache-2.0",
        10,
        {"prompt": "translation.en", "reference": "translation.ro"},
    ),
    File("templates/p3_rendered/*.jsonl", "p3", "Apache-2.0 AND LicenseRef-underlying-texts", 800),
    File("templates/natural_instructions/*.json", "natural_instructions", "Apache-2.0", 18),
)
