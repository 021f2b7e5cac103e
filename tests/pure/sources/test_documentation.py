"""The reference page names every format, field, note and limit as the code has them."""

from __future__ import annotations

import re
from pathlib import Path

from annotate.sources.fields import FIELDS, MAX_EXTERNAL_ID_CHARS
from annotate.sources.limits import RATIO_COUNTS_FROM, Limits, size
from annotate.sources.normalising import MAX_CATEGORY_CHARS
from annotate.sources.registry import FORMATS

PAGE = (Path(__file__).resolve().parents[3] / "docs/reference/source-formats.md").read_text()


def test_every_format_has_its_heading() -> None:
    assert re.findall(r"^### `(\w+)`$", PAGE, re.MULTILINE) == list(FORMATS)


def test_every_field_has_its_row() -> None:
    assert [field for field in FIELDS if f"\n| `{field}` |" not in PAGE] == []


def test_every_limit_is_the_one_of_the_code() -> None:
    limits = Limits()
    for said in (
        f"uploaded | {size(limits.max_file_bytes)} |",
        f"unpacked | {size(limits.max_decompressed_bytes)}, and {limits.max_ratio} times",
        f"over {size(RATIO_COUNTS_FROM)} |",
        f"one row | {size(limits.max_row_bytes)} |",
        f"{limits.max_depth} levels",
        f"{limits.max_rows:,} |",
        f"| {limits.max_text_chars:,} characters |",
        f"{limits.max_context_chars:,} characters together |",
        f"| {limits.max_messages} turns",
        f"| {size(limits.max_metadata_bytes)} |",
        f"| {MAX_CATEGORY_CHARS} characters |",
        f"| {MAX_EXTERNAL_ID_CHARS} characters |",
    ):
        assert said in PAGE, said
