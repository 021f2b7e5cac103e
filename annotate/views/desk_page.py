"""What the writer's desk shows, gathered for its templates. Called by the views of the desk; no rule lives here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from annotate import queries_desk
from annotate.checks import Finding, blocking
from annotate.checks.length import bounds_for, count_words
from annotate.conversation import Message, given_messages
from annotate.differences import differences, edit_distance
from annotate.forms import SkipForm, Typed
from annotate.models import Assignment, Draft, GuidelineVersion
from annotate.submitting import findings_for
from annotate.views.history import rounds_of
from workspace.access import Standing
from workspace.prose import render_document
from workspace.refusals import Refusal

# From so many characters on, what the task gives has a pane of its own beside the editor.
LONG = 8_000


@dataclass(frozen=True)
class Turn:
    """One message in the editor. `index` counts in the whole conversation, `place` among what the writer writes."""

    index: int
    place: int
    role: str
    content: str
    label: str
    words: int


@dataclass(frozen=True)
class Choice:
    """A category that may be chosen, with the bounds that hold in it."""

    key: str
    name: str
    prompt: Mapping[str, int]
    response: Mapping[str, int]


def show(
    request: HttpRequest,
    assignment: Assignment,
    *,
    typed: Typed | None = None,
    other: Mapping[str, Any] | None = None,
    refusal: Refusal | None = None,
    skip_form: SkipForm | None = None,
    preview: bool = False,
    status: int = 200,
) -> HttpResponse:
    """The desk with `assignment` on it.

    Parameters: `typed`, what stood in the editor, where it is not what was saved; `other`, the text that was saved
    elsewhere meanwhile; `refusal`, why an act did not happen; `preview`, whether the rendered text is open.
    """
    standing: Standing = request.standing  # type: ignore[attr-defined]
    draft = queries_desk.draft_of(assignment)
    given = given_of(assignment)
    written = typed.messages if typed else written_in(assignment, draft)
    category = (typed.category if typed else None) or (draft.category if draft else assignment.task.category)
    version = assignment.guideline_version
    context = {
        "screen": "write",
        "assignment": assignment,
        "task": assignment.task,
        "source": queries_desk.source_of(assignment),
        "version": version,
        "draft": draft,
        "unsaved": typed is not None and (draft is None or draft.messages != [*given, *written]),
        "over": other["version"] if other else typed.version if typed else (draft.version if draft else 0),
        "given": given,
        "long": _given_characters(assignment, given) > LONG,
        "turns": turns_of(assignment, written),
        "blank_turns": {role: Turn(0, 0, role, "", "", 0) for role in ("user", "assistant")},
        "category": category,
        "category_name": version.category_names.get(category, category),
        "choices": choices_of(assignment),
        "other": _written_of_other(assignment, other),
        "refusal": refusal,
        "skip_form": skip_form or SkipForm(),
        "preview": [*given, *written] if preview else None,
        "hands": queries_desk.in_hand(assignment.member),
        "day": queries_desk.today(
            assignment.member, since=timezone.localtime().replace(hour=0, minute=0, second=0)
        ),
        "now": timezone.now(),
        **checks_context(assignment, written, category),
        **changes_context(assignment, written),
        **_guideline_context(version, category),
        **_history_context(standing, assignment),
    }
    return render(request, "annotate/desk/desk.html", context, status=status)


def given_of(assignment: Assignment) -> list[Message]:
    """What the task itself says."""
    task = assignment.task
    return given_messages(task.kind, prompt=task.prompt, messages=task.messages)


def _given_characters(assignment: Assignment, given: Sequence[Message]) -> int:
    task = assignment.task
    return len(task.brief) + len(task.context) + sum(len(message["content"]) for message in given)


def written_in(assignment: Assignment, draft: Draft | None) -> list[Message]:
    """What the writer has written so far; for a new task, the empty messages that it asks for."""
    task, given = assignment.task, given_of(assignment)
    written = list(draft.messages[len(given) :]) if draft else []
    if written:
        return written
    response = {"role": "assistant", "content": task.draft_response if task.kind == "edit" else ""}
    asks = task.kind == "compose" or (task.kind == "converse" and given and given[-1]["role"] == "assistant")
    return [{"role": "user", "content": ""}, response] if asks else [response]


def turns_of(assignment: Assignment, written: Sequence[Message]) -> list[Turn]:
    """The editors, each named for what it holds."""
    begin = len(given_of(assignment))
    return [
        Turn(
            index=begin + place,
            place=place,
            role=message["role"],
            content=message["content"],
            label=_label(
                message["role"], begin + place + 1, first=place == 0, last=place == len(written) - 1
            ),
            words=count_words(message["content"]),
        )
        for place, message in enumerate(written)
    ]


def _label(role: str, number: int, *, first: bool, last: bool) -> str:
    if role == "assistant" and last:
        return _("Response")
    if role == "user" and first and number == 1:
        return _("Prompt")
    names = {"user": _("Turn %d, user"), "assistant": _("Turn %d, assistant")}
    return names.get(role, _("Turn %d, system")) % number


def choices_of(assignment: Assignment) -> list[Choice]:
    """The categories of the guideline, and the task's own where it is another."""
    version = assignment.guideline_version
    names = version.category_names
    own = assignment.task.category
    keys = list(names) if own in names else [own, *names]
    found = []
    for key in keys:
        bounds = bounds_for(version.bounds, key)
        name = names.get(key, key) or _("No category")
        found.append(Choice(key, name, bounds["prompt_words"], bounds["response_words"]))
    return found


