"""The demo project's content: its tasks, and what its people have written and judged so far.

In: two YAML files beside this module. Out: plain lists of dicts, every default filled in and all of it
checked against the default guideline, so that the demo can replay it through the ordinary acts. Called by the
demo command. Pure: no Django, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from annotate.content.loading import default_guideline
from review.reasons import REASONS

FOLDER = Path(__file__).parent

WRITERS = ("writer", "writer2")
REVIEWERS = ("reviewer", "reviewer2")
LANGUAGES = ("en", "de", "ar")
DECISIONS = ("approve", "request_changes", "reject")
REVIEWS_PER_DEMONSTRATION = 2

# What a task of each kind is made of: fields it must have, and fields it may have beside them.
KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "respond": (("prompt",), ("context",)),
    "compose": (("brief",), ("context",)),
    "edit": (("prompt", "draft_response"), ("context",)),
    "converse": (("messages",), ("context",)),
}
CONTENT: dict[str, Any] = {"prompt": "", "brief": "", "messages": [], "context": "", "draft_response": ""}
TASK_FIELDS = {"external_id", "kind", "category", "language", "priority", *CONTENT}


def demo_tasks() -> list[dict[str, Any]]:
    """Return the tasks of the demo project in a fixed order.

    Returns: dicts with external_id, kind, category, language, priority (0, or 1 for sooner), prompt, brief,
    messages, context and draft_response; what a kind does not use is empty.
    Raises: ValueError with a sentence that names the task and the fault.

    >>> demo_tasks()[0]["external_id"]
    'en-open-tides'
    """
    return read_tasks((FOLDER / "tasks.yaml").read_text(encoding="utf-8"))


def demo_demonstrations() -> list[dict[str, Any]]:
    """Return what has been written in the demo project, with its whole history.

    Returns: dicts with task (an external_id), by, state and rounds, oldest first. A round holds the response
    and its reviews, each with by, decision, scores, reasons, comment, and comments: on spans, with start and
    end in code points of the response, end excluded.
    Raises: ValueError with a sentence that names the demonstration and the fault.

    >>> sorted({demonstration["state"] for demonstration in demo_demonstrations()})
    ['approved', 'changes_requested', 'disputed', 'draft', 'rejected', 'submitted']
    """
    return read_demonstrations((FOLDER / "demonstrations.yaml").read_text(encoding="utf-8"), demo_tasks())


def read_tasks(text: str) -> list[dict[str, Any]]:
    """Read and check tasks written as YAML; see `demo_tasks` for what comes back."""
    categories = {category["key"] for category in default_guideline()["categories"]}
    tasks = [_task(entry, categories) for entry in _entries(text, "tasks")]
    _unique((task["external_id"] for task in tasks), "The list of tasks")
    return tasks


def read_demonstrations(text: str, tasks: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Read and check demonstrations of these tasks, written as YAML; see `demo_demonstrations`."""
    writable = {task["external_id"] for task in tasks if task["kind"] == "respond"}
    levels = {
        criterion["key"]: {level["value"] for level in criterion["levels"]}
        for criterion in default_guideline()["rubric"]
    }
    demonstrations = [_demonstration(entry, writable, levels) for entry in _entries(text, "demonstrations")]
    _unique((demonstration["task"] for demonstration in demonstrations), "The list of demonstrations")
    return demonstrations


def state_after(decisions: Iterable[str]) -> str:
    """Return the state that these independent decisions on one revision lead to.

    >>> state_after(["approve"]), state_after(["approve", "approve"]), state_after(["approve", "reject"])
    ('submitted', 'approved', 'disputed')
    """
    given = list(decisions)
    if len(given) < REVIEWS_PER_DEMONSTRATION:
        return "submitted"
    if len(set(given)) > 1:
        return "disputed"
    return {"approve": "approved", "request_changes": "changes_requested", "reject": "rejected"}[given[0]]


def _entries(text: str, what: str) -> list[Any]:
    try:
        entries = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"The {what} of the demo are not valid YAML: {error}") from error
    if not isinstance(entries, list) or not entries:
        raise ValueError(f"The {what} of the demo must be a list with at least one entry.")
    return entries


