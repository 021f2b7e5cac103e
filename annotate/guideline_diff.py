"""PURE. How one version of a guideline became another: words in prose by section, fields in everything else.

Enters: the parts of two versions. Leaves: plain dicts that are JSON as they are, what stayed included, so that a reader
can fold it; `folded` cuts long unchanged stretches for a page. Called by the page and the call of a diff.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from annotate.differences import SAME, Part, differences
from annotate.guideline_sections import Section, sections_of

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
EXAMPLE_FIELDS = ("kind", "category", "prompt", "response", "why")
CRITERION_FIELDS = ("name", "question", "judges", "scale", "weight", "required")
CATEGORY_FIELDS = ("name", "target")
# A stretch that stayed is folded where it has more lines; so many stay in sight at either end of it.
FOLDED_FROM, IN_SIGHT = 7, 2

Entry = dict[str, Any]


def diff_guidelines(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The difference of two versions.

    Returns: `title`, a field; `sections`, `examples`, `rubric`, `categories` and `bounds`, lists of entries in the
    order of `new`, with what was removed where it stood; `changes`, how many entries of each are not the same.
    An entry has `label`, `change` (same, changed, added or removed) and `fields`; a field has `field`, `change` and
    `parts`, each with `kind` (same, removed, added) and `text`.
    """
    parts: dict[str, list[Entry]] = {
        "sections": _sections(sections_of(old["body"]), sections_of(new["body"])),
        "examples": _examples(old["examples"], new["examples"]),
        "rubric": _keyed(old["rubric"], new["rubric"], _criterion_fields),
        "categories": _keyed(old["categories"], new["categories"], _fields_named(CATEGORY_FIELDS)),
        "bounds": _bounds(old["bounds"], new["bounds"]),
    }
    title = _field("title", str(old["title"]), str(new["title"]))
    changes = {name: sum(entry["change"] != SAME for entry in entries) for name, entries in parts.items()}
    return {"title": title, **parts, "changes": {"title": int(title["change"] != SAME), **changes}}


def folded(parts: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """The parts of a field, each with `folded`: the middle of a long unchanged stretch is a part of its own.

    >>> text = "".join(f"{number}\\n" for number in range(9))
    >>> [(part["folded"], part["text"]) for part in folded([{"kind": "same", "text": text}])]
    [(False, '0\\n1\\n'), (True, '2\\n3\\n4\\n5\\n6\\n'), (False, '7\\n8\\n')]
    """
    shown: list[dict[str, Any]] = []
    for part in parts:
        lines = part["text"].splitlines(keepends=True)
        if part["kind"] != SAME or len(lines) <= FOLDED_FROM:
            shown.append({**part, "folded": False})
            continue
        middle = len(lines) - IN_SIGHT
        for begin, end, hidden in ((0, IN_SIGHT, False), (IN_SIGHT, middle, True), (middle, None, False)):
            shown.append({"kind": SAME, "text": "".join(lines[begin:end]), "folded": hidden})
    return shown


def _sections(old: Sequence[Section], new: Sequence[Section]) -> list[Entry]:
    """Sections of the same heading belong together; those renamed in place too."""
    return [
        _entry((after or before).heading, [("text", before and before.text, after and after.text)])  # type: ignore[union-attr]
        for before, after in _paired(old, new, lambda section: section.heading)
    ]


def _examples(old: Sequence[Mapping[str, str]], new: Sequence[Mapping[str, str]]) -> list[Entry]:
    entries = []
    for before, after in _paired(old, new, lambda example: example["prompt"]):
        values = _fields_named(EXAMPLE_FIELDS)
        entries.append(_entry_of(before, after, values, label=lambda example: example["prompt"]))
    return entries


def _keyed(
    old: Sequence[Mapping[str, Any]],
    new: Sequence[Mapping[str, Any]],
    values: Callable[[Mapping[str, Any]], dict[str, str]],
) -> list[Entry]:
    """Criteria and categories: the key says which is which, wherever it stands."""
    before = {one["key"]: one for one in old}
    after = {one["key"]: one for one in new}
    entries = [
        {**_entry_of(before.get(key), one, values, label=lambda one: one["name"]), "key": key}
        for key, one in after.items()
    ]
    for place, one in enumerate(old):
        if one["key"] not in after:
            gone = {**_entry_of(one, None, values, label=lambda one: one["name"]), "key": one["key"]}
            entries.insert(min(place, len(entries)), gone)
    return entries


def _bounds(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Entry]:
    """Every limit by its path, such as `categories.coding.response_words.max`."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return [
        _entry(path, [("value", before.get(path), after.get(path))])
        for path in [*after, *(path for path in before if path not in after)]
    ]


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    elif path:
        yield path, _words(value)


def _criterion_fields(criterion: Mapping[str, Any]) -> dict[str, str]:
    levels = {f"level {level['value']}": str(level["anchor"]) for level in criterion["levels"]}
    return _fields_named(CRITERION_FIELDS)(criterion) | levels


def _fields_named(names: Sequence[str]) -> Callable[[Mapping[str, Any]], dict[str, str]]:
    return lambda one: {name: _words(one[name]) for name in names}


def _entry_of(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    values: Callable[[Mapping[str, Any]], dict[str, str]],
    *,
    label: Callable[[Mapping[str, Any]], str],
) -> Entry:
    one = before if after is None else after
    assert one is not None
    was, is_now = values(before) if before else {}, values(after) if after else {}
    names = [*is_now, *(name for name in was if name not in is_now)]
    return _entry(label(one), [(name, was.get(name), is_now.get(name)) for name in names])


def _entry(label: str, fields: Sequence[tuple[str, str | None, str | None]]) -> Entry:
    compared = [_field(name, before, after) for name, before, after in fields]
    changes = {field["change"] for field in compared}
    change = changes.pop() if len(changes) == 1 else CHANGED
    return {"label": label, "change": change, "fields": compared}


def _field(name: str, before: str | None, after: str | None) -> Entry:
    """What one field was and is; None where it was not or is not there."""
    if before == after:
        change, parts = SAME, [Part(SAME, after or "")]
    elif before is None:
        change, parts = ADDED, [Part(ADDED, after or "")]
    elif after is None:
        change, parts = REMOVED, [Part(REMOVED, before)]
    else:
        change, parts = CHANGED, differences(before, after)
    return {
        "field": name,
        "change": change,
        "parts": [{"kind": part.kind, "text": part.text} for part in parts if part.text],
    }


def _paired(
    old: Sequence[Any], new: Sequence[Any], name: Callable[[Any], str]
) -> Iterator[tuple[Any | None, Any | None]]:
    """What belongs together in two lists: the same name in the same order; what was replaced in place, one by one."""
    matcher = SequenceMatcher(None, [name(one) for one in old], [name(one) for one in new], autojunk=False)
    for _kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        before, after = list(old[old_from:old_to]), list(new[new_from:new_to])
        if len(before) != len(after):
            yield from ((one, None) for one in before)
            yield from ((None, one) for one in after)
        else:
            yield from zip(before, after, strict=True)


def _words(value: Any) -> str:
    """A value as text; yes and no as the files write them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_words(one) for one in value)
    return str(value)
