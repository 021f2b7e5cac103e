"""The structured parts of a draft: examples, rubric, categories and bounds, each a plain form with rows.

Adding or removing a row shows the form again with what was typed; saving tells what is wrong beside each field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from annotate import guideline_forms, guidelines
from annotate.access import guideline_draft
from annotate.guideline_forms import FORMS
from annotate.guideline_sections import fingerprint
from annotate.models import GuidelineVersion
from annotate.views.guideline_fields import bound_rows, form_rows
from workspace.access import Standing
from workspace.refusals import Invalid, Missing, Stale
from workspace.views.door import project_page


@never_cache
@project_page("guideline.change", methods=("GET", "HEAD", "POST"))
def part(request: HttpRequest, name: str) -> HttpResponse:
    """One structured part: shown, changed by a row, saved."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if name not in FORMS:
        raise Missing(f"A guideline has no part “{name}”.")
    draft = guideline_draft(standing)
    kept = getattr(draft, name)
    if request.method != "POST":
        bounds = name == "bounds"
        rows: Any = guideline_forms.shown_bounds(kept) if bounds else guideline_forms.shown_rows(name, kept)
        return _shown(request, draft, name, rows, {"form": name, "seen": fingerprint(kept)})
    sent = {key: str(value).replace("\0", "") for key, value in request.POST.items()}
    typed: Any = sent if name == "bounds" else guideline_forms.typed_rows(sent, name)
    add, remove = sent.get("add", ""), sent.get("remove", "")
    if (add or remove) and name != "bounds":
        changed = guideline_forms.changed_rows(name, typed, add=add, remove=remove)
        return _shown(request, draft, name, changed, {"form": name, "seen": _seen(draft, name, typed, sent)})
    return _save(request, draft, name, typed, sent)


def _save(
    request: HttpRequest, draft: GuidelineVersion, name: str, typed: Any, sent: Mapping[str, str]
) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    value, errors = _read(draft, name, typed)
    saved: dict[str, Any] = {"form": name, "seen": sent.get("seen", "")}
    try:
        if errors:
            raise Invalid("Something needs to be corrected.", errors={"guideline": [""]})
        seen = {name: saved["seen"]}
        draft = guidelines.change_draft(standing, now=timezone.now(), seen=seen, **{name: value})
        saved |= {"at": timezone.now(), "seen": fingerprint(getattr(draft, name))}
    except Stale as stale:
        saved |= {"theirs_part": True, "theirs_seen": stale.extra["fingerprint"]}
    except Invalid as refusal:
        # A refusal that no field is to blame for: another part does not fit this one.
        whole = refusal.errors["guideline"][0]
        saved |= {"errors": errors or {name: whole}}
    status = 409 if "theirs_part" in saved else 422 if "errors" in saved else 200
    if getattr(request, "htmx", False) and "save" not in sent:
        return render(request, "annotate/guidelines/_saved.html", {"saved": saved}, status=status)
    if status == 200:
        messages.success(request, _("Saved."))
        return redirect("guideline-draft-part", slug=standing.project.slug, name=name)
    return _shown(request, draft, name, typed, saved, status=status)


def _read(draft: GuidelineVersion, name: str, typed: Any) -> tuple[Any, dict[str, str]]:
    if name == "bounds":
        return guideline_forms.read_bounds(typed, draft.category_names)
    return guideline_forms.read_rows(name, typed, draft.category_names)


def _seen(draft: GuidelineVersion, name: str, typed: Any, sent: Mapping[str, str]) -> str:
    """What the person saw; what they have typed and what is kept being the same, that is the newest they saw."""
    value, _errors = _read(draft, name, typed)
    kept = getattr(draft, name)
    return fingerprint(kept) if value == kept else sent.get("seen", "")


def _shown(
    request: HttpRequest,
    draft: GuidelineVersion,
    name: str,
    typed: Any,
    saved: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    categories: Sequence[tuple[str, str]] = list(draft.category_names.items())
    errors: Mapping[str, str] = saved.get("errors", {})
    rows = (
        bound_rows(typed, errors, categories)
        if name == "bounds"
        else form_rows(name, typed, errors, categories)
    )
    context = {"draft": draft, "tab": name, "part": name, "rows": rows, "saved": saved, "errors": errors}
    region = getattr(request, "htmx", False)
    template = "_part.html" if region else "part.html"
    return render(request, f"annotate/guidelines/{template}", context, status=status)
