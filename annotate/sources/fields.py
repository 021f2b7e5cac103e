"""The judges of a task's fields: one for each, in one table.

In: a value as it came and the limits. Out: the value as it is kept, or a ``Fault`` that says what to do.
Called by ``checking.check_task`` only; ``text_fault`` also by formats that judge a text before it becomes a
field.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import orjson

from annotate.sources.limits import Limits, size
from annotate.sources.normalising import MAX_CATEGORY_CHARS, category_key, language_tag
from annotate.sources.rows import KINDS, PRIORITIES

MAX_EXTERNAL_ID_CHARS = 200

# PostgreSQL's bigint; a longer whole number is no id that anyone typed, and Python refuses to print a huge
# one.
_LARGEST = 2**63


class Fault(Exception):
    """A field is not as it must be; the message says what is wrong and what to do."""


def text_fault(text: str) -> str:
    """What makes ``text`` impossible to store, as a sentence; empty where nothing does."""
    if "\0" in text:
        return "It holds the character NUL (U+0000), which the database cannot store. Remove that character."
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as problem:
            return (
                f"Character {problem.start + 1} is half of a surrogate pair or a byte that is not UTF-8, so "
                "it is no text. Save the file as UTF-8, or remove that character."
            )
    return ""


def _text(value: object, limit: int) -> str:
    if type(value) is not str:
        raise Fault(
            f"This must be text, but it is {said(value)}. Put it in quotation marks, or leave it out."
        )
    if len(value) > limit:
        raise Fault(f"This has {len(value):,} characters; at most {limit:,} are allowed. Shorten it.")
    if "\0" in value or not value.isascii():
        fault = text_fault(value)
        if fault:
            raise Fault(fault)
    return value


def _writing(value: object, limits: Limits) -> str:
    return _text(value, limits.max_text_chars)


def _material(value: object, limits: Limits) -> str:
    return _text(value, limits.max_context_chars)


def _kind(value: object, limits: Limits) -> str:
    if value not in KINDS:
        if value == "":
            return ""
        raise Fault(f"The kind is {said(value)}. Use one of {', '.join(KINDS)}.")
    return str(value)


def _category(value: object, limits: Limits) -> str:
    text = _text(value, limits.max_text_chars)
    # Keys are remembered, so a text that cannot become one must not get that far.
    key = category_key(text) if len(text) <= 2 * MAX_CATEGORY_CHARS else None
    if key is None:
        raise Fault(f"A category has at most {MAX_CATEGORY_CHARS} characters. Shorten it.")
    return key


def _language(value: object, limits: Limits) -> str:
    text = _text(value, limits.max_text_chars)
    if not text or text.isspace():
        return ""
    tag = language_tag(text) if len(text) < 20 else None
    if tag is None:
        raise Fault(
            f"The language is {said(value)}, which is no language tag. Write it as in en, pt-BR or zh-Hant."
        )
    return tag


def _priority(value: object, limits: Limits) -> int:
    if type(value) is not int or value not in PRIORITIES:
        raise Fault(
            f"The priority is {said(value)}. Use a whole number from 0 (first) to 4 (last); 2 is usual."
        )
    return value


def _external_id(value: object, limits: Limits) -> str:
    # Numbers are common as ids; their digits are the id.
    if type(value) is int and abs(value) < _LARGEST:
        value = str(value)
    return _text(value, MAX_EXTERNAL_ID_CHARS)


def _messages(value: object, limits: Limits) -> list[dict[str, str]]:
    if not isinstance(value, list):
        raise Fault(f"The messages must be a list, but they are {said(value)}.")
    if len(value) > limits.max_messages:
        raise Fault(f"There are {len(value):,} messages; at most {limits.max_messages:,} are allowed.")
    messages = [_message(message, place, limits) for place, message in enumerate(value, start=1)]
    if sum(len(message["content"]) for message in messages) > limits.max_context_chars:
        raise Fault(
            f"All messages together may have at most {limits.max_context_chars:,} characters. Shorten them."
        )
    if not messages:
        return messages
    turns = [message["role"] for message in messages]
    if turns[0] == "system":
        del turns[0]
    for place, role in enumerate(turns):
        if role != ("user", "assistant")[place % 2]:
            raise Fault(
                f"The turns are {', '.join(turns[:8])}. After at most one system message at the start, "
                "user and assistant must alternate, beginning with the user."
            )
    if len(turns) % 2 == 0:
        raise Fault("The last turn must be the user's, since the writer answers it. Remove what follows it.")
    return messages


def _message(value: object, place: int, limits: Limits) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"role", "content"}:
        raise Fault(f"Message {place} must be an object with role and content, and nothing else.")
    role, content = value["role"], value["content"]
    if role not in ("system", "user", "assistant"):
        raise Fault(f"The role of message {place} is {said(role)}. Use system, user or assistant.")
    try:
        text = _text(content, limits.max_text_chars)
    except Fault as fault:
        raise Fault(f"Message {place}: {fault}") from None
    if not text or text.isspace():
        raise Fault(f"Message {place} is empty. Give its text, or remove it and the turn it belongs to.")
    return {"role": role, "content": text}


def _metadata(value: object, limits: Limits) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Fault(f"The metadata must be an object of names and values, but it is {said(value)}.")
    if not value:
        return value
    try:
        written = orjson.dumps(value)
    except TypeError:
        written = b""
    # Plain values that were written without a NUL are sound; all others are walked through.
    if not written or not _PLAIN.issuperset(map(type, value.values())) or b"\\u0000" in written:
        _judge_json(value, limits.max_depth)
        if not written:
            raise Fault("The metadata holds a number with more than 64 bits. Write it as text.")
    length = len(written)
    if length > limits.max_metadata_bytes:
        raise Fault(
            f"The metadata takes {size(length)}; at most {size(limits.max_metadata_bytes)} are allowed."
        )
    return value


# Types that hold no others and that JSON writes as they are (a float may be infinite).
_PLAIN = frozenset({str, int, bool, type(None)})


def _judge_json(value: object, depth: int) -> None:
    """Refuse what jsonb would: NUL, lone surrogates, infinite numbers, and what nests too deep."""
    if isinstance(value, str):
        fault = text_fault(value)
        if fault:
            raise Fault(f"In a value or a name: {fault}")
    elif isinstance(value, float):
        if not isfinite(value):
            raise Fault(
                "A value is not a finite number, which JSON cannot hold. Write it as text, or leave it out."
            )
    elif isinstance(value, (dict, list)):
        if depth <= 0:
            raise Fault("The metadata is nested too deep. Make it flatter.")
        for item in value:
            _judge_json(item, depth - 1)
        if isinstance(value, dict):
            for item in value.values():
                _judge_json(item, depth - 1)


def printable(text: str, length: int = 40) -> str:
    """A stranger's text as an error message may quote it: short, and storable whatever is wrong with it."""
    shown = text if len(text) <= length else text[:length] + "…"
    return shown.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode()


def said(value: object) -> str:
    """A value as a sentence may name it, short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"“{printable(value)}”"
    if isinstance(value, (int, float)):
        return (
            f"the number {value}"
            if isinstance(value, float) or abs(value) < _LARGEST
            else "a very large number"
        )
    return "a list" if isinstance(value, list) else "an object"


JUDGES: dict[str, Callable[[Any, Limits], Any]] = {
    "kind": _kind,
    "prompt": _writing,
    "context": _material,
    "brief": _writing,
    "messages": _messages,
    "draft_response": _writing,
    "reference": _material,
    "category": _category,
    "language": _language,
    "priority": _priority,
    "external_id": _external_id,
    "metadata": _metadata,
}

# The fields of a task, in the order in which people read them.
FIELDS = tuple(JUDGES)
