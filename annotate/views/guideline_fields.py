"""The structured parts of a draft as a template shows them: rows of fields, each with its label, value and error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from annotate.content.loading import BOUNDED, JUDGED, SCALES

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Field:
    """One control. `kind` is text, number, words (several lines), choice or check."""

    name: str
    label: str
    value: str
    error: str = ""
    kind: str = "text"
    choices: Choices = ()
    short: bool = False

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")


@dataclass(frozen=True)
class FormRow:
    """A row of the form: an example, a criterion, a category, or the bounds of one scope."""

    name: str
    legend: str
    fields: Sequence[Field]
    levels: Sequence[FormRow] = ()
    levels_error: str = ""
    note: str = field(default="")


def form_rows(
    part: str, rows: Sequence[Mapping[str, Any]], errors: Mapping[str, str], categories: Choices
) -> list[FormRow]:
    """The rows of `examples`, `rubric` or `categories` as typed, with what is wrong beside each field."""
    return [_row(part, f"{part}.{number}", row, errors, categories) for number, row in enumerate(rows)]


def bound_rows(shown: Mapping[str, str], errors: Mapping[str, str], categories: Choices) -> list[FormRow]:
    """The bounds that hold everywhere, then those of each category."""
    scopes = [("bounds", _("Everywhere"))]
    scopes += [(f"bounds.categories.{key}", name) for key, name in categories]
    return [FormRow(scope, legend, _limits(scope, shown, errors)) for scope, legend in scopes]


def _limits(scope: str, shown: Mapping[str, str], errors: Mapping[str, str]) -> list[Field]:
    labels = {
        "response_words.min": _("Response: words at least"),
        "response_words.max": _("Response: words at most"),
        "prompt_words.min": _("Prompt: words at least"),
        "prompt_words.max": _("Prompt: words at most"),
    }
    names = [f"{name}.{end}" for name in BOUNDED for end in ("min", "max")]
    return [
        Field(
            f"{scope}.{name}",
            labels[name],
            shown.get(f"{scope}.{name}", ""),
            errors.get(f"{scope}.{name}", ""),
            "number",
            short=True,
        )
        for name in names
    ]


def _row(
    part: str, at: str, row: Mapping[str, Any], errors: Mapping[str, str], categories: Choices
) -> FormRow:
    number = int(at.rpartition(".")[2]) + 1
    fields = [
        Field(
            f"{at}.{name}",
            label,
            str(row.get(name, "")),
            errors.get(f"{at}.{name}", ""),
            kind,
            choices,
            short,
        )
        for name, label, kind, choices, short in _fields_of(part, categories)
    ]
    levels = [
        FormRow(
            f"{at}.levels.{place}",
            _("Level %(number)s") % {"number": place + 1},
            [
                Field(
                    f"{at}.levels.{place}.{name}",
                    label,
                    str(level.get(name, "")),
                    errors.get(f"{at}.levels.{place}.{name}", ""),
                    kind,
                    short=name == "value",
                )
                for name, label, kind in (("value", _("Value"), "number"), ("anchor", _("In words"), "text"))
            ],
        )
        for place, level in enumerate(row.get("levels", ()))
    ]
    legends = {"examples": _("Example %(number)s"), "rubric": _("Criterion %(number)s")}
    legend = legends.get(part, _("Category %(number)s")) % {"number": number}
    note = str(row.get("name") or row.get("prompt") or "")[:80]
    return FormRow(at, legend, fields, levels, errors.get(f"{at}.levels", ""), note)


def _fields_of(part: str, categories: Choices) -> list[tuple[str, str, str, Choices, bool]]:
    """Of each field its name, label, kind, choices, and whether it is short."""
    if part == "examples":
        kinds = [("example", _("Example")), ("counterexample", _("Counterexample"))]
        return [
            ("kind", _("Verdict"), "choice", kinds, True),
            ("category", _("Category"), "choice", categories, True),
            ("prompt", _("Prompt"), "words", (), False),
            ("response", _("Response"), "words", (), False),
            ("why", _("Why"), "words", (), False),
        ]
    if part == "categories":
        return [
            ("name", _("Name"), "text", (), True),
            ("key", _("Key"), "text", (), True),
            ("target", _("Target"), "number", (), True),
        ]
    judged = dict(zip(JUDGED, (_("the prompt"), _("the response"), _("the whole conversation")), strict=True))
    scales = dict(zip(SCALES, (_("nominal: kinds without order"), _("ordinal: an order"),
                               _("interval: equal steps")), strict=True))  # fmt: skip
    return [
        ("name", _("Name"), "text", (), True),
        ("key", _("Key"), "text", (), True),
        ("weight", _("Weight"), "number", (), True),
        ("judges", _("It judges"), "choice", list(judged.items()), True),
        ("scale", _("Scale"), "choice", list(scales.items()), True),
        ("required", _("It must be scored"), "check", (), True),
        ("question", _("Question"), "words", (), False),
    ]
