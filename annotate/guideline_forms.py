"""PURE. The structured parts of a guideline as form fields: read what was sent, say what is wrong beside each field.

Enters: names like `examples.0.prompt` and `rubric.1.levels.2.anchor` with what was typed. Leaves: the part as the
guideline keeps it, and sentences by field name. Rows that are wholly empty are left out. Called by the pages of the
draft; what passes here is checked whole by `annotate.content.loading`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from annotate.content.loading import BOUNDED, JUDGED, LEVELS, LONGEST_KEY, SCALES

FORMS = ("examples", "rubric", "categories", "bounds")
MOST_ROWS = 500
Row = dict[str, Any]
Errors = dict[str, str]

EMPTY_LEVEL: Row = {"value": "", "anchor": ""}
EMPTY: dict[str, Row] = {
    "examples": {"kind": "example", "category": "", "prompt": "", "response": "", "why": ""},
    "categories": {"key": "", "name": "", "target": ""},
    "rubric": {
        "key": "", "name": "", "question": "", "judges": "response", "scale": "ordinal", "weight": "1",
        "required": "true", "levels": [dict(EMPTY_LEVEL), dict(EMPTY_LEVEL)],
    },
}  # fmt: skip
# What a row says without anybody having typed: not enough to make it a row.
_CHOSEN = ("kind", "category", "judges", "scale", "weight", "required")
_KEY = re.compile(r"\S(.*\S)?")


def typed_rows(sent: Mapping[str, str], prefix: str) -> list[Row]:
    """The rows under `prefix` in the order of their numbers, as they were typed; `levels` are rows of a row.

    >>> typed_rows({"rubric.4.key": "a", "rubric.4.levels.0.value": "1", "x": ""}, "rubric")
    [{'key': 'a', 'levels': [{'value': '1'}]}]
    """
    rows: dict[int, Row] = {}
    inner: set[int] = set()
    for name, value in sent.items():
        number, _dot, field = name.removeprefix(f"{prefix}.").partition(".")
        if not name.startswith(f"{prefix}.") or not (
            number.isascii() and number.isdigit() and len(number) < 7
        ):
            continue
        if "." in field:
            inner.add(int(number))
            rows.setdefault(int(number), {})
        else:
            rows.setdefault(int(number), {})[field] = value.replace("\r\n", "\n")
    for place in inner:
        rows[place]["levels"] = typed_rows(sent, f"{prefix}.{place}.levels")
    return [rows[place] for place in sorted(rows)][:MOST_ROWS]


def shown_rows(part: str, value: Sequence[Mapping[str, Any]]) -> list[Row]:
    """The rows of a kept part as the form shows them: every value as text."""
    shown = []
    for one in value:
        row: Row = {name: _shown(found) for name, found in one.items() if name != "levels"}
        if part == "rubric":
            row["levels"] = [
                {name: _shown(found) for name, found in level.items()} for level in one["levels"]
            ]
        shown.append(row)
    return shown


def changed_rows(part: str, rows: list[Row], *, add: str = "", remove: str = "") -> list[Row]:
    """`rows` with an empty row more or a row less; `add` and `remove` are names such as `rubric`, `rubric.2.levels.0`.

    >>> changed_rows("categories", [{"key": "a"}, {"key": "b"}], remove="categories.0")
    [{'key': 'b'}]
    """
    rows = [dict(row) for row in rows]
    place = [int(number) for number in re.findall(r"\.(\d{1,6})", add or remove)]
    if add == part:
        return [*rows, {**EMPTY[part], **({"levels": [dict(EMPTY_LEVEL)] * 2} if part == "rubric" else {})}]
    if not place or place[0] >= len(rows):
        return rows
    row = rows[place[0]]
    if add:
        row["levels"] = [*row.get("levels", []), dict(EMPTY_LEVEL)]
    elif len(place) == 2:
        row["levels"] = [one for number, one in enumerate(row.get("levels", [])) if number != place[1]]
    else:
        rows.pop(place[0])
    return rows


def read_rows(part: str, rows: Sequence[Row], categories: Iterable[str]) -> tuple[list[Row], Errors]:
    """The part as the guideline keeps it, and what is wrong by field name, such as `examples.0.why`.

    Parameters: `categories`, the keys that an example may name.
    """
    errors: Errors = {}
    known = list(categories)
    readers: dict[str, Callable[[Row, str, Errors], Row]] = {
        "examples": lambda row, at, wrong: _example(row, at, wrong, known),
        "rubric": _criterion,
        "categories": _category,
    }
    found = [
        readers[part](row, f"{part}.{number}", errors) for number, row in enumerate(rows) if _is_filled(row)
    ]
    if not found:
        errors[part] = "At least one is needed."
    if part != "examples":
        _unique([(f"{part}.{n}.key", row.get("key", "")) for n, row in enumerate(rows)], errors)
    return found, errors


def read_bounds(sent: Mapping[str, str], categories: Iterable[str]) -> tuple[dict[str, Any], Errors]:
    """The bounds from fields like `bounds.response_words.min` and `bounds.categories.KEY.response_words.max`."""
    errors: Errors = {}
    bounds: dict[str, Any] = {}
    for name in BOUNDED:
        if limits := _limits(sent, f"bounds.{name}", errors):
            bounds[name] = limits
    own: dict[str, Any] = {}
    for key in categories:
        found = {name: _limits(sent, f"bounds.categories.{key}.{name}", errors) for name in BOUNDED}
        if found := {name: limits for name, limits in found.items() if limits}:
            own[key] = found
    if own:
        bounds["categories"] = own
    return bounds, errors


def shown_bounds(bounds: Mapping[str, Any]) -> dict[str, str]:
    """The bounds by field name, as `read_bounds` reads them."""
    shown: dict[str, str] = {}
    scopes = {"bounds": bounds} | {
        f"bounds.categories.{key}": own for key, own in bounds.get("categories", {}).items()
    }
    for scope, limits in scopes.items():
        for name in BOUNDED:
            for end in ("min", "max"):
                if name in limits:
                    shown[f"{scope}.{name}.{end}"] = str(limits[name][end])
    return shown


def _limits(sent: Mapping[str, str], at: str, errors: Errors) -> dict[str, int] | None:
    low, high = (sent.get(f"{at}.{end}", "").strip() for end in ("min", "max"))
    if not low and not high:
        return None
    found = {}
    for end, text in (("min", low), ("max", high)):
        found[end] = _whole(text, f"{at}.{end}", errors, range(10_000_000)) or 0
    if not errors.keys() & {f"{at}.min", f"{at}.max"} and found["min"] > found["max"]:
        errors[f"{at}.max"] = "Not below the least."
    return found


def _example(row: Row, at: str, errors: Errors, categories: Sequence[str]) -> Row:
    _one_of(row, "kind", ("example", "counterexample"), at, errors)
    _one_of(row, "category", categories, at, errors)
    _filled(row, ("prompt", "response", "why"), at, errors)
    return {name: row.get(name, "") for name in ("kind", "prompt", "response", "why", "category")}


def _category(row: Row, at: str, errors: Errors) -> Row:
    _key(row, at, errors)
    _filled(row, ("name",), at, errors)
    target = _whole(row.get("target", "").strip() or "0", f"{at}.target", errors, range(1_000_000_000))
    return {"key": row.get("key", "").strip(), "name": row.get("name", ""), "target": target}


def _criterion(row: Row, at: str, errors: Errors) -> Row:
    _key(row, at, errors)
    _filled(row, ("name", "question"), at, errors)
    _one_of(row, "judges", JUDGED, at, errors)
    _one_of(row, "scale", SCALES, at, errors)
    levels = [
        _level(level, f"{at}.levels.{number}", errors)
        for number, level in enumerate(row.get("levels", []))
        if _is_filled(level)
    ]
    if len(levels) < 2:
        errors[f"{at}.levels"] = "It needs at least two levels to choose from."
    values = [level["value"] for level in levels]
    if None not in values and values != sorted(set(values)):
        errors.setdefault(f"{at}.levels", "The values of its levels must rise from one to the next.")
    return {
        **{name: row.get(name, "") for name in ("name", "question", "judges", "scale")},
        "key": row.get("key", "").strip(),
        "weight": _weight(row.get("weight", "").strip(), f"{at}.weight", errors),
        "required": row.get("required") == "true",
        "levels": levels,
    }


def _level(level: Row, at: str, errors: Errors) -> Row:
    _filled(level, ("anchor",), at, errors)
    value = _whole(level.get("value", "").strip(), f"{at}.value", errors, LEVELS)
    return {"value": value, "anchor": level.get("anchor", "")}


def _weight(text: str, at: str, errors: Errors) -> float | int:
    if not re.fullmatch(r"[0-9]{1,6}([.][0-9]{1,6})?", text):
        errors[at] = "A number, zero or more."
        return 0
    return float(text) if "." in text else int(text)


def _whole(text: str, at: str, errors: Errors, allowed: range) -> int | None:
    value = int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None
    if value is None or value not in allowed:
        errors[at] = f"A whole number from {allowed[0]} to {allowed[-1]:,}."
        return None
    return value


def _key(row: Row, at: str, errors: Errors) -> None:
    key = row.get("key", "").strip()
    if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
        errors[f"{at}.key"] = f"A short name for programs, at most {LONGEST_KEY} characters, such as open_qa."


def _filled(row: Row, names: Iterable[str], at: str, errors: Errors) -> None:
    for name in names:
        if not row.get(name, "").strip():
            errors[f"{at}.{name}"] = "This is needed."


def _one_of(row: Row, name: str, choices: Sequence[str], at: str, errors: Errors) -> None:
    if row.get(name) not in choices:
        errors[f"{at}.{name}"] = "Choose one."


def _unique(keys: Iterable[tuple[str, str]], errors: Errors) -> None:
    seen: set[str] = set()
    for name, key in keys:
        if key.strip() and key.strip() in seen:
            errors[name] = "This key is used twice."
        seen.add(key.strip())


def _is_filled(row: Row) -> bool:
    """Whether somebody typed anything into a row."""
    levels = any(_is_filled(level) for level in row.get("levels", []))
    return levels or any(
        str(value).strip() for name, value in row.items() if name not in (*_CHOSEN, "levels")
    )


def _shown(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