def checks_context(assignment: Assignment, written: Sequence[Message], category: str) -> dict[str, Any]:
    """What the checks find, and the sentence that says what keeps the text from being submitted."""
    blank = not any(message["content"].strip() for message in written)
    findings = findings_for(assignment, [*given_of(assignment), *written], category)
    return {"findings": findings, "blank": blank, "blocked": blocked_words(findings, blank=blank)}


def blocked_words(findings: Sequence[Finding], *, blank: bool) -> str:
    """Why the text cannot be submitted yet, in a sentence; empty where it can."""
    errors = blocking(findings)
    if not errors:
        return ""
    if blank:
        return _("Nothing is written yet.")
    if len(errors) == 1:
        return errors[0].words
    return ngettext("%d thing to mend, see Checks.", "%d things to mend, see Checks.", len(errors)) % len(
        errors
    )


def changes_context(assignment: Assignment, written: Sequence[Message]) -> dict[str, Any]:
    """For a draft that was given to be edited: how the response differs from it, word by word."""
    if assignment.task.kind != "edit" or not written:
        return {"changes": None}
    changes = differences(assignment.task.draft_response, written[-1]["content"])
    return {"changes": changes, "distance": edit_distance(changes)}


def _guideline_context(version: GuidelineVersion, category: str) -> dict[str, Any]:
    document = render_document(version.body, top=4)
    name = version.category_names.get(category, "").casefold()
    heading = next((one for one in document.headings if name and one.text.casefold() == name), None)
    return {
        "document": document,
        "opens_at": heading.anchor if heading else "",
        "examples": [example for example in version.examples if example["category"] == category],
    }


def _history_context(standing: Standing, assignment: Assignment) -> dict[str, Any]:
    demonstration = queries_desk.demonstration_of(assignment)
    if demonstration is None or not demonstration.revision:
        return {"demonstration": demonstration, "rounds": []}
    revisions = queries_desk.revisions_of(demonstration)
    rounds = rounds_of(revisions, queries_desk.verdicts_on(demonstration, standing))
    return {"demonstration": demonstration, "rounds": rounds}


def _written_of_other(assignment: Assignment, other: Mapping[str, Any] | None) -> list[Turn] | None:
    if other is None:
        return None
    return turns_of(assignment, other["messages"][len(given_of(assignment)) :])
