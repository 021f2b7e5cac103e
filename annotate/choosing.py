"""What somebody says about a file they import, judged before anything is read.

In: plain values from a form, a call or a command. Out: `Choices`, or `Invalid` by field. Called by
`annotate.importing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from annotate.sources.fields import JUDGES, Fault
from annotate.sources.licence import UnknownLicence, normal
from annotate.sources.limits import Limits, SourceRefused
from annotate.sources.mapping import judge_mapping
from annotate.sources.reading import read
from annotate.sources.registry import open_format
from workspace.refusals import Invalid

LONGEST_NAME, LONGEST_URL, LONGEST_LICENCE = 200, 500, 200


@dataclass(frozen=True)
class Choices:
    """How a file is to be read, and what it is; every field judged."""

    name: str
    format: str
    licence: str
    kind: str = ""
    language: str = ""
    category: str = ""
    url: str = ""
    mapping: dict[str, str] = field(default_factory=dict)
    limit: int | None = None
    skip_bad: bool = False

    def reading(self) -> dict[str, Any]:
        """Those that `annotate.sources.reading.read` takes."""
        values = asdict(self)
        return {name: values[name] for name in ("kind", "language", "category", "mapping", "limit")}


def choices(
    *,
    name: str,
    format: str,
    licence: str,
    kind: str = "",
    language: str = "",
    category: str = "",
    url: str = "",
    mapping: Mapping[str, str] | None = None,
    limit: int | None = None,
    skip_bad: bool = False,
) -> Choices:
    """Judge what was said. Raises `Invalid` naming each field that cannot be taken."""
    errors: dict[str, list[str]] = {}
    language = _judged("language", language, errors)
    category = _judged("category", category, errors)
    licence = _licence(licence, errors)
    _judge_reading(format, kind, dict(mapping or {}), errors)
    if limit is not None and limit < 1:
        errors["limit"] = ["Give a number from 1 on, or leave it out to take all rows."]
    if url:
        _judge_url(url, errors)
    if errors:
        raise Invalid("This file cannot be imported like that.", errors=errors)
    return Choices(
        name=plain_name(name),
        format=format,
        licence=licence,
        kind=kind,
        language=language,
        category=category,
        url=url,
        mapping=dict(mapping or {}),
        limit=limit,
        skip_bad=skip_bad,
    )


def plain_name(name: str) -> str:
    """A file's or a person's name for a source: no path, no control characters, short enough.

    >>> plain_name("C:\\\\data\\\\seed tasks.jsonl"), plain_name("../seed.jsonl"), plain_name("tatsu-lab/alpaca")
    ('seed tasks.jsonl', 'seed.jsonl', 'tatsu-lab/alpaca')
    """
    steps = name.replace("\\", "/").rstrip("/").split("/")
    is_path = "\\" in name or not {"", ".", ".."}.isdisjoint(steps[:-1])
    plain = "".join(letter for letter in (steps[-1] if is_path else name) if letter.isprintable()).strip()
    return plain[:LONGEST_NAME] or "source"


def _judged(name: str, value: str, errors: dict[str, list[str]]) -> str:
    try:
        return str(JUDGES[name](value, Limits()))
    except Fault as fault:
        errors[name] = [str(fault)]
        return ""


def _licence(licence: str, errors: dict[str, list[str]]) -> str:
    try:
        found = normal(licence)
    except UnknownLicence as fault:
        errors["licence"] = [str(fault)]
        return ""
    if len(found) > LONGEST_LICENCE:
        errors["licence"] = [f"At most {LONGEST_LICENCE} characters; give the terms a LicenseRef-NAME."]
    return found


def _judge_reading(format: str, kind: str, mapping: dict[str, str], errors: dict[str, list[str]]) -> None:
    """Each of the three by itself, so that the sentence stands beside the right field."""
    try:
        open_format(format)
    except SourceRefused as fault:
        errors["format"] = [fault.message]
        return
    for name, values in (("kind", {"kind": kind}), ("mapping", {"mapping": mapping})):
        try:
            if name == "mapping":
                judge_mapping(mapping)
            read(BytesIO(), format, **values)
        except SourceRefused as fault:
            errors[name] = [fault.message]


def _judge_url(url: str, errors: dict[str, list[str]]) -> None:
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        errors["url"] = ["Give an address that begins with http:// or https://, or leave it out."]
    if len(url) > LONGEST_URL:
        errors["url"] = [f"At most {LONGEST_URL} characters."]
