"""The demo's tasks and demonstrations are whole, varied and true, and malformed content is refused."""

from __future__ import annotations

import doctest
import json
import re
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from annotate.content.loading import default_guideline
from review.demo.content import loading
from review.demo.content.loading import demo_demonstrations, demo_tasks, read_demonstrations, read_tasks
from tests.pure.content.test_default_guideline import PLACEHOLDERS, every_text

ARABIC = re.compile(r"[\u0600-\u06ff]")


def last_response(external_id: str) -> str:
    found = next(one for one in demo_demonstrations() if one["task"] == external_id)
    return str(found["rounds"][-1]["response"])


def code_block(external_id: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", last_response(external_id), re.S)
    assert found is not None
    return found.group(1)


def words_for(where: str) -> dict[str, Any]:
    bounds = default_guideline()["bounds"]
    return {**bounds, **bounds["categories"].get(where, {})}


def test_there_is_work_of_every_kind_in_three_languages_and_all_categories() -> None:
    tasks = demo_tasks()
    assert 55 <= len(tasks) <= 70
    kinds = Counter(task["kind"] for task in tasks)
    assert kinds["respond"] > len(tasks) / 2 and min(kinds[kind] for kind in loading.KINDS) >= 3
    languages = Counter(task["language"] for task in tasks)
    assert set(languages) == {"en", "de", "ar"} and min(languages.values()) >= 10
    assert {task["category"] for task in tasks} == {c["key"] for c in default_guideline()["categories"]}


def test_every_task_is_in_the_language_it_names() -> None:
    for task in demo_tasks():
        asked = task["prompt"] + task["brief"] + "".join(m["content"] for m in task["messages"])
        assert bool(ARABIC.search(asked)) == (task["language"] == "ar"), task["external_id"]
        assert task["external_id"].startswith(task["language"] + "-")


def test_the_demonstrations_show_every_state() -> None:
    states = Counter(one["state"] for one in demo_demonstrations())
    assert states["approved"] >= 16
    assert states["submitted"] >= 5
    assert states["changes_requested"] >= 3
    assert min(states[state] for state in ("disputed", "rejected", "draft")) >= 1
    assert sum(len(one["rounds"]) > 1 for one in demo_demonstrations()) >= 2
    assert sum(bool(one["rounds"][-1]["reviews"]) for one in demo_demonstrations()
               if one["state"] == "submitted") >= 1  # fmt: skip


def test_both_writers_write_in_every_language_and_leave_tasks_to_claim() -> None:
    language = {task["external_id"]: task["language"] for task in demo_tasks()}
    written = demo_demonstrations()
    assert {(one["by"], language[one["task"]]) for one in written} == {
        (writer, code) for writer in loading.WRITERS for code in loading.LANGUAGES
    }
    assert len(demo_tasks()) - len(written) >= 20


def test_no_writer_has_more_than_one_draft_open() -> None:
    drafts = Counter(one["by"] for one in demo_demonstrations() if one["state"] == "draft")
    assert max(drafts.values()) == 1


def test_responses_keep_within_the_bounds_of_their_category() -> None:
    category = {task["external_id"]: task["category"] for task in demo_tasks()}
    for one in demo_demonstrations():
        limits = words_for(category[one["task"]])["response_words"]
        for turn in one["rounds"]:
            assert limits["min"] <= len(turn["response"].split()) <= min(limits["max"], 250), one["task"]


def test_nothing_is_a_placeholder_a_link_or_an_open_fence() -> None:
    for text in every_text(demo_tasks()) + every_text(demo_demonstrations()):
        assert not PLACEHOLDERS.search(text), text
        assert "http" not in text and "/work/" not in text, text
        assert len(re.findall(r"^```", text, re.M)) % 2 == 0, text


def test_the_scores_leave_something_to_measure() -> None:
    pairs = [
        (first["scores"][key], second["scores"][key])
        for one in demo_demonstrations()
        for turn in one["rounds"]
        if len(turn["reviews"]) == 2
        for first, second in [turn["reviews"]]
        for key in first["scores"]
    ]
    same = sum(a == b for a, b in pairs) / len(pairs)
    assert 0.4 < same < 0.9
    assert len({score for pair in pairs for score in pair}) == 5


def test_comments_on_spans_point_at_their_quote() -> None:
    comments = [
        (turn["response"], comment)
        for one in demo_demonstrations()
        for turn in one["rounds"]
        for review in turn["reviews"]
        for comment in review["comments"]
    ]
    assert len(comments) >= 8
    for response, comment in comments:
        assert response[comment["start"] : comment["end"]] == comment["quote"]


def test_the_python_answer_does_what_it_says() -> None:
    names: dict[str, Any] = {}
    exec(code_block("en-code-unique", "python"), names)
    assert names["unique"]([3, [1], 3, [1], 2]) == [3, [1], 2]
    assert names["unique"]([1, True, {"a": 1}, {"a": 1}]) == [1, {"a": 1}]


def test_the_sql_answer_does_what_it_says() -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE orders (id INTEGER, customer_id INTEGER, total REAL, ordered_at TEXT)")
        database.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?)",
            [
                (1, 7, 5, "2024-01-01"),
                (2, 7, 6, "2024-02-01"),
                (3, 7, 8, "2024-02-01"),
                (4, 8, 9, "2023-05-05"),
            ],
        )
        rows = database.execute(code_block("en-code-latest-order", "sql")).fetchall()
    assert [row[0] for row in rows] == [3, 4]


