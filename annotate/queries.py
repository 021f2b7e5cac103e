"""The read side of this floor: what pages and calls show, each function with its number of statements.

In: a member, a standing, plain filters. Out: querysets, plain dicts, counts. Nothing here changes a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import BooleanField, Count, F, Prefetch, QuerySet
from django.db.models.expressions import RawSQL

from annotate.access import visible_demonstrations
from annotate.models import Acknowledgement, Assignment, Demonstration, GuidelineVersion, Revision
from annotate.states import DEMONSTRATION_STATES
from workspace.access import Standing
from workspace.models import Member, Project
from workspace.permissions import ADJUDICATOR, ADMIN, REVIEWER
from workspace.refusals import Invalid, NotAllowed

# A text search looks through so many of the newest demonstrations that the other filters leave, never through all.
SEARCHED = 20_000
LONGEST_SEARCH = 100
FILTERS = ("state", "annotator", "category", "language", "guideline_version", "source", "q")


# --- One assignment, as its writer sees it -----------------------------------------------------------------------

_TASK_PARTS = (
    "id", "kind", "prompt", "context", "brief", "messages", "draft_response", "category", "language", "external_id",
    "metadata",
)  # fmt: skip
# The task's columns as `task_…`, for a statement in which it is called `t`; `task_of_row` reads them.
TASK_COLUMNS = ", ".join(f"t.{part} AS task_{part}" for part in _TASK_PARTS)

_ASSIGNMENT = f"""
SELECT a.id, a.state, a.round, a.lease_until, v.number AS version_number, demonstration.id AS demonstration_id,
       d.messages, d.category, d.version, d.saved, {TASK_COLUMNS}
FROM annotate_assignment a
JOIN annotate_task t ON t.id = a.task_id
JOIN annotate_guidelineversion v ON v.id = a.guideline_version_id
LEFT JOIN annotate_draft d ON d.assignment_id = a.id
LEFT JOIN annotate_demonstration demonstration ON demonstration.assignment_id = a.id
WHERE a.id = %s
"""


def assignment_payload(assignment_id: int) -> dict[str, Any]:
    """An assignment as the contract shows it: with task, version number and draft. One statement, in plain SQL because
    every claim ends in it. Where nothing was saved yet the draft has version 0 and no messages."""
    row = named_row(_ASSIGNMENT, [assignment_id])
    return {
        "id": str(row["id"]),
        "state": row["state"],
        "round": row["round"],
        "lease_until": row["lease_until"],
        "guideline_version": row["version_number"],
        "demonstration": None if row["demonstration_id"] is None else str(row["demonstration_id"]),
        "task": task_of_row(row),
        "draft": {
            "messages": json_of(row["messages"]) or [],
            "category": row["task_category"] if row["category"] is None else row["category"],
            "version": row["version"] or 0,
            "saved": row["saved"],
        },
    }


def task_of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The task of a statement with `TASK_COLUMNS`, as the contract shows it."""
    shown = {part: row[f"task_{part}"] for part in _TASK_PARTS}
    shown["id"] = str(shown["id"])
    shown["messages"], shown["metadata"] = json_of(shown["messages"]), json_of(shown["metadata"])
    return shown


