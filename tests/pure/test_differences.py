"""Differences and marked spans: nothing is lost, nothing is slow, offsets are code points."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotate.differences import ADDED, REMOVED, SAME, Part, differences, edit_distance
from annotate.spans import Piece, marked

# Few letters, so that texts really have something in common.
texts = st.text(alphabet="ab \n水🙂é", max_size=60)


@given(texts, texts)
def test_both_texts_can_be_read_from_their_differences(old: str, new: str) -> None:
    parts = differences(old, new)
    assert "".join(part.text for part in parts if part.kind != ADDED) == old
    assert "".join(part.text for part in parts if part.kind != REMOVED) == new
    assert all(part.text for part in parts)


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert differences(text, text) == ([Part(SAME, text)] if text else [])
    assert edit_distance(differences(text, text)) == 0


def test_words_change_not_letters() -> None:
    parts = differences("Water boils at a higher heat.", "Water boils at a lower heat.")
    assert parts == [
        Part(SAME, "Water boils at a "),
        Part(REMOVED, "higher"),
        Part(ADDED, "lower"),
        Part(SAME, " heat."),
    ]
    assert edit_distance(parts) == 11


def test_scripts_without_spaces_are_compared_by_their_signs() -> None:
    assert differences("水は山で", "水は高い山で")[1] == Part(ADDED, "高い")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n" * 20_000, "a\n\n" * 20_000),
        ("a " * 20_000, "a b " * 20_000),
        (" ".join(str(n) for n in range(30_000)), " ".join(str(n) for n in range(30_000, 0, -1))),
    ],
    ids=["blank lines", "one word", "reversed"],
)
def test_hostile_texts_do_not_keep_a_page_waiting(old: str, new: str) -> None:
    began = time.perf_counter()
    differences(old, new)
    assert time.perf_counter() - began < 2


def test_overlapping_spans_are_marked_by_both() -> None:
    assert marked("abcdef", [(1, 1, 4), (2, 3, 5)]) == [
        Piece("a"),
        Piece("bc", (1,)),
        Piece("d", (1, 2)),
        Piece("e", (2,)),
        Piece("f"),
    ]


def test_spans_count_code_points() -> None:
    assert marked("🙂 no", [(1, 2, 4)])[1] == Piece("no", (1,))


@given(texts, st.lists(st.tuples(st.integers(1, 9), st.integers(-5, 70), st.integers(-5, 70)), max_size=4))
def test_a_marked_text_is_whole_whatever_the_spans(text: str, spans: list[tuple[int, int, int]]) -> None:
    assert "".join(piece.text for piece in marked(text, spans)) == text
