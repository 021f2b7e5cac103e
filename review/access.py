"""The only loaders of this floor that doors may use: the object, or 404 (another project's) or 403 (right missing).

A review is its own reviewer's alone. An adjudication is for adjudicators who took no part in what is disputed.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from annotate.models import GuidelineVersion, Revision
from review.models import Adjudication, Review
from workspace.access import Standing, found
from workspace.loading import OneRow, whole_number
from workspace.models import Member, Project
from workspace.refusals import Missing, NotAllowed

_JUDGEMENT = (
    {"v": Review, "m": Member, "p": Project, "g": GuidelineVersion, "r": Revision},
    """FROM review_review v
       JOIN workspace_member m ON m.id = v.reviewer_id
       JOIN workspace_project p ON p.id = v.project_id
       JOIN annotate_guidelineversion g ON g.id = v.guideline_version_id
       JOIN annotate_revision r ON r.id = v.revision_id
       WHERE v.id = %(key)s""",
    {"m": ("v", "reviewer"), "p": ("m", "project"), "g": ("v", "guideline_version"), "r": ("v", "revision")},
)
_REVIEW = OneRow(*_JUDGEMENT)
# Deciding needs the rubric of a version; the rest is many times longer.
_REVIEW_TO_DECIDE = OneRow(*_JUDGEMENT, without={"g": ("body", "summary", "examples")})


def any_review(key: object, *, whole: bool = False) -> Review:
    """The review `key` with everything that acts on it read, or `Missing`: one statement.

    For doors that learn the project from it; they judge by `require_own` afterwards. Parameters: `whole`, with the
    guideline's text and examples too, as a page shows them.
    """
    found_by = _REVIEW if whole else _REVIEW_TO_DECIDE
    review: Review | None = found_by.find(key=whole_number(key))
    if review is None:
        raise Missing(f"There is no review “{key}” that you may see.")
    review.project = review.reviewer.project
    return review


def review_for(standing: Standing, key: object) -> Review:
    """The review `key` of this project, for its own reviewer: one statement.

    Raises `Missing` where the project has none such, `NotAllowed` where it is another member's.
    """
    review = any_review(key, whole=True)
    if review.project_id != standing.project.pk:
        raise Missing(f"There is no review “{key}” that you may see.")
    require_own(standing, review)
    return review


def require_own(standing: Standing, review: Review) -> None:
    """Raise `NotAllowed` unless the review is this person's."""
    if standing.member is None or review.reviewer_id != standing.member.pk:
        raise NotAllowed("This is another member's review; only they can open it.")


def adjudications() -> QuerySet[Adjudication]:
    """Adjudications with demonstration, task, revision and rubric read."""
    return Adjudication.objects.select_related(
        "project",
        "demonstration__task",
        "demonstration__author__user",
        "demonstration__guideline_version",
        "demonstration__project",
        "revision__guideline_version",
        "guideline_version",
        "adjudicator__user",
    )


def open_to(standing: Standing) -> QuerySet[Adjudication]:
    """The adjudications of this project that `standing` may see: not those of what one wrote or reviewed oneself."""
    rows = adjudications().filter(project=standing.project)
    if standing.member is None:
        return rows
    own_review = Review.objects.filter(
        revision=OuterRef("revision"), reviewer=standing.member, state__in=["active", "decided"]
    )
    return rows.exclude(demonstration__author=standing.member).exclude(Exists(own_review))


def adjudication_for(standing: Standing, key: object) -> Adjudication:
    """The adjudication `key` of this project; `Missing`, or `NotAllowed` for whoever took part in what is disputed."""
    adjudication = found(adjudications().filter(project=standing.project), key, noun="adjudication")
    require_outsider(standing, adjudication)
    return adjudication


def require_outsider(standing: Standing, adjudication: Adjudication) -> None:
    """Raise `NotAllowed` for whoever wrote or reviewed what is disputed. One statement."""
    if not open_to(standing).filter(pk=adjudication.pk).exists():
        raise NotAllowed("Whoever wrote or reviewed a demonstration may not adjudicate it.")
