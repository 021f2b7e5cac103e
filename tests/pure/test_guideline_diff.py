"""The difference of two versions is whole, readable and JSON; sections are found again where they moved."""

from __future__ import annotations

import doctest
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate import guideline_diff, guideline_sections
from annotate.content.loading import default_guideline
from annotate.guideline_diff import diff_guidelines, folded
from annotate.guideline_sections import fingerprint, replaced, sections_of


def difference(**parts: Any) -> dict[str, Any]:
    return diff_guidelines(default_guideline(), default_guideline() | parts)


def changed(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(entry["label"], entry["change"]) for entry in entries if entry["change"] != "same"]


def test_a_version_does_not_differ_from_itself() -> None:
    found = difference()
    assert set(found["changes"].values()) == {0}
    assert [entry["label"] for entry in found["rubric"]] == [
        one["name"] for one in default_guideline()["rubric"]
    ]


def test_prose_is_compared_word_by_word_in_its_section() -> None:
    body = "## One\n\nIt raises the point.\n\n## Two\n\nStays.\n"
    old, new = (
        default_guideline() | {"body": body},
        default_guideline() | {"body": body.replace("raises", "lowers")},
    )
    one, two = diff_guidelines(old, new)["sections"]
    assert (one["label"], one["change"], two["change"]) == ("One", "changed", "same")
    parts = [(part["kind"], part["text"]) for part in one["fields"][0]["parts"]]
    assert ("removed", "raises") in parts and ("added", "lowers") in parts


def test_a_section_added_removed_or_renamed_in_place_is_said_to_be_so() -> None:
    old = default_guideline() | {"body": "## A\na\n## B\nb\n## C\nc\n"}
    new = default_guideline() | {"body": "## A\na\n## Bee\nb\n## C\nc\n## D\nd\n"}
    assert changed(diff_guidelines(old, new)["sections"]) == [("Bee", "changed"), ("D", "added")]
    assert changed(diff_guidelines(new, old)["sections"]) == [("B", "changed"), ("D", "removed")]


def test_fields_of_criteria_levels_and_categories_are_named() -> None:
    guideline = default_guideline()
    rubric, categories = guideline["rubric"], guideline["categories"]
    rubric[0] = {**rubric[0], "weight": 5, "levels": [*rubric[0]["levels"], {"value": 6, "anchor": "More."}]}
    found = difference(rubric=[*rubric[1:-1], rubric[0]], categories=categories[1:])
    fields = {field["field"]: field["change"] for entry in found["rubric"] if entry["key"] == "accuracy"
              for field in entry["fields"]}  # fmt: skip
    assert fields["weight"] == "changed" and fields["level 6"] == "added" and fields["level 1"] == "same"
    assert ("Clarity and format", "removed") in changed(found["rubric"])
    assert changed(found["categories"]) == [("Open questions", "removed")]


def test_examples_are_compared_by_field() -> None:
    examples = default_guideline()["examples"]
    examples[1] = {**examples[1], "why": "Because."}
    found = difference(examples=examples[:-1])
    assert [change for _label, change in changed(found["examples"])] == ["changed", "removed"]
    entry = found["examples"][1]
    assert [field["field"] for field in entry["fields"] if field["change"] != "same"] == ["why"]


def test_bounds_are_compared_limit_by_limit() -> None:
    bounds = default_guideline()["bounds"]
    bounds["response_words"] = {"min": 1, "max": 900}
    del bounds["categories"]["reasoning"]
    found = changed(difference(bounds=bounds)["bounds"])
    assert ("response_words.max", "changed") in found
    assert ("categories.reasoning.response_words.min", "removed") in found and len(found) == 3


words = st.text(st.characters(codec="utf-8") | st.sampled_from("#\n `~"), max_size=200)


@given(words, words)
@settings(max_examples=200, deadline=None)
def test_both_versions_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    found = diff_guidelines(default_guideline() | {"body": old}, default_guideline() | {"body": new})
    orjson.dumps(found)
    parts = [part for entry in found["sections"] for part in entry["fields"][0]["parts"]]
    assert "".join(part["text"] for part in parts if part["kind"] != "removed") == new
    assert "".join(part["text"] for part in parts if part["kind"] != "added") == old
    assert "".join(part["text"] for part in folded(parts)) == "".join(part["text"] for part in parts)


@given(words)
@settings(max_examples=200, deadline=None)
def test_the_sections_together_are_the_body(body: str) -> None:
    assert "".join(section.text for section in sections_of(body)) == body


def test_a_heading_in_a_code_fence_begins_no_section() -> None:
    assert [one.heading for one in sections_of("## A\n```\n## not\n~~~\n```\n## B ##\n### C\n##D\n")] == [
        "A",
        "B",
    ]


BODY = "# T\n\n## One\n\na\n\n## Two\n\nb\n"


@pytest.mark.parametrize("place", [0, 1, 2, 7])
def test_a_section_is_found_again_wherever_it_moved(place: int) -> None:
    assert replaced(BODY, place, fingerprint("## Two\n\nb\n"), "## 2\n") == "# T\n\n## One\n\na\n\n## 2\n"
    assert replaced(BODY, place, fingerprint("## Gone\n"), "x") is None


def test_what_was_saved_as_one_section_and_became_two_is_found() -> None:
    assert replaced(BODY, 1, fingerprint("## One\n\na\n\n## Two\n\nb\n"), "## Both") == "# T\n\n## Both"
    assert replaced(BODY, 1, fingerprint("## One\n\na\n\n"), "## Uno") == "# T\n\n## Uno\n## Two\n\nb\n"
    assert replaced(BODY, 1, fingerprint("## One\n\na\n\n"), "") == "# T\n\n## Two\n\nb\n"


def test_the_first_of_two_alike_sections_that_is_nearest_is_meant() -> None:
    same = "## A\n" * 3
    assert replaced(same, 1, fingerprint("## A\n"), "## B\n") == "## A\n## B\n## A\n"


@pytest.mark.parametrize("module", [guideline_diff, guideline_sections])
def test_the_examples_in_the_modules_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0
