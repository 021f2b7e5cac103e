"""The checks: what blocks, where it points, and that no text breaks them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.checks import ERROR, Subject, blocking, run_checks
from annotate.checks.fences import open_fence
from annotate.checks.length import bounds_for, count_words

BOUNDS = {
    "response_words": {"min": 2, "max": 5},
    "prompt_words": {"min": 1, "max": 10},
    "categories": {"coding": {"response_words": {"min": 1, "max": 100}}},
}


def found_in(response, *, prompt="Why is it so?", category="", written=(1,), bounds=BOUNDS):
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
    return run_checks(
        Subject(kind="respond", messages=messages, written=written, category=category, bounds=bounds)
    )


def test_a_good_text_has_no_findings():
    assert found_in("Because it is.") == []


@pytest.mark.parametrize(
    ("response", "check", "words"),
    [
        ("", "completeness", "The response is empty"),
        (" \n\t", "completeness", "The response is empty"),
        ("Because.", "length", "has 1 words; at least 2"),
        ("one two three four five six", "length", "has 6 words; at most 5"),
        ("So:\n```\nx", "fences", "never closed"),
    ],
)
def test_what_blocks_says_what_to_do(response, check, words):
    (finding,) = found_in(response)
    assert (finding.check, finding.severity, finding.message) == (check, ERROR, 1)
    assert words in finding.words
    assert blocking([finding]) == [finding]
    assert finding.as_dict()["check"] == check


def test_the_span_points_at_the_fence_in_code_points():
    text = "Ärger 🙂:\n~~~py\nx"
    (finding,) = [found for found in found_in(text) if found.check == "fences"]
    assert text[finding.start : finding.end] == "~~~py"


def test_only_what_the_writer_wrote_is_blamed():
    assert found_in("Because it is.", prompt="") == []
    assert [finding.message for finding in found_in("Because it is.", prompt="", written=(0, 1))] == [0]


def test_a_category_has_bounds_of_its_own():
    assert found_in("x", category="coding") == []
    assert found_in("x", category="reasoning")
    assert bounds_for({}, "coding") == {"response_words": {}, "prompt_words": {}}
    assert found_in("x " * 5000, bounds={}) == []


def test_findings_come_in_the_order_of_the_text():
    messages = [
        {"role": "user", "content": ""},
        {"role": "assistant", "content": "```\none two three four five six"},
    ]
    found = run_checks(Subject(kind="compose", messages=messages, written=(0, 1), bounds=BOUNDS))
    assert [finding.message for finding in found] == sorted(finding.message for finding in found)
    assert {finding.check for finding in found} == {"completeness", "length", "fences"}


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("```\nx\n```", True),
        ("```\nx\n````", True),
        ("````\n```\n````", True),
        ("```\nx\n~~~", False),
        ("````\nx\n```", False),
        ("```\nx\n``` y", False),
        ("    ```\nindented is code, no fence", True),
        ("``` `inline` ```", True),
        ("~~~ `info`\nx", False),
        ("```\n```\n```", False),
        ("text ``` in a line", True),
    ],
)
def test_fences_as_commonmark_defines_them(text, closed):
    assert (open_fence(text) is None) is closed


def test_words_are_stretches_without_white_space():
    assert count_words("") == 0
    assert count_words("  a\u00a0b\n\nc ") == 3


@given(st.text())
def test_no_text_breaks_a_check_and_spans_lie_within_it(text):
    for finding in found_in(text):
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize("piece", ["```\n", "` ", "~~~ a\n", "x ", "\n" * 3, "``` `\n"])
def test_checks_run_in_time_linear_in_the_text(piece):
    text = piece * (200_000 // len(piece))
    begin = time.process_time()
    found_in(text)
    assert time.process_time() - begin < 2
