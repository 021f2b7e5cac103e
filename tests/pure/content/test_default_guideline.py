"""The default guideline says what its projects rely on, and a malformed one is refused with a sentence."""

from __future__ import annotations

import copy
import doctest
import re
from collections.abc import Callable
from typing import Any

import pytest

from annotate.content import loading
from annotate.content.loading import check_guideline, default_guideline, parse_guideline

PLACEHOLDERS = re.compile(r"lorem ipsum|\bTODO\b|\bTBD\b|\bFIXME\b|\bXXX\b|as an ai\b|language model,", re.I)


def every_text(value: Any) -> list[str]:
    """All strings inside nested dicts and lists."""
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for part in inner for text in every_text(part)]


def test_it_has_exactly_the_parts_of_a_guideline_version() -> None:
    assert list(default_guideline()) == [
        "title", "body", "summary", "examples", "rubric", "categories", "bounds"
    ]  # fmt: skip


def test_its_body_is_long_enough_to_guide_and_short_enough_to_be_read() -> None:
    body = default_guideline()["body"]
    assert 1200 <= len(body.split()) <= 1800
    headings = re.findall(r"^## (.+)$", body, re.M)
    assert len(headings) == len(set(headings)) >= 12
    for subject in ("Helpfulness", "Honesty", "Harmlessness", "Following instructions", "Unclear prompts",
                    "Using the context", "Conversations", "Format", "Style", "Languages"):  # fmt: skip
        assert subject in headings


def test_every_category_has_instructions_under_its_own_name() -> None:
    guideline = default_guideline()
    sections = re.findall(r"^### (.+)$", guideline["body"], re.M)
    assert sections == [category["name"] for category in guideline["categories"]]


def test_the_rubric_has_five_required_criteria_with_an_anchor_at_every_level() -> None:
    rubric = default_guideline()["rubric"]
    assert len(rubric) == 5
    for criterion in rubric:
        values = [level["value"] for level in criterion["levels"]]
        assert values in ([1, 2, 3], [1, 2, 3, 4, 5])
        anchors = [level["anchor"] for level in criterion["levels"]]
        assert len(set(anchors)) == len(anchors)
        assert criterion["required"] is True
        assert criterion["question"].endswith("?")


def test_examples_show_both_kinds_in_most_categories() -> None:
    examples = default_guideline()["examples"]
    kinds = [example["kind"] for example in examples]
    assert kinds.count("example") >= 4 and kinds.count("counterexample") >= 4
    assert len({example["category"] for example in examples}) >= 8
    assert len({example["prompt"] for example in examples}) == len(examples)


def test_no_placeholder_is_left_and_every_code_fence_is_closed() -> None:
    for text in every_text(default_guideline()):
        assert not PLACEHOLDERS.search(text), text
        assert len(re.findall(r"^```", text, re.M)) % 2 == 0, text


def test_the_code_of_the_examples_runs_as_it_says() -> None:
    coding = next(e for e in default_guideline()["examples"] if "average of a list" in e["prompt"])
    code = re.search(r"```python\n(.*?)```", coding["response"], re.S)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code.group(1), names)
    assert names["average"]([2, 4, 9]) == 5.0
    assert names["average"]([]) is None


def test_each_call_returns_a_copy_of_its_own() -> None:
    default_guideline()["rubric"].clear()
    assert len(default_guideline()["rubric"]) == 5


def test_windows_line_ends_read_the_same() -> None:
    text = loading.DEFAULT_GUIDELINE.read_text(encoding="utf-8")
    assert parse_guideline(text.replace("\n", "\r\n")) == default_guideline()


FAULTS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda g: g.pop("rubric"), "lacks rubric"),
    (lambda g: g.update(colour="red"), "not known: colour"),
    (lambda g: g.update(title="  "), "title of the guideline must be text"),
    (lambda g: g.update(examples=[]), "examples of the guideline must be a list"),
    (lambda g: g["examples"][0].update(kind="good"), "Example 1: its kind is 'good'"),
    (lambda g: g["examples"][1].update(category="poetry"), "Example 2: its category is 'poetry'"),
    (lambda g: g["examples"][1].pop("why"), "Example 2 lacks why"),
    (lambda g: g["rubric"][1].update(key="accuracy"), "uses the key accuracy twice"),
    (lambda g: g["rubric"][0].update(scale="ratio"), r"\(accuracy\): its scale is 'ratio'"),
    (lambda g: g["rubric"][0].update(judges="author"), "what it judges is 'author'"),
    (lambda g: g["rubric"][0].update(weight=True), "weight must be a number"),
    (lambda g: g["rubric"][0].update(weight=-1), "weight must be a number"),
    (lambda g: g["rubric"][0].update(required="yes"), "required must be true or false"),
    (lambda g: g["rubric"][0].update(levels=[{"value": 1, "anchor": "x"}]), "at least two levels"),
    (lambda g: g["rubric"][0]["levels"].reverse(), "must rise"),
    (lambda g: g["rubric"][0]["levels"][2].update(anchor=""), "anchor of level 3"),
    (lambda g: g["rubric"][0]["levels"][2].update(value="3"), "whole number"),
    (lambda g: g["categories"][0].update(target=-1), "Category 1: its target"),
    (lambda g: g["categories"][1].update(key="open_qa"), "uses the key open_qa twice"),
    (lambda g: g["bounds"].update(response_words={"min": 9, "max": 3}), "min not above max"),
    (lambda g: g["bounds"].update(sentences={"min": 1, "max": 3}), "the name is 'sentences'"),
    (lambda g: g["bounds"]["categories"].update(poetry={}), "the key is 'poetry'"),
    (lambda g: g.update(bounds=[]), "bounds must be a mapping"),
]


@pytest.mark.parametrize(("spoil", "sentence"), FAULTS)
def test_a_malformed_guideline_is_refused_with_its_reason(
    spoil: Callable[[dict[str, Any]], object], sentence: str
) -> None:
    guideline = copy.deepcopy(default_guideline())
    spoil(guideline)
    with pytest.raises(ValueError, match=sentence):
        check_guideline(guideline)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "front matter"),
        ("Words first\n---\ntitle: x\n---\n", "front matter"),
        ("---\ntitle: x\n", "front matter"),
        ("---\ntitle: [x\n---\nbody", "not valid YAML"),
        ("---\n- a\n- b\n---\nbody", "mapping of keys"),
        ("---\nbody: x\n---\nbody", "stands below"),
        ("---\ntitle: !!python/object:os.system x\n---\nbody", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_guideline_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_guideline(text)


def test_doctests() -> None:
    result = doctest.testmod(loading)
    assert result.attempted >= 2 and result.failed == 0
