"""The one place where a task's fields are judged.

In: the fields of one task as plain values, from a row of a file or from the API. Out: a ``TaskRow``, or every
error found. Called by ``reading`` for files and by the intake act for tasks that come over the API.

One judge for each field stands in ``fields.JUDGES``; what a kind needs and refuses stands in ``_NEEDS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from annotate.sources.fields import FIELDS, JUDGES, Fault, printable
from annotate.sources.limits import Limits
from annotate.sources.rows import DEFAULT_PRIORITY, RowError, TaskRow

DEFAULT_LIMITS = Limits()

# What each kind must bring. A field of this table that a kind does not name is refused for it: a prompt on a
# `compose` task would be shown to nobody, and silently dropping it would lose what the sender meant.
_NEEDS: dict[str, tuple[str, ...]] = {
    "respond": ("prompt",),
    "compose": ("brief",),
    "edit": ("prompt", "draft_response"),
    "converse": ("messages",),
}
# Texts that are kept as they come; the judge of each allows at least `max_text_chars`.
_FREE_TEXT = frozenset({"prompt", "context", "brief", "draft_response", "reference"})

_SUBJECTS = ("prompt", "brief", "draft_response", "messages")


def check_task(
    values: Mapping[str, Any],
    *,
    line: int,
    row: int = 0,
    kind: str = "respond",
    language: str = "",
    category: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> TaskRow | list[RowError]:
    """Judge one task.

    Parameters: ``values``, the fields by name (None counts as absent); ``line``, where the task stands (a
    line of a file, or an index of a list), and ``row``, its place among the rows; ``kind``, ``language``,
    ``category``, for a task that names none. Returns: the row, or a list of all errors, never empty.
    Raises: nothing for any value that JSON can hold.

    >>> check_task({"prompt": "Name three rivers.", "language": "EN"}, line=1).language
    'en'
    >>> check_task({"kind": "compose"}, line=4)[0].field
    'brief'
    """
    clean, errors = _judged(values, limits, line, row)
    kind = clean.get("kind") or kind
    if not _complete(kind, clean) and "kind" not in {error.field for error in errors}:
        errors += _missing_and_misplaced(kind, clean, {error.field for error in errors}, line, row)
    if errors:
        return errors
    get = clean.get
    return TaskRow(
        kind,
        get("prompt", ""),
        get("context", ""),
        get("brief", ""),
        get("messages"),
        get("draft_response", ""),
        get("reference", ""),
        get("category") or category,
        get("language") or language,
        get("priority", DEFAULT_PRIORITY),
        get("external_id", ""),
        get("metadata") or {},
        line,
        row,
    )


def _judged(
    values: Mapping[str, Any], limits: Limits, line: int, row: int
) -> tuple[dict[str, Any], list[RowError]]:
    """The fields that are given, each by its own judge; and what is wrong with the others."""
    clean: dict[str, Any] = {}
    errors: list[RowError] = []
    short = limits.max_text_chars
    for field, value in values.items():
        if value is None:
            continue
        # Most texts are plain and short: seen at once, since this loop is most of the cost of an import.
        # ASCII is a flag of the string, and holds no surrogate; NUL is a memchr.
        if (
            field in _FREE_TEXT
            and type(value) is str
            and len(value) <= short
            and value.isascii()
            and "\0" not in value
        ):
            clean[field] = value
            continue
        judge = JUDGES.get(field)
        try:
            if judge is None:
                raise Fault(f"This is not a field of a task. Use only {', '.join(FIELDS)}.")
            clean[field] = judge(value, limits)
        except Fault as fault:
            errors.append(RowError(line, printable(field), str(fault), row))
    return clean, errors


def _complete(kind: str, clean: dict[str, Any]) -> bool:
    """The quick yes for the common case; everything else goes to ``_missing_and_misplaced``."""
    if kind != "respond":
        return False
    prompt = clean.get("prompt")
    return bool(
        prompt
        and not prompt.isspace()
        and not clean.get("brief")
        and not clean.get("draft_response")
        and not clean.get("messages")
    )


def _missing_and_misplaced(
    kind: str, clean: dict[str, Any], faulty: set[str], line: int, row: int
) -> list[RowError]:
    needed = _NEEDS[kind]
    errors = []
    for field in _SUBJECTS:
        value = clean.get(field)
        blank = not value or (isinstance(value, str) and value.isspace())
        if field in needed:
            if blank and field not in faulty:
                errors.append(RowError(line, field, _EMPTY[field], row))
        elif not blank:
            homes = " or ".join(name for name, fields in _NEEDS.items() if field in fields)
            message = f"A task of kind {kind} has no {field}. Leave it out, or make the task of kind {homes}."
            errors.append(RowError(line, field, message, row))
    return errors


_EMPTY = {
    "prompt": "The prompt is missing or empty. Give the text that is to be answered, or remove the row.",
    "brief": "The brief is missing or empty. Say what the writer should make up, or remove the row.",
    "draft_response": (
        "There is no draft to edit: the response that the source gives is missing or empty. "
        "Give one, or make the task of kind respond."
    ),
    "messages": "The messages are missing. Give a list of turns that ends with one of the user's.",
}
