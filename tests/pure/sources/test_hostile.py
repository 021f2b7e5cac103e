"""No file makes a reading crash: each row is a task, an error with its line, or the file is refused."""

from __future__ import annotations

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotate.sources.limits import Limits, SourceRefused
from annotate.sources.reading import read
from annotate.sources.registry import FORMATS, open_format
from annotate.sources.rows import DIGEST_BYTES, TaskRow, digest

WORDS = [
    *(
        "prompt",
        "context",
        "brief",
        "messages",
        "draft_response",
        "reference",
        "kind",
        "language",
        "metadata",
    ),
    *("instruction", "input", "output", "system", "history", "response", "category", "id", "external_id"),
    *(
        "conversations",
        "from",
        "value",
        "role",
        "content",
        "user",
        "human",
        "gpt",
        "assistant",
        "text",
        "type",
    ),
    *("instances", "data", "paragraphs", "qas", "question", "answers", "Definition", "Instances", "replies"),
    *("prompter", "rank", "deleted", "lang", "message_id", "tool_calls", "inputs", "targets", "priority"),
]
TEXT = st.sampled_from(WORDS) | st.text(max_size=6)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=12,
)
# Rows that come close to what the formats hold, so that the odd value is met deep inside.
TURN = st.fixed_dictionaries({"role": VALUE, "content": VALUE, "from": VALUE, "value": VALUE})
PAIR = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant", "prompter"]), "content": TEXT})
TREE = st.recursive(
    st.fixed_dictionaries({"role": VALUE, "text": VALUE, "lang": VALUE, "replies": VALUE, "rank": VALUE}),
    lambda inner: st.fixed_dictionaries(
        {"role": st.just("prompter"), "text": TEXT, "replies": st.lists(inner, max_size=2)}
    ),
    max_leaves=3,
)
CLOSE = st.one_of(
    [
        st.fixed_dictionaries({key: st.lists(TURN | PAIR | VALUE, max_size=4), "id": VALUE, "prompt": VALUE})
        for key in ("messages", "conversations", "history", "instances", "data", "qas", "answers")
    ]
) | st.fixed_dictionaries({"prompt": TREE, "message_tree_id": VALUE})
NESTED = st.fixed_dictionaries(
    {"Definition": VALUE, "data": st.lists(CLOSE, max_size=2), "paragraphs": st.lists(CLOSE, max_size=2)}
)
ROWS = st.lists(VALUE | CLOSE | NESTED, max_size=3)
MAPPING = st.dictionaries(st.sampled_from(["prompt", "context", "kind", "metadata.a"]), TEXT, max_size=2)


def read_to_the_end(content: bytes, format: str, **options: Any) -> None:
    try:
        for found in read(io.BytesIO(content), format, **options):
            if isinstance(found, TaskRow):
                assert len(digest(found)) == DIGEST_BYTES
                json.dumps(found)
            else:
                assert found.line >= 1
                assert found.message.endswith(".")
                assert "\0" not in found.field + found.message
                (found.field + found.message).encode()
    except SourceRefused as refused:
        assert refused.message.endswith(".")
        refused.message.encode()


@given(st.binary(max_size=120))
def test_any_bytes(noise: bytes) -> None:
    for format in FORMATS:
        read_to_the_end(noise, format, limits=Limits(max_row_bytes=60))


@given(ROWS | VALUE | NESTED, st.booleans(), MAPPING)
def test_any_json(rows: Any, ascii_only: bool, mapping: dict[str, str]) -> None:
    written = [
        json.dumps(row, ensure_ascii=ascii_only) for row in (rows if isinstance(rows, list) else [rows])
    ]
    lines = "\n".join(written).encode("utf-8", "surrogatepass")
    array = ("[" + ",\n".join(written) + "]").encode("utf-8", "surrogatepass")
    for format in FORMATS:
        for kind in (None, *open_format(format).kinds):
            read_to_the_end(lines, format, kind=kind)
            read_to_the_end(array, format, kind=kind)
        if open_format(format).mappable:
            read_to_the_end(lines, format, mapping=mapping)


@given(st.text(alphabet="prompt,context\n;\t\"'\r\0x", max_size=60), MAPPING)
def test_any_csv(rest: str, mapping: dict[str, str]) -> None:
    for start in ("", "prompt,context\n", "prompt;metadata\n"):
        read_to_the_end((start + rest).encode(), "csv", mapping=mapping)
        read_to_the_end((start + rest).encode(), "csv")
