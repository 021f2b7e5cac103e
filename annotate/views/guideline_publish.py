"""Publishing a draft: what changed, a summary in words, whether it is material, and what that would do, beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from annotate import guidelines, queries_guidelines
from annotate.access import guideline_draft
from annotate.guideline_diff import diff_guidelines
from annotate.guideline_sections import fingerprint
from annotate.views.guideline_changes import shown
from workspace.access import Standing
from workspace.refusals import Invalid, Stale
from workspace.views.door import project_page

LONGEST_SUMMARY = 5000


@never_cache
@project_page("guideline.change", methods=("GET", "HEAD", "POST"))
def publish(request: HttpRequest) -> HttpResponse:
    """The page of a publication; a POST publishes, or with `preview` counts only."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.method != "POST":
        draft = guideline_draft(standing)
        return _page(request, {"summary": draft.summary, "material": "", "categories": []}, {})
    typed: dict[str, Any] = {
        "summary": request.POST.get("summary", "").replace("\0", ""),
        "material": request.POST.get("material", ""),
        "categories": [key.replace("\0", "") for key in request.POST.getlist("categories")],
    }
    if "preview" in request.POST:
        return _page(request, typed, {})
    try:
        if typed["material"] not in ("yes", "no"):
            raise Invalid(
                "Choose.", errors={"material": [_("Choose one: whether earlier work is looked at again.")]}
            )
        if len(typed["summary"]) > LONGEST_SUMMARY:
            raise Invalid("Too long.", errors={"summary": [_("At most 5,000 characters.")]})
        material = typed["material"] == "yes"
        version = guidelines.publish(
            standing,
            summary=typed["summary"],
            material=material,
            categories=typed["categories"] if material else [],
            seen=request.POST.get("seen", ""),
            now=timezone.now(),
        )
    except Stale as stale:
        return _page(request, typed, {"draft": [stale.detail]}, status=409)
    except Invalid as refusal:
        return _page(request, typed, refusal.errors, status=422)
    words = _("Version %(number)s is published. Everybody reads it before their next task or review.")
    messages.success(request, words % {"number": version.number})
    return redirect("guideline-version", slug=standing.project.slug, number=version.number)


def _page(
    request: HttpRequest, typed: Mapping[str, Any], errors: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    draft, newest = guideline_draft(standing), guidelines.newest(standing.project)
    approved = queries_guidelines.approved_by_category(standing.project)
    names = {key: key for key in approved if key} | newest.category_names | draft.category_names
    context = {
        "draft": draft,
        "newest": newest,
        "number": (newest.number or 0) + 1,
        "seen": fingerprint(guidelines.parts_of(draft)),
        "groups": shown(diff_guidelines(guidelines.parts_of(newest), guidelines.parts_of(draft))),
        "typed": typed,
        "errors": errors,
        "categories": [
            {"key": key, "name": name, "approved": approved.get(key, 0)} for key, name in names.items()
        ],
        "approved": sum(approved.values()),
        "concerned": queries_guidelines.to_be_reviewed_again(approved, typed["categories"]),
    }
    template = (
        "_preview.html" if getattr(request, "htmx", False) and "preview" in request.POST else "publish.html"
    )
    return render(request, f"annotate/guidelines/{template}", context, status=status)
