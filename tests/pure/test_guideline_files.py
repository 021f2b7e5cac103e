"""A guideline goes into a file and comes back as it was, whatever somebody wrote in it."""

from __future__ import annotations

import copy
import doctest
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate import guideline_files
from annotate.content.loading import default_guideline, parse_guideline
from annotate.guideline_files import read_guideline, write_guideline

AWKWARD = "\r\n\t -:#|>'\"\u2028\u0085\ufeff&*!%`\U0001f469‍\U0001f680ע"
words = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00") | st.sampled_from(AWKWARD), min_size=1
).filter(str.strip)


@given(body=words, summary=words, title=words.filter(lambda text: len(text) <= 200), why=words, anchor=words)
@settings(max_examples=100, deadline=None)
def test_what_was_written_is_read_back_exactly(
    body: str, summary: str, title: str, why: str, anchor: str
) -> None:
    guideline = default_guideline()
    guideline |= {"body": body, "summary": summary, "title": title}
    guideline["examples"][0]["why"] = why
    guideline["rubric"][0]["levels"][0]["anchor"] = anchor
    assert read_guideline(write_guideline(guideline)) == guideline


@pytest.mark.parametrize(
    "body", ["---\n", "a\n---\nb", "\n\n", "no end", "a\r\nb\r\n", "---\ntitle: x\n---\n"]
)
def test_a_body_that_looks_like_front_matter_stays_a_body(body: str) -> None:
    guideline = default_guideline() | {"body": body + "x"}
    assert read_guideline(write_guideline(guideline)) == guideline


def test_the_file_is_the_one_that_projects_begin_with() -> None:
    guideline = default_guideline()
    assert parse_guideline(write_guideline(guideline)) == guideline


def test_a_file_saved_on_windows_is_the_same_guideline() -> None:
    guideline = default_guideline()
    assert read_guideline(write_guideline(guideline).replace("\n", "\r\n")) == guideline


def test_what_is_told_of_a_version_is_not_imported() -> None:
    guideline = default_guideline()
    told: dict[str, Any] = {"number": 7, "material": True, "material_categories": ["coding"]}
    text = write_guideline(guideline | told)
    assert "number: 7" in text and read_guideline(text) == guideline


def test_weights_keep_what_they_were() -> None:
    guideline = default_guideline()
    for criterion, weight in zip(guideline["rubric"], (0, 1.0, 0.1, 1e16, 2), strict=True):
        criterion["weight"] = weight
    read = read_guideline(write_guideline(guideline))
    assert [repr(one["weight"]) for one in read["rubric"]] == ["0", "1.0", "0.1", "1e+16", "2"]


def _changed(**parts: Any) -> str:
    return write_guideline(copy.deepcopy(default_guideline()) | parts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begins with YAML front matter"),
        ("---\ntitle: T\n", "begins with YAML front matter"),
        ("---\n: [\n---\nx", "not valid YAML"),
        ("---\n- a\n---\nx", "must be a mapping"),
        ("---\nbody: b\n---\nx", "stands below the front matter"),
        ("---\ntitle: T\n---\nx", "lacks"),
        ("---\na: &a [1, 2]\nb: [*a, *a]\n---\nx", "references"),
        ("---\na: " + "[" * 3000 + "]" * 3000 + "\n---\nx", "nested too deeply"),
        (_changed(rubric=[]), "rubric"),
        (_changed(extra=1).replace("title:", "tilte:"), "lacks"),
        ("x" * 4_000_001, "4,000,001"),
        ("---\na: !!python/object/apply:os.getcwd []\n---\nx", "not valid YAML"),
    ],
)
def test_a_bad_file_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_guideline(text)


def test_the_examples_in_the_module_hold() -> None:
    assert doctest.testmod(guideline_files).failed == 0
