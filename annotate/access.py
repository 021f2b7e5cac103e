"""The only loaders of this floor that doors may use: the object, or 404 (another project's) or 403 (right missing).

An assignment is its own member's alone. A demonstration is its writer's, its reviewers', and the leads'.
"""

from __future__ import annotations

from django.db.models import QuerySet

from annotate.judged import judgements
from annotate.models import Assignment, Demonstration, GuidelineVersion, Task
from workspace.access import Standing, found
from workspace.loading import OneRow, whole_number
from workspace.models import Member, Project, User
from workspace.permissions import ADJUDICATOR, ADMIN, REVIEWER
from workspace.refusals import Missing, NotAllowed

_WORK = (
    {"a": Assignment, "m": Member, "u": User, "p": Project, "t": Task, "v": GuidelineVersion},
    """FROM annotate_assignment a
       JOIN workspace_member m ON m.id = a.member_id
       JOIN workspace_user u ON u.id = m.user_id
       JOIN workspace_project p ON p.id = a.project_id
       JOIN annotate_task t ON t.id = a.task_id
       JOIN annotate_guidelineversion v ON v.id = a.guideline_version_id
       WHERE a.id = %(key)s""",
    {
        "m": ("a", "member"),
        "u": ("m", "user"),
        "p": ("m", "project"),
        "t": ("a", "task"),
        "v": ("a", "guideline_version"),
    },
)
_ASSIGNMENT = OneRow(*_WORK)
# Saving needs the bounds and categories of a version; the rest is many times longer than what is saved.
_ASSIGNMENT_TO_SAVE = OneRow(*_WORK, without={"v": ("body", "summary", "examples", "rubric")})


def any_assignment(key: object, *, whole: bool = False) -> Assignment:
    """The assignment `key` with everything that acts on it read, or `Missing`: one statement.

    For doors that learn the project from it; they judge by `require_own` afterwards. Parameters: `whole`, with the
    guideline's text, examples and rubric too, as a page shows them.
    """
    found_by = _ASSIGNMENT if whole else _ASSIGNMENT_TO_SAVE
    assignment: Assignment | None = found_by.find(key=whole_number(key))
    if assignment is None:
        raise Missing(f"There is no assignment “{key}” that you may see.")
    assignment.project = assignment.member.project
    return assignment


def assignment_for(standing: Standing, key: object, *, whole: bool = True) -> Assignment:
    """The assignment `key` of this project, for its own member: one statement. `whole` as in `any_assignment`.

    Raises `Missing` where the project has none such, `NotAllowed` where it is another member's.
    """
    assignment = any_assignment(key, whole=whole)
    if assignment.project_id != standing.project.pk:
        raise Missing(f"There is no assignment “{key}” that you may see.")
    require_own(standing, assignment)
    return assignment


def require_own(standing: Standing, assignment: Assignment) -> None:
    """Raise `NotAllowed` unless the assignment is this person's."""
    if standing.member is None or assignment.member_id != standing.member.pk:
        raise NotAllowed("This is another member's work; only they can open it before it is submitted.")


def demonstrations() -> QuerySet[Demonstration]:
    """Demonstrations with task, author and guideline version read."""
    return Demonstration.objects.select_related(
        "task__source", "author__user", "guideline_version", "project"
    )


def visible_demonstrations(standing: Standing) -> QuerySet[Demonstration]:
    """Those of this project that `standing` may see: everything for admins and adjudicators, else what one wrote,
    reviews or has reviewed."""
    rows = demonstrations().filter(project=standing.project)
    if standing.roles & {ADMIN, ADJUDICATOR}:
        return rows
    if standing.member is None:
        return rows.none()
    if REVIEWER not in standing.roles:
        return rows.filter(author=standing.member)
    # Either condition has its index; the two under one OR would look through the whole project.
    written = Demonstration.objects.filter(author=standing.member).values("pk")
    reviewed = Demonstration.objects.filter(judgements().reviewed_by(standing.member.pk)).values("pk")
    return rows.filter(pk__in=written.union(reviewed))


def require_visible(standing: Standing, demonstration: Demonstration) -> None:
    """Raise `NotAllowed` unless this person may see the demonstration. One statement for reviewers, none for others."""
    if standing.roles & {ADMIN, ADJUDICATOR}:
        return
    if standing.member is not None and demonstration.author_id == standing.member.pk:
        return
    if REVIEWER not in standing.roles:
        raise NotAllowed("This was written by another member; annotators see their own demonstrations.")
    member = standing.member.pk if standing.member is not None else 0
    if not Demonstration.objects.filter(judgements().reviewed_by(member), pk=demonstration.pk).exists():
        raise NotAllowed(
            "You have not reviewed this demonstration; reviewers see what they review or reviewed."
        )


def demonstration_for(standing: Standing, key: object) -> Demonstration:
    """The demonstration `key` of this project, where this person may see it; `Missing` or `NotAllowed` otherwise."""
    demonstration = found(demonstrations().filter(project=standing.project), key, noun="demonstration")
    require_visible(standing, demonstration)
    return demonstration


def may_know_annotator(standing: Standing, demonstration: Demonstration) -> bool:
    """Whether this reader may learn who wrote it: oneself, an admin, or anybody who sees it in an open project."""
    own = standing.member is not None and demonstration.author_id == standing.member.pk
    return own or ADMIN in standing.roles or not standing.project.blind


def guideline_version(standing: Standing, number: int) -> GuidelineVersion:
    """The published version `number` of this project, or `Missing`."""
    version = GuidelineVersion.objects.filter(project=standing.project, number=number).first()
    if version is None:
        raise Missing(f"There is no version {number} of this guideline.")
    return version


def guideline_draft(standing: Standing) -> GuidelineVersion:
    """The one draft of this project's guideline, for those who may change it; `Missing` without one."""
    standing.require("guideline.change")
    draft = GuidelineVersion.objects.filter(project=standing.project, number__isnull=True).first()
    if draft is None:
        raise Missing("There is no draft of the guideline; begin one first.")
    return draft
