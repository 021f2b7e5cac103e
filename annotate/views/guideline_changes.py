"""A difference of two guideline versions as a template shows it: runs of what stayed are folded into one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from annotate import queries
from annotate.access import guideline_version
from annotate.guideline_diff import diff_guidelines, folded
from annotate.guidelines import parts_of
from workspace.access import Standing
from workspace.views.door import project_page


@dataclass(frozen=True)
class Run:
    """Neighbouring entries that stayed, or one that changed."""

    same: bool
    entries: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Group:
    """One kind of part: its name, how many entries changed, and all of them in runs."""

    key: str
    title: str
    changed: int
    runs: Sequence[Run]


@project_page("guideline.view")
def compare(request: HttpRequest, number: int, other: int) -> HttpResponse:
    """What changed from version `number` to version `other`."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    old, new = guideline_version(standing, number), guideline_version(standing, other)
    context = {
        "old": old,
        "new": new,
        "groups": shown(diff_guidelines(parts_of(old), parts_of(new))),
        "numbers": list(queries.guideline_versions(standing.project).values_list("number", flat=True)),
    }
    return render(request, "annotate/guidelines/diff.html", context)


def shown(difference: Mapping[str, Any]) -> list[Group]:
    """The groups of a difference that have anything to show."""
    titles = {
        "title": _("Title"),
        "sections": _("Text"),
        "rubric": _("Rubric"),
        "examples": _("Examples"),
        "categories": _("Categories"),
        "bounds": _("Bounds"),
    }
    title = difference["title"]
    entries = {**difference, "title": [{"label": "", "change": title["change"], "fields": [title]}]}
    groups = [
        Group(key, name, difference["changes"][key], _runs(entries[key])) for key, name in titles.items()
    ]
    return [group for group in groups if group.changed or group.key == "sections"]


def _runs(entries: Sequence[Mapping[str, Any]]) -> list[Run]:
    runs = []
    for same, run in groupby(entries, key=lambda entry: entry["change"] == "same"):
        found = [_entry(entry) for entry in run]
        runs += [Run(True, found)] if same else [Run(False, [entry]) for entry in found]
    return runs


def _entry(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with what changed in it first seen, and long stretches that stayed in folds."""
    fields = [
        {**one, "name": field_words(one["field"]), "parts": folded(one["parts"])} for one in entry["fields"]
    ]
    changed = [one for one in fields if one["change"] != "same"] if entry["change"] == "changed" else fields
    label = " ".join(entry["label"].split())[:90]
    return {**entry, "label": label, "fields": changed, "unchanged": len(fields) - len(changed)}


def field_words(name: str) -> str:
    """The name of a field as people read it; levels carry their value."""
    words = {
        "text": "",
        "title": "",
        "value": "",
        "kind": _("Verdict"),
        "category": _("Category"),
        "prompt": _("Prompt"),
        "response": _("Response"),
        "why": _("Why"),
        "name": _("Name"),
        "question": _("Question"),
        "judges": _("It judges"),
        "scale": _("Scale"),
        "weight": _("Weight"),
        "required": _("It must be scored"),
        "target": _("Target"),
    }
    if name.startswith("level "):
        return _("Level %(number)s") % {"number": name.removeprefix("level ")}
    return words.get(name, name)
