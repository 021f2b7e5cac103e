"""Pseudonyms: the same within a project, another in the next, and nothing of the id in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release.pseudonyms import Pseudonyms, pseudonym

KEY, OTHER = b"0123456789abcdef", b"fedcba9876543210"


@given(st.text(max_size=30))
def test_a_pseudonym_is_short_plain_and_stable(annotator: str) -> None:
    given_once = pseudonym(annotator, KEY)
    assert re.fullmatch(r"a-[a-z2-7]{12}", given_once)
    assert given_once == pseudonym(annotator, KEY) == Pseudonyms(KEY)(annotator)
    assert given_once != pseudonym(annotator, OTHER)


def test_ten_thousand_annotators_have_ten_thousand_pseudonyms() -> None:
    named = Pseudonyms(KEY)
    assert len({named(str(number)) for number in range(10_000)}) == 10_000


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Pseudonyms(b"short")
