"""Each format writes exactly these bytes, and nothing that a person writes is lost in any of them."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from review.release import formats
from review.release.formats.csv import plain_cell, rows_of, safe_cell
from review.release.rows import (
    RECORD_KEYS,
    ReleasedRow,
    Turn,
    UnwritableRow,
    with_context,
)

from .making import a_row

DIALOGUE = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "So long"},
]

GOLDEN = {
    "records": (
        '{"id":"d-000001","prompt":"Sum up.","context":"Line \\"one\\"\\nü","response":"= ok",'
        '"messages":[{"role":"user","content":"Sum up."},{"role":"assistant","content":"= ok"}],'
        '"source":"seed","license":"CC-BY-4.0","annotator_id":"a-bcdefghijklm","category":"brainstorming",'
        '"language":"en","quality_rating":4.5,"scores":{"helpful":4,"honest":5},"reviews":2,'
        '"guideline_version":3,"rubric_version":2,"origin":"human","created":"2026-01-02T03:04:05.678901Z",'
        '"approved":"2026-01-03T00:00:00Z","metadata":{},"lineage":{"task":"t-1","revisions":[1,2]}}\n'
    ),
    "messages": (
        '{"id":"d-000001","messages":[{"role":"user","content":"Sum up.\\n\\nLine \\"one\\"\\nü"},'
        '{"role":"assistant","content":"= ok"}]}\n'
    ),
    "prompt_completion": (
        '{"id":"d-000001","prompt":[{"role":"user","content":"Sum up.\\n\\nLine \\"one\\"\\nü"}],'
        '"completion":[{"role":"assistant","content":"= ok"}]}\n'
    ),
    "alpaca": (
        '{"id":"d-000001","instruction":"Sum up.","input":"Line \\"one\\"\\nü","output":"= ok",'
        '"system":"","history":[]}\n'
    ),
    "sharegpt": (
        '{"id":"d-000001","conversations":[{"from":"human","value":"Sum up.\\n\\nLine \\"one\\"\\nü"},'
        '{"from":"gpt","value":"= ok"}]}\n'
    ),
    "csv": (
        '"d-000001","Sum up.","Line ""one""\nü","\'= ok",'
        '"[{""role"":""user"",""content"":""Sum up.""},{""role"":""assistant"",""content"":""= ok""}]",'
        '"seed","CC-BY-4.0","a-bcdefghijklm","brainstorming","en","4.5","{""helpful"":4,""honest"":5}",'
        '"2","3","2","human","2026-01-02T03:04:05.678901Z","2026-01-03T00:00:00Z","{}",'
        '"{""task"":""t-1"",""revisions"":[1,2]}"\r\n'
    ),
}


def test_every_format_has_a_golden_line() -> None:
    assert set(GOLDEN) == set(formats.FORMATS)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_a_format_writes_exactly_these_bytes(name: str) -> None:
    row = a_row(prompt="Sum up.", context='Line "one"\nü', response="= ok")
    assert formats.load(name).encode(row).decode() == GOLDEN[name]


def test_only_csv_opens_its_files_with_a_header() -> None:
    headers = {name: formats.load(name).header for name in formats.FORMATS}
    header = "\ufeff" + ",".join(f'"{key}"' for key in RECORD_KEYS) + "\r\n"
    assert headers.pop("csv").decode() == header
    assert set(headers.values()) == {b""}


def test_an_unknown_format_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(formats.UnknownFormat, match=r"no release format called 'xml'.*records, messages"):
        formats.load("xml")


def test_the_split_names_the_file_and_stays_out_of_the_line() -> None:
    encode = formats.load("records").encode
    assert encode(a_row(split="test")) == encode(a_row(split="train"))


def test_several_turns_in_every_training_format() -> None:
    row = a_row(turns=DIALOGUE, context="From the manual")
    first = "Hi\n\nFrom the manual"
    chat = json.loads(formats.load("messages").encode(row))["messages"]
    assert chat[1] == {"role": "user", "content": first}
    pair = json.loads(formats.load("prompt_completion").encode(row))
    assert [turn["role"] for turn in pair["prompt"]] == ["system", "user", "assistant", "user"]
    assert pair["completion"] == [DIALOGUE[-1]]
    shared = json.loads(formats.load("sharegpt").encode(row))["conversations"]
    assert [turn["from"] for turn in shared] == ["system", "human", "gpt", "human", "gpt"]
    assert json.loads(formats.load("alpaca").encode(row)) == {
        "id": row.id,
        "instruction": "Bye",
        "input": "",
        "output": "So long",
        "system": "Be brief.",
        "history": [[first, "Hello"]],
    }


def spoken(*roles: str) -> list[Turn]:
    return [{"role": role, "content": f"Turn {number}"} for number, role in enumerate(roles)]


@pytest.mark.parametrize(
    ("name", "turns", "why"),
    [
        ("messages", spoken("user"), "last turn is not the assistant's"),
        ("prompt_completion", spoken("assistant"), "has no prompt"),
        ("sharegpt", spoken("tool", "assistant"), "no name for the role"),
        ("alpaca", spoken("assistant"), "take turns"),
        ("alpaca", spoken("system", "assistant"), "take turns"),
        ("alpaca", spoken("user", "user", "assistant"), "take turns"),
    ],
)
def test_a_row_that_a_format_cannot_hold_is_refused_by_name(name: str, turns: list[Turn], why: str) -> None:
    with pytest.raises(UnwritableRow, match=rf"Row d-000001 cannot be written: .*{why}"):
        formats.load(name).encode(a_row(turns=turns))


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_half_a_surrogate_pair_is_refused_by_the_rows_name(name: str) -> None:
    row = a_row(id="d-\ud800")
    with pytest.raises(UnwritableRow, match="not valid Unicode"):
        formats.load(name).encode(row)


def test_a_context_without_a_user_turn_is_refused_and_not_lost() -> None:
    row = a_row(turns=[{"role": "assistant", "content": "Hi"}], context="something")
    with pytest.raises(UnwritableRow, match="no user turn"):
        formats.load("messages").encode(row)


def test_messages_that_are_no_turns_are_refused() -> None:
    for bad in (b"{", b'[{"role": "user"}]', b"[1]", b"null"):
        with pytest.raises(UnwritableRow, match="not a list of turns"):
            formats.load("messages").encode(a_row(messages=bad))


text = st.text(max_size=40)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
rows = st.builds(
    a_row,
    prompt=text,
    context=text,
    response=text,
    metadata=st.dictionaries(text, json_value, max_size=3),
    source=text,
    category=text,
    license=text,
)


@settings(deadline=None, max_examples=150)
@given(rows)
def test_any_unicode_survives_every_json_format(row: ReleasedRow) -> None:
    for name in set(formats.FORMATS) - {"csv"}:
        written = formats.load(name).encode(row)
        assert written.count(b"\n") == 1
        line = json.loads(written.decode())
        assert line["id"] == row.id
        if name == "records":
            assert list(line) == list(RECORD_KEYS)
            for key in ("prompt", "context", "response", "source", "category", "license"):
                assert line[key] == getattr(row, key)
            assert line["metadata"] == json.loads(row.metadata)
        elif name == "alpaca":
            told = (line["instruction"], line["input"], line["output"])
            assert told == (row.prompt, row.context, row.response)
        else:
            turns = line.get("messages") or line.get("conversations") or line["prompt"] + line["completion"]
            said = [turn.get("content", turn.get("value")) for turn in turns]
            assert said == [with_context(row.prompt, row.context), row.response]


@settings(deadline=None, max_examples=150)
@given(st.lists(rows, max_size=4))
def test_any_unicode_comes_back_from_csv_and_the_rows_are_counted(held: list[ReleasedRow]) -> None:
    form = formats.load("csv")
    written = form.header + b"".join(map(form.encode, held))
    lines = io.TextIOWrapper(io.BytesIO(written), encoding="utf-8-sig", newline="")
    back = list(rows_of(lines))
    assert len(back) == len(held)
    for row, read in zip(held, back, strict=True):
        for key, value in zip(RECORD_KEYS, row[:-1], strict=True):
            assert read[key] == (value.decode() if isinstance(value, bytes) else str(value))
    for size in (1, 7, len(written)):
        count = form.counter()
        for at in range(0, len(written), size):
            count.feed(written[at : at + size])
        assert count.records == len(held)


@given(text)
def test_a_safe_cell_never_begins_a_formula_and_gives_its_text_back(written: str) -> None:
    cell = safe_cell(written)
    assert plain_cell(cell) == written
    assert not cell.lstrip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))
    assert not cell.startswith(("\t", "\r", "\n"))


def test_plain_text_is_left_alone_in_csv() -> None:
    for written in ("plain", "a=b", "1-2", "", "é", '"quoted"', "{}", "3.5"):
        assert safe_cell(written) == written


def test_an_absent_rating_is_an_empty_cell_and_a_null() -> None:
    row = a_row(quality_rating=None)
    cells = next(csv.reader([formats.load("csv").encode(row).decode()]))
    assert cells[RECORD_KEYS.index("quality_rating")] == ""
    assert json.loads(formats.load("records").encode(row))["quality_rating"] is None
