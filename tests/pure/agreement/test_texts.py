"""How alike free answers are, against answers to other tasks."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import review.agreement as agreement
from review.agreement.likeness import MEASURES, length_ratio, rouge_l, token_set_overlap, tokens

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12).map(" ".join)


def _subsequence(one: list[str], two: list[str]) -> int:
    row = [0] * (len(two) + 1)
    for token in one:
        last = row
        row = [0]
        for place, other in enumerate(two):
            row.append(last[place] + 1 if token == other else max(row[-1], last[place + 1]))
    return row[-1]


@given(one=WORDS, two=WORDS)
def test_rouge_l_counts_the_longest_common_subsequence(one: str, two: str) -> None:
    first, second = one.split(), two.split()
    if first and second:
        assert rouge_l(one, two) == pytest.approx(
            2 * _subsequence(first, second) / (len(first) + len(second))
        )


@given(one=st.text(max_size=30), two=st.text(max_size=30))
def test_every_measure_is_symmetric_and_one_for_the_same_text(one: str, two: str) -> None:
    for measure in MEASURES.values():
        assert measure(one, two) == measure(two, one)
        assert 0 <= measure(one, two) <= 1
        assert measure(one, one) == 1


def test_texts_are_compared_word_by_word_in_any_script() -> None:
    assert rouge_l("police killed the gunman", "police kill the gunman") == 0.75  # Lin (2004), section 3.1
    assert rouge_l("police killed the gunman", "the gunman kill police") == 0.5
    assert token_set_overlap("", "") == 1.0
    assert length_ratio("", "two words") == 0.0
    assert tokens("日本語です") == list("日本語です")
    assert rouge_l("Ünïcode, YES", "ünïcode yes") == 1.0


def test_answers_to_the_same_task_stand_out_from_their_category() -> None:
    topics = {
        "t1": "cats purr softly",
        "t2": "dogs bark loudly",
        "t3": "snow falls slowly",
        "t4": "rain keeps falling",
    }
    rows = [
        (task, writer, f"in short {text} {writer}")
        for task, text in topics.items()
        for writer in ("ann", "bob", "cy")
    ]
    kinds = {"t1": "animals", "t2": "animals", "t3": "weather", "t4": "weather"}
    found = agreement.text_agreement(agreement.long(*zip(*rows, strict=True)), kinds, seed=1)
    overall = found.overall
    assert overall.likeness == pytest.approx(5 / 6)
    assert (overall.tasks, overall.pairs) == (4, 12)
    assert overall.baseline is not None and 2 / 6 <= overall.baseline <= 3 / 6
    assert overall.above == pytest.approx((5 / 6 - overall.baseline) / (1 - overall.baseline))
    assert set(found.by_category) == {"animals", "weather"}
    assert set(found.by_pair) == set(combinations(("ann", "bob", "cy"), 2))
    assert found.by_pair["ann", "bob"].tasks == 4
    again = agreement.text_agreement(agreement.long(*zip(*rows, strict=True)), kinds, seed=1)
    assert again == found


def test_what_cannot_be_compared_says_why() -> None:
    single = agreement.text_agreement(agreement.long(["t"], ["ann"], ["text"]))
    assert single.overall.likeness is None and "two answers" in single.overall.reason
    alone = agreement.text_agreement(agreement.long(["t", "t"], ["ann", "bob"], ["text", "text"]))
    assert alone.overall.likeness == 1.0 and "no baseline" in alone.overall.reason
    equal = agreement.text_agreement(agreement.long(list("aabb"), [1, 2, 1, 2], ["same"] * 4))
    assert equal.overall.above is None and "nothing stands out" in equal.overall.reason
    with pytest.raises(ValueError, match="unknown"):
        agreement.text_agreement(agreement.long([], [], []), measure="bleu")
    with pytest.raises(ValueError, match="no category"):
        agreement.text_agreement(agreement.long(["t"], ["ann"], ["text"]), {})


def test_any_function_of_two_texts_can_measure() -> None:
    rows = agreement.long(list("aabb"), [1, 2, 1, 2], ["xx", "xy", "xx", "yy"])
    found = agreement.text_agreement(rows, measure=lambda one, two: float(one[0] == two[0]))
    assert found.by_task == {"a": 1.0, "b": 0.0}
