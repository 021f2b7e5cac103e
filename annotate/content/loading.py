"""The default guideline, read from the Markdown file beside this module.

In: a Markdown text with YAML front matter. Out: plain dicts and lists in the shape of a guideline version
(title, body, summary, examples, rubric, categories, bounds), checked whole. Called when a project is
created, and by the demo's content. Pure: no Django, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

DEFAULT_GUIDELINE = Path(__file__).with_name("default_guideline.md")

PARTS = ("title", "body", "summary", "examples", "rubric", "categories", "bounds")
EXAMPLE_FIELDS = ("kind", "prompt", "response", "why", "category")
CRITERION_FIELDS = ("key", "name", "question", "judges", "scale", "weight", "required", "levels")
EXAMPLE_KINDS = ("example", "counterexample")
JUDGED = ("prompt", "response", "conversation")
SCALES = ("nominal", "ordinal", "interval")
BOUNDED = ("response_words", "prompt_words")
FENCE = "---\n"
# What the columns hold that work is stamped with: a category's or criterion's key, a title, a score.
LONGEST_KEY, LONGEST_TITLE = 60, 200
LEVELS = range(-1000, 1001)


def default_guideline() -> dict[str, Any]:
    """Return a fresh copy of the guideline that every new project begins with.

    Returns: a dict with exactly the keys of `PARTS`.
    Raises: ValueError where the file is malformed, with a sentence that names the place.

    >>> [criterion["key"] for criterion in default_guideline()["rubric"]]
    ['accuracy', 'helpfulness', 'instruction_following', 'safety', 'clarity']
    """
    return parse_guideline(DEFAULT_GUIDELINE.read_text(encoding="utf-8"))


def parse_guideline(text: str) -> dict[str, Any]:
    """Read one guideline written as YAML front matter and a Markdown body.

    Parameters: `text`, which begins with a line `---`; the front matter ends at the next such line.
    Returns: a dict with exactly the keys of `PARTS`; the body as it stands after the front matter.
    Raises: ValueError with a sentence that says what is wrong and where.

    >>> parse_guideline("# No front matter")
    Traceback (most recent call last):
    ...
    ValueError: A guideline file begins with YAML front matter between two lines "---"; this one does not.
    """
    # A file saved on Windows is the same guideline.
    opening, _, rest = text.replace("\r\n", "\n").partition(FENCE)
    front, separator, body = rest.partition("\n" + FENCE)
    if opening or not separator:
        raise ValueError(
            'A guideline file begins with YAML front matter between two lines "---"; this one does not.'
        )
    try:
        matter = yaml.safe_load(front)
    except yaml.YAMLError as error:
        raise ValueError(f"The front matter of the guideline is not valid YAML: {error}") from error
    if not isinstance(matter, dict):
        raise ValueError("The front matter of the guideline must be a mapping of keys to values.")
    if "body" in matter:
        raise ValueError("The body of a guideline stands below the front matter, not in it.")
    guideline = {**matter, "body": body}
    check_guideline(guideline)
    return {part: guideline[part] for part in PARTS}


def check_guideline(guideline: Mapping[str, Any]) -> None:
    """Check the shape of a guideline version and that its parts refer to one another correctly.

    Raises: ValueError with a sentence that names the first thing found wrong.
    """
    _exact_keys(guideline, PARTS, "The guideline")
    for part in ("title", "body", "summary"):
        _words(guideline[part], f"The {part} of the guideline")
    _short(guideline["title"], LONGEST_TITLE, "The title of the guideline")
    for part in ("examples", "rubric", "categories"):
        if not isinstance(guideline[part], list) or not guideline[part]:
            raise ValueError(f"The {part} of the guideline must be a list with at least one entry.")
    keys = _check_categories(guideline["categories"])
    for place, example in enumerate(guideline["examples"], start=1):
        _check_example(example, keys, f"Example {place}")
    for place, criterion in enumerate(guideline["rubric"], start=1):
        _check_criterion(criterion, f"Criterion {place}")
    _unique((criterion["key"] for criterion in guideline["rubric"]), "The rubric")
    _check_bounds(guideline["bounds"], keys)


def _check_categories(categories: list[Any]) -> set[str]:
    for place, category in enumerate(categories, start=1):
        where = f"Category {place}"
        _exact_keys(category, ("key", "name", "target"), where)
        _words(category["key"], f"{where}: its key")
        _short(category["key"], LONGEST_KEY, f"{where}: its key")
        _words(category["name"], f"{where}: its name")
        if not _is_whole(category["target"]) or category["target"] < 0:
            raise ValueError(f"{where}: its target must be a whole number, zero or more.")
    _unique((category["key"] for category in categories), "The list of categories")
    return {category["key"] for category in categories}


def _check_example(example: Any, categories: set[str], where: str) -> None:
    _exact_keys(example, EXAMPLE_FIELDS, where)
    for field in ("prompt", "response", "why"):
        _words(example[field], f"{where}: its {field}")
    _one_of(example["kind"], EXAMPLE_KINDS, f"{where}: its kind")
    _one_of(example["category"], sorted(categories), f"{where}: its category")


def _check_criterion(criterion: Any, where: str) -> None:
    _exact_keys(criterion, CRITERION_FIELDS, where)
    for field in ("key", "name", "question"):
        _words(criterion[field], f"{where}: its {field}")
    _short(criterion["key"], LONGEST_KEY, f"{where}: its key")
    where = f"{where} ({criterion['key']})"
    _one_of(criterion["judges"], JUDGED, f"{where}: what it judges")
    _one_of(criterion["scale"], SCALES, f"{where}: its scale")
    if not isinstance(criterion["required"], bool):
        raise ValueError(f"{where}: required must be true or false.")
    weight = criterion["weight"]
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight < 0:
        raise ValueError(f"{where}: its weight must be a number, zero or more.")
    _check_levels(criterion["levels"], where)


def _check_levels(levels: Any, where: str) -> None:
    if not isinstance(levels, list) or len(levels) < 2:
        raise ValueError(f"{where}: it needs at least two levels to choose from.")
    for level in levels:
        _exact_keys(level, ("value", "anchor"), f"{where}: a level")
        if not _is_whole(level["value"]):
            raise ValueError(f"{where}: the value of a level must be a whole number.")
        if level["value"] not in LEVELS:
            raise ValueError(f"{where}: the values of its levels must lie from {LEVELS[0]} to {LEVELS[-1]}.")
        _words(level["anchor"], f"{where}: the anchor of level {level['value']}")
    values = [level["value"] for level in levels]
    if values != sorted(set(values)):
        raise ValueError(f"{where}: the values of its levels must rise from one to the next.")


def _check_bounds(bounds: Any, categories: set[str]) -> None:
    if not isinstance(bounds, Mapping):
        raise ValueError("The bounds must be a mapping.")
    overrides = bounds.get("categories", {})
    if not isinstance(overrides, Mapping):
        raise ValueError("The bounds by category must be a mapping of category keys to bounds.")
    for name, limits in bounds.items():
        if name != "categories":
            _check_limits(name, limits, "The bounds")
    for category, own in overrides.items():
        _one_of(category, sorted(categories), "The bounds by category: the key")
        if not isinstance(own, Mapping):
            raise ValueError(f"The bounds of {category} must be a mapping.")
        for name, limits in own.items():
            _check_limits(name, limits, f"The bounds of {category}")


def _check_limits(name: Any, limits: Any, where: str) -> None:
    _one_of(name, BOUNDED, f"{where}: the name")
    _exact_keys(limits, ("min", "max"), f"{where}: {name}")
    low, high = limits["min"], limits["max"]
    if not (_is_whole(low) and _is_whole(high) and 0 <= low <= high):
        raise ValueError(f"{where}: {name} needs two whole numbers, min not above max.")


def _exact_keys(value: Any, keys: Iterable[str], where: str) -> None:
    if not isinstance(value, Mapping):
        raise ValueError(f"{where} must be a mapping with the keys {', '.join(keys)}.")
    wanted = set(keys)
    if missing := sorted(wanted - set(value)):
        raise ValueError(f"{where} lacks {', '.join(missing)}.")
    if unknown := sorted(str(key) for key in set(value) - wanted):
        raise ValueError(f"{where} has keys that are not known: {', '.join(unknown)}.")


def _words(value: Any, what: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{what} must be text and not empty.")


def _short(words: str, most: int, what: str) -> None:
    if len(words) > most:
        raise ValueError(f"{what} has {len(words)} characters; it may have {most}.")


def _one_of(value: Any, allowed: Iterable[str], what: str) -> None:
    if value not in (choices := list(allowed)):
        raise ValueError(f"{what} is {value!r}; it must be one of {', '.join(choices)}.")


def _unique(keys: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{where} uses the key {key} twice.")
        seen.add(key)


def _is_whole(value: Any) -> bool:
    # YAML's true is an int to Python, and never a level or a limit.
    return isinstance(value, int) and not isinstance(value, bool)
