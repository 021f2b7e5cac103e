"""Nothing that somebody writes runs when the released table is opened in a spreadsheet."""

import csv
import io
import json

import pytest

from review.release import formats
from review.release.formats.csv import rows_of, safe_cell
from review.release.rows import RECORD_KEYS

from .making import a_row
from .shared_data import shared

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
PAYLOADS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b=1",
    "\x00=1",
    "\uff1d1",
    "'=1",
    "''",
    '=HYPERLINK("https://example.org","x")',
    '"=1',
    '","=1',
    '"\r\n"=1',
]


def opened(text: str) -> tuple[list[str], dict[str, str]]:
    """Give the cells as a spreadsheet sees them, and the row as our own reader gives it back."""
    form = formats.load("csv")
    row = a_row(prompt=text, context=text, response=text, source=text, category=text, metadata={text: text})
    written = (form.header + form.encode(row)).decode("utf-8-sig")
    head, cells = csv.reader(io.StringIO(written, newline=""))
    assert head == list(RECORD_KEYS)
    (back,) = rows_of(io.StringIO(written, newline=""))
    return cells, back


def is_harmless(text: str) -> None:
    cells, back = opened(text)
    assert len(cells) == len(RECORD_KEYS)
    for cell in cells:
        assert not cell.startswith(RUNS)
        assert not cell.lstrip().startswith(RUNS)
    assert back["prompt"] == back["context"] == back["response"] == back["source"] == text
    assert json.loads(back["metadata"]) == {text: text}


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_payload_becomes_text_and_comes_back(text: str) -> None:
    is_harmless(text)
    if text != '"=1' and not text.startswith('"'):
        assert safe_cell(text) == f"'{text}"


def test_the_published_payloads_become_text_and_come_back() -> None:
    lines = shared("security/csv-payload.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 6
    for line in lines:
        for text in (line, f"\t{line}", f"+{line}", f"-{line}", f"\r{line}"):
            is_harmless(text)
        assert safe_cell(line) == f"'{line}"


def test_every_naughty_string_comes_back_from_every_format() -> None:
    for text in json.loads(shared("security/blns.json").read_text(encoding="utf-8")):
        is_harmless(text)
        row = a_row(prompt=text, response=text)
        assert json.loads(formats.load("records").encode(row))["prompt"] == text
        assert json.loads(formats.load("messages").encode(row))["messages"][0]["content"] == text
        assert json.loads(formats.load("prompt_completion").encode(row))["completion"][0]["content"] == text
        assert json.loads(formats.load("sharegpt").encode(row))["conversations"][1]["value"] == text
        assert json.loads(formats.load("alpaca").encode(row))["instruction"] == text
