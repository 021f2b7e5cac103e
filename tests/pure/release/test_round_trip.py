"""What was imported and released can be imported again, and says the same."""

import io
import json

import pytest

from annotate.sources.reading import read
from annotate.sources.rows import TaskRow
from review.release import formats
from review.release.rows import ReleasedRow, Turn

from .making import a_row
from .shared_data import shared

DIALOGUE: list[Turn] = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "So long"},
]


def imported(form: str, rows: list[ReleasedRow]) -> list[TaskRow]:
    """Write rows in a release format and read them with the importer of the same name."""
    written = b"".join(map(formats.load(form).encode, rows))
    found = list(read(io.BytesIO(written), form))
    good = [row for row in found if isinstance(row, TaskRow)]
    assert len(good) == len(found), found
    return good


@pytest.mark.parametrize("form", ["records", "alpaca"])
def test_a_real_set_survives_import_release_import(form: str) -> None:
    texts = [
        (each["instruction"], each["input"], each["output"])
        for each in json.loads(shared("sft/alpaca_5000.json").read_text(encoding="utf-8"))
        if each["output"].strip()
    ]
    source = "\n".join(
        json.dumps({"instruction": one, "input": two, "output": three}) for one, two, three in texts
    )
    tasks = [row for row in read(io.BytesIO(source.encode()), "alpaca") if isinstance(row, TaskRow)]
    assert len(tasks) > 4_900
    released = [
        a_row(number, prompt=task.prompt, context=task.context, response=task.reference)
        for number, task in enumerate(tasks)
    ]
    again = imported(form, released)
    assert [(row.prompt, row.context, row.reference) for row in again] == [
        (task.prompt, task.context, task.reference) for task in tasks
    ]
    assert [row.external_id for row in again] == [row.id for row in released]


@pytest.mark.parametrize("form", ["records", "alpaca"])
def test_a_conversation_survives_release_and_import(form: str) -> None:
    (row,) = imported(form, [a_row(turns=DIALOGUE)])
    assert row.kind == "converse"
    assert row.messages == DIALOGUE[:-1]
    assert row.reference == "So long"