def named_row(sql: str, values: Sequence[Any]) -> dict[str, Any]:
    """The one row of a statement, by the names of its columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def json_of(text: str | None) -> Any:
    """A JSON column of a plain statement, which comes as text; null is None."""
    return None if text is None else orjson.loads(text)


# --- My work -----------------------------------------------------------------------------------------------------


def in_hand(member: Member) -> QuerySet[Assignment]:
    """What a writer holds now: returned work first, oldest first, then the new task. One statement."""
    held = Assignment.objects.filter(member=member, state="active")
    return held.select_related("task", "guideline_version", "draft", "demonstration").order_by(
        F("round").desc(), "claimed"
    )


def taken_back(member: Member) -> QuerySet[Assignment]:
    """Work whose place was given back or ran out and whose text is kept: newest first. One statement."""
    left = Assignment.objects.filter(member=member, state__in=["expired", "released"], draft__isnull=False)
    return left.select_related("task", "draft").order_by("-pk")


def my_work(member: Member, *, state: str = "") -> QuerySet[Demonstration]:
    """What a writer wrote, in `state` or in all of them, newest first, with task and newest text. Two statements."""
    rows = Demonstration.objects.filter(author=member).select_related(
        "task", "guideline_version", "assignment"
    )
    if state:
        rows = rows.filter(state=state)
    return with_newest_revision(rows).order_by("-pk")


def work_counts(member: Member) -> dict[str, int]:
    """How many demonstrations of a writer are in each state, every state named. One statement."""
    found = Demonstration.objects.filter(author=member).values_list("state").annotate(count=Count("pk"))
    return dict.fromkeys(DEMONSTRATION_STATES, 0) | dict(found)


# --- Demonstrations ----------------------------------------------------------------------------------------------


def with_newest_revision(rows: QuerySet[Demonstration]) -> QuerySet[Demonstration]:
    """The same rows, each with a list `newest` that holds its newest revision: one more statement for all."""
    newest = Revision.objects.filter(number=F("demonstration__revision"))
    return rows.prefetch_related(Prefetch("revisions", queryset=newest, to_attr="newest"))  # type: ignore[no-redef]


def demonstration_list(standing: Standing, filters: Mapping[str, str]) -> QuerySet[Demonstration]:
    """The demonstrations that `standing` may see, narrowed by `filters` (names in `FILTERS`, empty ones ignored).

    Two statements however many rows. `q` looks for words in the newest text of the newest `SEARCHED` rows. Raises
    `Invalid` by field, `NotAllowed` where a filter would tell a reader of a blind project who wrote what.
    """
    rows = visible_demonstrations(standing)
    given = {name: filters.get(name, "").strip() for name in FILTERS if filters.get(name, "").strip()}
    for name in ("state", "category", "language"):
        if name in given:
            rows = rows.filter(**{name: given[name]})
    if given.get("state", DEMONSTRATION_STATES[0]) not in DEMONSTRATION_STATES:
        raise _wrong_filter("state", f"Use one of {', '.join(DEMONSTRATION_STATES)}.")
    if "annotator" in given:
        _may_ask_for_annotators(standing)
        rows = rows.filter(author=_id(given, "annotator"))
    if "guideline_version" in given:
        rows = rows.filter(guideline_version__number=_id(given, "guideline_version"))
    if "source" in given:
        rows = rows.filter(task__source=_id(given, "source"))
    if "q" in given:
        rows = _searched(rows, given["q"])
    return with_newest_revision(rows)


_TEXT_HOLDS = """EXISTS (
    SELECT 1 FROM annotate_revision r, jsonb_array_elements(r.messages) m
    WHERE r.demonstration_id = annotate_demonstration.id AND r.number = annotate_demonstration.revision
      AND m->>'content' ILIKE %s)"""


def _searched(rows: QuerySet[Demonstration], words: str) -> QuerySet[Demonstration]:
    if len(words) > LONGEST_SEARCH:
        raise _wrong_filter("q", f"Search for at most {LONGEST_SEARCH} characters.")
    like = "%" + words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    window = rows.order_by("-pk").values("pk")[:SEARCHED]
    return rows.filter(RawSQL(_TEXT_HOLDS, [like], output_field=BooleanField()), pk__in=window)


def _may_ask_for_annotators(standing: Standing) -> None:
    if standing.project.blind and ADMIN not in standing.roles and standing.roles & {REVIEWER, ADJUDICATOR}:
        raise NotAllowed("This project is blind: reviewers and adjudicators do not learn who wrote what.")


def _id(given: Mapping[str, str], name: str) -> int:
    text = given[name]
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise _wrong_filter(name, "Give a number.")
    return int(text)


def _wrong_filter(name: str, sentence: str) -> Invalid:
    return Invalid("This list cannot be shown.", errors={name: [sentence]})


# --- Guidelines --------------------------------------------------------------------------------------------------


def guideline_versions(project: Project) -> QuerySet[GuidelineVersion]:
    """The published versions, newest first. One statement."""
    return GuidelineVersion.objects.filter(project=project, number__isnull=False).order_by("-number")


def numbers_read_by(member: Member | None) -> set[int]:
    """The numbers of the versions that a member has acknowledged. One statement, none for a non-member."""
    if member is None:
        return set()
    read = Acknowledgement.objects.filter(member=member)
    return {number for number in read.values_list("version__number", flat=True) if number is not None}
