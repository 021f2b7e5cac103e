"""My work: what a writer wrote, what came back, what was kept; and one demonstration with its history."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from annotate import queries, queries_desk, returning
from annotate.access import demonstration_for
from annotate.judged import judgements
from annotate.models import Demonstration
from annotate.states import DEMONSTRATION_STATES
from annotate.views.history import rounds_of
from workspace.access import Standing
from workspace.appearance import look
from workspace.paging import page_of, position
from workspace.refusals import NotAllowed
from workspace.views.door import project_page

# Beyond the states of demonstrations: drafts whose place was given back or ran out, their text kept.
KEPT = "kept"
# In the order in which they concern a writer.
SHOWN = (
    "changes_requested",
    "draft",
    "submitted",
    "disputed",
    "needs_review",
    "approved",
    "rejected",
    "withdrawn",
)
assert set(SHOWN) == set(DEMONSTRATION_STATES)
MOST_KEPT = 10


@project_page("work.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list: what is in hand and what was kept first, then everything, or one state of it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    member = standing.require_member()
    state = request.GET.get("state", "")
    state = state if state in (*SHOWN, KEPT) else ""
    beginning = not state and not position(request)
    kept = queries.taken_back(member)
    counts = queries_desk.work_counts(member)
    page = None if state == KEPT else page_of(request, queries.my_work(member, state=state))
    for row in page.rows if page else []:
        row.category_name = row.guideline_version.category_names.get(row.category, row.category)
    context = {
        "screen": "lists",
        "state": state,
        "tabs": _tabs(counts, state),
        "hands": queries_desk.in_hand(member) if beginning else [],
        "kept": kept[:MOST_KEPT] if beginning else [],
        "kept_page": page_of(request, kept) if state == KEPT else None,
        "page": page,
        "counts": counts,
    }
    return render(request, "annotate/work/index.html", context)


@project_page("work.view")
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One demonstration of one's own, with everything that was said of it."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    demonstration = _own(standing, key)
    revisions = queries_desk.revisions_of(demonstration)
    verdicts = queries_desk.verdicts_on(demonstration, standing) if revisions else []
    assignment = queries_desk.assignment_of(demonstration)
    draft = queries_desk.draft_of(assignment)
    context = {
        "demonstration": demonstration,
        "assignment": assignment,
        "task": demonstration.task,
        "rounds": rounds_of(revisions, verdicts),
        "draft": draft,
        "begun": demonstration.state == "submitted" and judgements().begun(demonstration),
        "category": demonstration.guideline_version.category_names.get(
            demonstration.category, demonstration.category
        ),
    }
    return render(request, "annotate/work/one.html", context)


@project_page("assignment.work", methods=("POST",))
def recall(request: HttpRequest, key: str) -> HttpResponse:
    """Take a submission back to the desk."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    demonstration = returning.recall(standing, _own(standing, key), now=timezone.now())
    messages.success(request, _("Taken back. Submit it again when it is ready."))
    return redirect("desk", slug=standing.project.slug, key=demonstration.assignment_id)


@project_page("demonstration.withdraw", methods=("POST",))
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a demonstration of one's own out for good."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    returning.withdraw(standing, _own(standing, key), now=timezone.now())
    messages.success(request, _("Withdrawn. Its place in the task is open for another writer."))
    return redirect("my-demonstration", slug=standing.project.slug, key=key)


def _own(standing: Standing, key: str) -> Demonstration:
    demonstration = demonstration_for(standing, key)
    if standing.member is None or demonstration.author_id != standing.member.pk:
        raise NotAllowed("This was written by another member; you find it under Demonstrations.")
    return demonstration


def _tabs(counts: dict[str, int], state: str) -> list[dict[str, object]]:
    """Links to every state that there is something in, each with its count."""
    tabs: list[dict[str, object]] = [{"name": _("Everything"), "url": "?", "current": not state}]
    for name in SHOWN:
        if counts[name] or name == state:
            word = look("demonstration", name).word
            count = queries_desk.shown_count(counts[name])
            tabs.append({"name": word, "url": f"?state={name}", "current": state == name, "count": count})
    if counts[KEPT] or state == KEPT:
        count = queries_desk.shown_count(counts[KEPT])
        tabs.append(
            {"name": _("Kept text"), "url": f"?state={KEPT}", "current": state == KEPT, "count": count}
        )
    return tabs
