"""The reference page names every format, field, problem and key that there is, and its examples are true."""

import json
import re
from pathlib import Path

import pytest

from review.release import formats
from review.release.changes import LISTS
from review.release.manifest import manifest
from review.release.rows import FIELDS

from .making import a_row, facts
from .test_manifest import FILES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "release-formats.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_format_has_its_section(page: str) -> None:
    sections = re.findall(r"^### `(\w+)`$", page, re.MULTILINE)
    assert sections == list(formats.FORMATS)


def test_every_field_has_its_row_in_order(page: str) -> None:
    section = page.split("### `records`")[1].split("### ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(FIELDS)


def test_every_key_of_the_manifest_and_the_changes_is_named(page: str) -> None:
    for key in [*manifest(facts(), FILES), *LISTS, "counts", "previous"]:
        assert f"`{key}`" in page


@pytest.mark.parametrize(
    ("name", "prompt", "context", "response"),
    [
        ("messages", "Name three colours.", "", "Red, green, blue."),
        ("prompt_completion", "Name three colours.", "", "Red, green, blue."),
        ("sharegpt", "Name three colours.", "", "Red, green, blue."),
        ("alpaca", "Sum up.", "The text.", "A summary."),
    ],
)
def test_every_example_is_what_the_format_writes(
    page: str, name: str, prompt: str, context: str, response: str
) -> None:
    section = page.split(f"### `{name}`")[1]
    example = re.search(r"```json\n(.*?)\n```", section, re.DOTALL)
    assert example is not None
    json.loads(example[1])
    row = a_row(id="d-1", prompt=prompt, context=context, response=response)
    assert formats.load(name).encode(row).decode() == f"{example[1]}\n"
