"""What a release writes, an import reads: nothing is lost on the way round."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.reading import read
from annotate.sources.rows import TaskRow
from review.release import formats
from tests.pure.release.making import a_row

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
WRITTEN = TEXT.filter(lambda text: bool(text.strip()))
# Alpaca's words for "no input" are read as what they mean, so they are no context to bring back.
CONTEXTS = TEXT.filter(lambda text: "input" not in text.lower())


def imported(format: str, content: bytes) -> TaskRow:
    (row,) = read(io.BytesIO(content), format)
    assert isinstance(row, TaskRow), row
    return row


@given(WRITTEN, CONTEXTS, WRITTEN)
def test_prompt_context_and_response_come_back_exactly(prompt: str, context: str, response: str) -> None:
    released = a_row(prompt=prompt, context=context, response=response)
    for format in ("records", "alpaca"):
        row = imported(format, formats.load(format).encode(released))
        assert (row.kind, row.prompt, row.context, row.reference) == ("respond", prompt, context, response)
        assert row.external_id == released.id


@given(st.none() | WRITTEN, st.lists(st.tuples(WRITTEN, WRITTEN), min_size=2, max_size=4))
def test_a_conversation_comes_back_turn_by_turn(system: str | None, pairs: list[tuple[str, str]]) -> None:
    turns = [{"role": "system", "content": system}] if system else []
    for asked, answer in pairs:
        turns += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
    released = a_row(turns=turns)
    for format in ("records", "alpaca"):
        row = imported(format, formats.load(format).encode(released))
        assert (row.kind, row.messages) == ("converse", turns[:-1])
        assert row.reference == pairs[-1][1]