def test_the_shell_answer_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "deep.er").mkdir()
    for name in ("a.txt", "b c.txt", "deep.er/d.txt", "e.tar.gz", "Makefile", ".gitignore", "deep.er/plain"):
        (tmp_path / name).touch()
    command = ["bash", "-c", code_block("en-code-count-files", "bash")]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=20)
    assert [line.split() for line in ran.stdout.splitlines()] == [["3", "txt"], ["1", "gz"]]


def test_the_extracted_json_is_json_and_adds_up() -> None:
    invoice = json.loads(code_block("en-ie-invoice", "json"))
    goods = sum(item["quantity"] * item["unit_price"] for item in invoice["items"])
    assert goods + invoice["delivery"] == pytest.approx(invoice["total"])
    assert json.loads(code_block("de-ie-termin", "json"))["telefon"] is None


def test_the_texts_with_a_stated_length_keep_it() -> None:
    assert len(last_response("en-cw-lighthouse").splitlines()) == 12
    assert len(last_response("en-cw-microstory").split()) <= 120
    assert last_response("en-cw-microstory").startswith("The parcel was addressed to the previous tenant.")
    assert len(last_response("en-sum-meeting").split()) <= 120
    assert last_response("ar-sum-palms").count(".") <= 3


TASK = {"external_id": "x", "kind": "respond", "category": "open_qa", "language": "en", "prompt": "Why?"}
SCORES = {"accuracy": 4, "helpfulness": 4, "instruction_following": 4, "safety": 3, "clarity": 4}
APPROVE = {"by": "reviewer", "decision": "approve", "scores": SCORES}
RETURN = {
    **APPROVE,
    "by": "reviewer2",
    "decision": "request_changes",
    "reasons": ["style"],
    "comment": "Tighten.",
}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": "guess"}, "its kind is 'guess'"),
        ({"category": "poetry"}, "its category is 'poetry'"),
        ({"language": "xx"}, "its language is 'xx'"),
        ({"prompt": ""}, "lacks its prompt"),
        ({"brief": "Write"}, "which has no brief"),
        ({"colour": "red"}, "not known: colour"),
        ({"priority": 7}, "priority must be 0 or 1"),
        ({"external_id": None}, "with an external_id"),
        ({"kind": "edit"}, "lacks its draft_response"),
    ],
)
def test_a_malformed_task_is_refused_with_its_reason(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_tasks(yaml.safe_dump([{**TASK, **changes}]))


@pytest.mark.parametrize(
    "roles", [["assistant"], ["user", "assistant"], ["user", "user"], ["user", "assistant", "assistant"]]
)
def test_a_dialogue_begins_and_ends_with_the_user(roles: list[str]) -> None:
    messages = [{"role": role, "content": "Yes"} for role in roles]
    task = {
        "external_id": "x",
        "kind": "converse",
        "category": "open_qa",
        "language": "en",
        "messages": messages,
    }
    with pytest.raises(ValueError, match="must alternate"):
        read_tasks(yaml.safe_dump([task]))


def test_a_task_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="names x twice"):
        read_tasks(yaml.safe_dump([TASK, TASK]))


@pytest.mark.parametrize(
    ("state", "reviews", "sentence"),
    [
        ("approved", [APPROVE], "its reviews lead to submitted"),
        ("approved", [APPROVE, RETURN], "its reviews lead to disputed"),
        ("draft", [APPROVE], "its reviews lead to submitted"),
        ("submitted", [APPROVE, APPROVE], "names reviewer twice"),
        ("submitted", [{**APPROVE, "by": "writer"}], "its reviewer is 'writer'"),
        ("submitted", [{**APPROVE, "decision": "maybe"}], "a decision is 'maybe'"),
        ("submitted", [{**APPROVE, "scores": {**SCORES, "safety": 4}}], "gives safety the level 4"),
        ("submitted", [{**APPROVE, "scores": {"accuracy": 4}}], "must score accuracy, helpfulness"),
        ("submitted", [{**RETURN, "comment": ""}], "must say why"),
        ("submitted", [{**RETURN, "reasons": ["mood"]}], "a reason is 'mood'"),
        ("submitted", [{**APPROVE, "comments": [{"quote": "z", "text": "?"}]}], "exactly once"),
    ],
)
def test_a_history_that_cannot_have_happened_is_refused(
    state: str, reviews: list[dict[str, Any]], sentence: str
) -> None:
    rounds = [{"response": "Because.", "reviews": reviews}]
    text = yaml.safe_dump([{"task": "x", "by": "writer", "state": state, "rounds": rounds}])
    with pytest.raises(ValueError, match=sentence):
        read_demonstrations(text, read_tasks(yaml.safe_dump([TASK])))


def test_a_second_round_needs_a_return_before_it() -> None:
    rounds = [{"response": "Because.", "reviews": [APPROVE]}, {"response": "So.", "reviews": []}]
    text = yaml.safe_dump([{"task": "x", "by": "writer", "state": "submitted", "rounds": rounds}])
    with pytest.raises(ValueError, match="only where both reviewers asked"):
        read_demonstrations(text, read_tasks(yaml.safe_dump([TASK])))


def test_a_demonstration_of_an_unknown_task_is_refused() -> None:
    entry = {"task": "y", "by": "writer", "state": "draft", "rounds": [{"response": "So.", "reviews": []}]}
    with pytest.raises(ValueError, match="its task is 'y'"):
        read_demonstrations(yaml.safe_dump([entry]), read_tasks(yaml.safe_dump([TASK])))


def test_doctests() -> None:
    result = doctest.testmod(loading)
    assert result.attempted >= 3 and result.failed == 0
