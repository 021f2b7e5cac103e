"""`/p/SLUG/releases/…`: the list, the form of a new one, a release with card and files, downloads, retraction."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from review import downloading, publishing, queries_releases, release_storage
from review.forms_releases import NewReleaseForm
from review.models import Release
from workspace.access import Standing
from workspace.paging import page_of
from workspace.refusals import Conflict, Invalid
from workspace.views.door import project_page

# A card is small; what grew beyond this is read as a file.
LARGEST_CARD = 300_000


@project_page("release.list")
def index(request: HttpRequest) -> HttpResponse:
    """Every release, newest first; alone for htmx, when a build has ended."""
    return _index(request)


@project_page("release.build", methods=("POST",))
def build(request: HttpRequest) -> HttpResponse:
    """Begin a release; the list then shows how far it is."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = NewReleaseForm(request.POST, choices=queries_releases.release_choices(standing))
    if form.is_valid():
        try:
            release = publishing.start_release(standing, now=timezone.now(), **form.asked)
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            said = _("Release %(number)d is being built. You may leave this page.")
            messages.success(request, said % {"number": release.number})
            return redirect("release", slug=standing.project.slug, number=release.number)
    return _index(request, form=form, status=422)


@project_page("release.view")
def one(request: HttpRequest, number: int) -> HttpResponse:
    """The card, the files with their checksums, and how to load them."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    if request.htmx:  # type: ignore[attr-defined]
        # The build has ended: the whole page is another one now.
        return HttpResponse(headers={"HX-Refresh": "true"})
    release = queries_releases.release_of(standing, number)
    if release.job is not None:
        release.job.project = standing.project
    files = list(release.files.all())
    context = {
        "release": release,
        "files": files,
        "data": [file for file in files if file.rows is not None],
        "extension": "csv" if release.format == "csv" else "jsonl",
        "card": _card(release) if release.state in ("ready", "retracted") else "",
        "address": request.build_absolute_uri(request.path),
    }
    return render(request, "review/releases/one.html", context)


@project_page("release.build", methods=("POST",))
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """Start a failed build once more."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    publishing.start_again(standing, queries_releases.release_of(standing, number), now=timezone.now())
    return redirect("release", slug=standing.project.slug, number=number)


@project_page("release.retract", methods=("POST",))
def retract(request: HttpRequest, number: int) -> HttpResponse:
    """Take a release back."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    release = queries_releases.release_of(standing, number)
    publishing.retract(standing, release, reason=request.POST.get("reason", "")[:2000], now=timezone.now())
    messages.success(request, _("Release %(number)d was retracted.") % {"number": number})
    return redirect("release", slug=standing.project.slug, number=number)


@project_page("release.download")
def download(request: HttpRequest, number: int, path: str) -> HttpResponseBase:
    """One file, streamed as through the API."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    release = queries_releases.release_alone(standing, number)
    return downloading.answer(request, publishing.file_of(standing, release, path))


def _index(request: HttpRequest, *, form: NewReleaseForm | None = None, status: int = 200) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    page = page_of(request, queries_releases.releases_of(standing).select_related("job"))
    for release in page.rows:
        release.project = standing.project
        if release.job is not None:
            release.job.project = standing.project
    context: dict[str, Any] = {"page": page}
    if getattr(request, "htmx", False) and form is None:
        return render(request, "review/releases/_list.html", context)
    if form is None:
        form = NewReleaseForm(choices=queries_releases.release_choices(standing))
    return render(request, "review/releases/index.html", {**context, "form": form}, status=status)


def _card(release: Release) -> str:
    """The card's text without its front matter; empty where the storage has lost it."""
    file = next((file for file in release.files.all() if file.path == "README.md"), None)
    if file is None:
        return ""
    file.release = release
    try:
        with release_storage.opened(file) as source:
            text = source.read(LARGEST_CARD).decode(errors="replace")
    except FileNotFoundError:
        return ""
    return text.split("\n---\n", 1)[-1] if text.startswith("---\n") else text
