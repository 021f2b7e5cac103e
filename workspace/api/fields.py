"""The values of a request's body, one by one: text, numbers, yes or no. Every other shape is `Invalid` by field.

In: the dict that `calls.body_of` returned. Out: plain values for an act. Called by the API calls of every floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.refusals import Invalid

LONGEST_TEXT = 20_000
LARGEST_NUMBER = 2**31 - 1


def text(values: Mapping[str, Any], name: str, *, most: int = LONGEST_TEXT) -> str:
    """The text in `values[name]`, empty where it is absent or null; `Invalid` where it is no text or too long."""
    value = values.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong(name, "Send text.")
    if len(value) > most:
        raise wrong(name, f"At most {most:,} characters; this has {len(value):,}.")
    return value


def number(values: Mapping[str, Any], name: str) -> int | None:
    """The whole number from 0 on in `values[name]`, None where it is absent or null."""
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_NUMBER:
        raise wrong(name, "Send a whole number, zero or more.")
    return value


def flag(values: Mapping[str, Any], name: str) -> bool:
    """The yes or no in `values[name]`, no where it is absent or null."""
    value = values.get(name)
    if value is not None and not isinstance(value, bool):
        raise wrong(name, "Send true or false.")
    return bool(value)


def required(values: Mapping[str, Any], *names: str) -> None:
    """`Invalid` naming each of `names` that the body lacks."""
    missing = [name for name in names if values.get(name) is None]
    if missing:
        raise Invalid("Something is missing.", errors={name: ["This is needed."] for name in missing})


def wrong(name: str, sentence: str) -> Invalid:
    """The refusal that says what is wrong with one field."""
    return Invalid("Something in the request needs to be corrected.", errors={name: [sentence]})
