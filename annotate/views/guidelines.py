"""The guideline as people read it: a version with its rubric, examples and bounds, and the acknowledgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from annotate import guideline_exchange, guidelines, queries, queries_guidelines
from annotate.access import guideline_version
from annotate.models import GuidelineVersion
from annotate.views.guideline_changes import shown as changed_groups
from workspace.access import Standing
from workspace.prose import render_document
from workspace.views.door import project_page
from workspace.views.frame import next_of


@dataclass(frozen=True)
class CategoryRow:
    """A category as the page shows it: its bounds are its own, or those of the whole guideline."""

    key: str
    name: str
    target: int
    prompt_words: Mapping[str, int]
    response_words: Mapping[str, int]


@project_page("guideline.view")
def newest(request: HttpRequest) -> HttpResponse:
    """The newest version, under an address that does not change."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    return _shown(request, standing, guidelines.newest(standing.project))


@project_page("guideline.view")
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Version `number`."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    return _shown(request, standing, guideline_version(standing, number))


@project_page("guideline.acknowledge", methods=("POST",))
def acknowledge(request: HttpRequest, number: int) -> HttpResponse:
    """Note that the reader has read version `number`, and go on to where they were going."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    guidelines.acknowledge(standing, number, now=timezone.now())
    return redirect(next_of(request, f"/p/{standing.project.slug}/"))


@project_page("guideline.view")
def file(request: HttpRequest, number: int) -> HttpResponse:
    """Version `number` as one file of YAML and Markdown."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    text = guideline_exchange.exported(guideline_version(standing, number))
    name = f"{standing.project.slug}-guideline-{number}.md"
    return HttpResponse(
        text.encode(),
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _shown(request: HttpRequest, standing: Standing, shown: GuidelineVersion) -> HttpResponse:
    versions = list(
        queries.guideline_versions(standing.project).defer("body", "examples", "rubric", "categories")
    )
    read = queries.numbers_read_by(standing.member)
    since = None
    if standing.member is not None and shown.number not in read and read:
        since = queries_guidelines.changes_since_read(standing.member, shown)
    leads = bool(standing.may("guideline.change"))
    context = {
        "version": shown,
        "since": since[0] if since else None,
        "groups": changed_groups(since[1]) if since else (),
        "leads": leads,
        "figures": queries_guidelines.figures(shown) if leads else None,
        "job": queries_guidelines.reviewing_again(shown) if leads and shown.material else None,
        "document": render_document(shown.body),
        "categories": categories_of(shown),
        "examples": [{**example, "name": name_of(shown, example)} for example in shown.examples],
        "versions": versions,
        "newest": versions[0].number,
        "read": read,
        "may_acknowledge": standing.member is not None and shown.number not in read,
        "next": next_of(request, ""),
    }
    return render(request, "annotate/guidelines/version.html", context)


def categories_of(shown: GuidelineVersion) -> list[CategoryRow]:
    """The version's categories with the bounds that hold in each."""
    bounds: Mapping[str, Any] = shown.bounds
    own: Mapping[str, Any] = bounds.get("categories", {})
    return [
        CategoryRow(
            key=category["key"],
            name=category["name"],
            target=category["target"],
            prompt_words=_bound(bounds, own, category["key"], "prompt_words"),
            response_words=_bound(bounds, own, category["key"], "response_words"),
        )
        for category in shown.categories
    ]


def _bound(bounds: Mapping[str, Any], own: Mapping[str, Any], key: str, what: str) -> Mapping[str, int]:
    found: Mapping[str, int] = own.get(key, {}).get(what) or bounds.get(what) or {}
    return found


def name_of(shown: GuidelineVersion, example: Mapping[str, str]) -> str:
    """The name of an example's category."""
    return shown.category_names.get(example["category"], example["category"])