def _task(entry: Any, categories: set[str]) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("external_id"), str):
        raise ValueError("Each task of the demo must be a mapping with an external_id.")
    where = f"Task {entry['external_id']}"
    if unknown := sorted(set(entry) - TASK_FIELDS):
        raise ValueError(f"{where} has fields that are not known: {', '.join(unknown)}.")
    _one_of(entry.get("kind"), KINDS, f"{where}: its kind")
    _one_of(entry.get("category"), sorted(categories), f"{where}: its category")
    _one_of(entry.get("language"), LANGUAGES, f"{where}: its language")
    needed, allowed = KINDS[entry["kind"]]
    for field in needed:
        if not entry.get(field):
            raise ValueError(f"{where} is of the kind {entry['kind']} and lacks its {field}.")
    for field in set(CONTENT) - set(needed) - set(allowed):
        if field in entry:
            raise ValueError(f"{where} is of the kind {entry['kind']}, which has no {field}.")
    _check_turns(entry.get("messages", []), where)
    if entry.get("priority", 0) not in (0, 1):
        raise ValueError(f"{where}: its priority must be 0 or 1.")
    empty = {field: list(value) if isinstance(value, list) else value for field, value in CONTENT.items()}
    return {"priority": 0, **empty, **entry}


def _check_turns(messages: list[Any], where: str) -> None:
    roles = [message.get("role") for message in messages]
    # A dialogue to be continued begins and ends with the person, so that the next turn is the writer's.
    if roles and roles != ["user", *["assistant", "user"] * (len(roles) // 2)]:
        raise ValueError(f"{where}: its messages must alternate, beginning and ending with the user.")
    if not all(str(message.get("content") or "").strip() for message in messages):
        raise ValueError(f"{where}: one of its messages is empty.")


def _demonstration(entry: Any, writable: set[str], levels: Mapping[str, set[int]]) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or set(entry) != {"task", "by", "state", "rounds"}:
        raise ValueError("Each demonstration of the demo must have exactly task, by, state and rounds.")
    where = f"The demonstration of {entry['task']}"
    _one_of(entry["task"], sorted(writable), f"{where}: its task")
    _one_of(entry["by"], WRITERS, f"{where}: its writer")
    rounds = [_round(one, levels, where) for one in entry["rounds"]]
    if not rounds:
        raise ValueError(f"{where} needs at least one round.")
    outcomes = [state_after(review["decision"] for review in one["reviews"]) for one in rounds]
    if any(outcome != "changes_requested" for outcome in outcomes[:-1]):
        raise ValueError(f"{where}: a round can follow only where both reviewers asked for changes.")
    unsent = entry["state"] == "draft" and not rounds[-1]["reviews"]
    if entry["state"] != outcomes[-1] and not unsent:
        raise ValueError(f"{where}: its reviews lead to {outcomes[-1]}, and it says {entry['state']}.")
    return {**entry, "rounds": rounds}


def _round(entry: Any, levels: Mapping[str, set[int]], where: str) -> dict[str, Any]:
    if not isinstance(entry, Mapping) or set(entry) != {"response", "reviews"}:
        raise ValueError(f"{where}: a round must have exactly response and reviews.")
    if not isinstance(entry["response"], str) or not entry["response"].strip():
        raise ValueError(f"{where}: a response is empty.")
    reviews = [_review(review, entry["response"], levels, where) for review in entry["reviews"]]
    _unique((review["by"] for review in reviews), f"{where}: one round")
    return {"response": entry["response"], "reviews": reviews}


def _review(entry: Any, response: str, levels: Mapping[str, set[int]], where: str) -> dict[str, Any]:
    review = {"reasons": [], "comment": "", "comments": [], **entry}
    if set(review) != {"by", "decision", "scores", "reasons", "comment", "comments"}:
        raise ValueError(f"{where}: a review has by, decision, scores, reasons, comment and comments.")
    _one_of(review["by"], REVIEWERS, f"{where}: its reviewer")
    _one_of(review["decision"], DECISIONS, f"{where}: a decision")
    for reason in review["reasons"]:
        _one_of(reason, REASONS, f"{where}: a reason")
    if set(review["scores"]) != set(levels):
        raise ValueError(f"{where}: {review['by']} must score {', '.join(levels)}, and nothing else.")
    for key, level in review["scores"].items():
        if level not in levels[key]:
            raise ValueError(
                f"{where}: {review['by']} gives {key} the level {level!r}, which it does not have."
            )
    if review["decision"] != "approve" and not (review["reasons"] and review["comment"].strip()):
        raise ValueError(f"{where}: {review['by']} must say why, with a reason and a comment.")
    return {**review, "comments": [_on_span(comment, response, where) for comment in review["comments"]]}


def _on_span(comment: Mapping[str, str], response: str, where: str) -> dict[str, Any]:
    quote = comment["quote"]
    if response.count(quote) != 1:
        raise ValueError(f"{where}: the quote {quote!r} must stand exactly once in the response.")
    start = response.index(quote)
    return {"quote": quote, "text": comment["text"], "start": start, "end": start + len(quote)}


def _one_of(value: Any, allowed: Iterable[str], what: str) -> None:
    if value not in (choices := list(allowed)):
        raise ValueError(f"{what} is {value!r}; it must be one of {', '.join(choices)}.")


def _unique(keys: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise ValueError(f"{where} names {key} twice.")
        seen.add(key)
