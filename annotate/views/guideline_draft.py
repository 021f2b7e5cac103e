"""The draft of a guideline: begun, written section by section, its structured parts, discarded.

Every form saves by itself while somebody types (`static/js/guideline-draft.js`), and without JavaScript by its button.
Each carries the fingerprint of what its writer saw, so that two admins never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from annotate import guideline_exchange, guidelines
from annotate.access import guideline_draft
from annotate.guideline_files import LARGEST_FILE
from annotate.guideline_sections import fingerprint, sections_of
from annotate.models import GuidelineVersion
from workspace.access import Standing
from workspace.prose import render_document
from workspace.refusals import Conflict, Invalid, Stale
from workspace.views.door import project_page


@never_cache
@project_page("guideline.change")
def draft(request: HttpRequest) -> HttpResponse:
    """The text in sections, one of them open where the address names it; or the offer to begin."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    found = GuidelineVersion.objects.filter(project=standing.project, number__isnull=True).first()
    if found is None:
        return render(request, "annotate/guidelines/begin.html")
    opened = request.GET.get("section", "")
    return _page(request, found, opened=int(opened) if opened.isdecimal() and len(opened) < 7 else None)


@project_page("guideline.change", methods=("POST",))
def begin(request: HttpRequest) -> HttpResponse:
    """Begin the draft as a copy of the newest version, or from a file; a draft that is there is simply opened."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    try:
        if (file := request.FILES.get("file")) is not None:
            text = _text_of(file.read(4 * LARGEST_FILE + 1))
            guideline_exchange.import_file(standing.project, text, by=standing.user, now=timezone.now())
        else:
            guidelines.begin_draft(standing, now=timezone.now())
    except Invalid as refusal:
        return render(request, "annotate/guidelines/begin.html", {"errors": refusal.errors}, status=422)
    except Conflict as conflict:
        messages.info(request, conflict.detail)
    return redirect("guideline-draft", slug=standing.project.slug)


@project_page("guideline.change", methods=("POST",))
def discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away, after the question."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    guidelines.discard_draft(standing, now=timezone.now())
    messages.success(request, _("The draft is discarded. The published versions are as they were."))
    return redirect("guidelines", slug=standing.project.slug)


@project_page("guideline.change", methods=("POST",))
def title(request: HttpRequest) -> HttpResponse:
    """Save the title."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    typed = request.POST.get("text", "").replace("\0", "").strip()
    saved: dict[str, Any] = {"form": "title", "typed": typed, "seen": request.POST.get("seen", "")}
    try:
        seen = {"title": saved["seen"]}
        found = guidelines.change_draft(standing, now=timezone.now(), seen=seen, title=typed)
        saved |= {"at": timezone.now(), "seen": fingerprint(found.title)}
    except Stale as stale:
        saved |= {"theirs": stale.extra["current"], "theirs_seen": fingerprint(stale.extra["current"])}
    except Invalid as refusal:
        saved |= {"errors": {"text": refusal.errors["guideline"][0]}}
    return _answer(request, saved, title_typed=saved)


@project_page("guideline.change", methods=("GET", "HEAD", "POST"))
def section(request: HttpRequest, place: int) -> HttpResponse:
    """One section: opened for editing, and saved."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.method != "POST":
        found = guideline_draft(standing)
        if not getattr(request, "htmx", False) or place >= len(sections_of(found.body)):
            return redirect(f"/p/{standing.project.slug}/guidelines/draft/?section={place}#section-{place}")
        return render(request, "annotate/guidelines/_section.html", _section(found, place, opened=place))
    typed = request.POST.get("text", "").replace("\0", "").replace("\r\n", "\n")
    seen = request.POST.get("seen", "")
    saved: dict[str, Any] = {"form": f"section-{place}", "typed": typed, "seen": seen, "text": typed}
    try:
        guidelines.save_section(standing, place, seen=seen, text=typed, now=timezone.now())
        saved |= {"at": timezone.now(), "seen": fingerprint(typed), "document": render_document(typed)}
    except Stale as stale:
        sections = sections_of(stale.extra["current"])
        now_there = sections[place].text if place < len(sections) else ""
        saved |= {"theirs": now_there, "theirs_seen": fingerprint(now_there)}
    except Invalid as refusal:
        saved |= {"errors": {"text": refusal.errors["guideline"][0]}}
    return _answer(request, saved, opened=place)


@project_page("guideline.change", methods=("POST",))
def add_section(request: HttpRequest) -> HttpResponse:
    """Add a section at the end, and open it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    found = guideline_draft(standing)
    heading = " ".join(request.POST.get("heading", "").replace("\0", "").split()) or _("New section")
    joint = "\n" if found.body.endswith("\n") else "\n\n"
    body = f"{found.body}{joint}## {heading}\n\n"
    seen = {"body": fingerprint(found.body)}
    guidelines.change_draft(standing, now=timezone.now(), seen=seen, body=body)
    place = len(sections_of(body)) - 1
    return redirect(f"/p/{standing.project.slug}/guidelines/draft/?section={place}#section-{place}")


def _answer(request: HttpRequest, saved: dict[str, Any], **more: Any) -> HttpResponse:
    """What a save has to say: its region alone for a script; else the page again, or on where all is well."""
    status = 409 if "theirs" in saved else 422 if "errors" in saved else 200
    if getattr(request, "htmx", False):
        return render(request, "annotate/guidelines/_saved.html", {"saved": saved}, status=status)
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if status == 200:
        messages.success(request, _("Saved."))
        return redirect(f"/p/{standing.project.slug}/guidelines/draft/#{saved['form']}")
    return _page(request, guideline_draft(standing), saved=saved, status=status, **more)


def _page(
    request: HttpRequest,
    found: GuidelineVersion,
    *,
    opened: int | None = None,
    saved: Mapping[str, Any] | None = None,
    title_typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    sections = [
        _section(found, place, opened=opened, saved=saved) for place in range(len(sections_of(found.body)))
    ]
    context = {
        "draft": found,
        "tab": "text",
        "sections": sections,
        "title_text": title_typed["typed"] if title_typed else found.title,
        "title_saved": title_typed or {"form": "title", "seen": fingerprint(found.title)},
    }
    return render(request, "annotate/guidelines/draft.html", context, status=status)


def _section(
    found: GuidelineVersion, place: int, *, opened: int | None, saved: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    one = sections_of(found.body)[place]
    mine = saved if saved is not None and opened == place else None
    return {
        "place": place,
        "heading": one.heading,
        "text": mine["typed"] if mine else one.text,
        "document": render_document(one.text),
        "open": opened == place,
        "saved": mine
        or {"form": f"section-{place}", "seen": one.fingerprint, "document": render_document(one.text)},
    }


def _text_of(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        words = f"It is not UTF-8 text (byte {error.start})."
        raise Invalid("This file cannot be taken.", errors={"file": [words]}) from error
