"""PURE. The one permission table: which role may do which action, everywhere.

Pages, API calls and commands all ask `answer()`; a test walks the whole table, and fails for a page or call
without an entry in it. What depends on the object (one's own assignment, one's own writing) is judged by the act.
Default deny: an action that is not in the table is a programming error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

ANNOTATOR, REVIEWER, ADJUDICATOR, ADMIN = "annotator", "reviewer", "adjudicator", "admin"
ROLES = (ANNOTATOR, REVIEWER, ADJUDICATOR, ADMIN)

# Two standings beside the roles of a project: anybody at all, and anybody who has logged in.
ANYONE, PERSON, OPERATOR = "anyone", "person", "operator"

EVERY_MEMBER = frozenset(ROLES)
_LEADS = frozenset({ADMIN})
_WRITERS = frozenset({ANNOTATOR})
_REVIEWERS = frozenset({REVIEWER})
_ADJUDICATORS = frozenset({ADJUDICATOR})
_JUDGES = frozenset({REVIEWER, ADJUDICATOR, ADMIN})

# Actions outside of any project.
GLOBAL: dict[str, str] = {
    "site.health": ANYONE,
    "site.metrics": ANYONE,
    "site.log_in": ANYONE,
    "site.accept_invitation": ANYONE,
    "site.schema": ANYONE,
    "site.styleguide": ANYONE,
    "home.view": PERSON,
    "account.change": PERSON,
    "token.manage": PERSON,
    "project.list": PERSON,
    "project.create": OPERATOR,
}

# Actions inside a project: the roles that may.
IN_PROJECT: dict[str, frozenset[str]] = {
    "project.view": EVERY_MEMBER,
    "project.change": _LEADS,
    "project.pause": _LEADS,
    "audit.view": _LEADS,
    "job.view": EVERY_MEMBER,
    "job.cancel": _LEADS,
    "member.list": _LEADS,
    "member.change": _LEADS,
    "guideline.view": EVERY_MEMBER,
    "guideline.acknowledge": EVERY_MEMBER,
    "guideline.change": _LEADS,
    "source.list": _LEADS,
    "source.import": _LEADS,
    "source.retire": _LEADS,
    "task.list": _LEADS,
    "task.create": _LEADS,
    "queue.claim": _WRITERS,
    "assignment.work": _WRITERS,
    "work.view": _WRITERS,
    "demonstration.list": _JUDGES | _WRITERS,
    "demonstration.view": _JUDGES | _WRITERS,
    "demonstration.withdraw": _LEADS | _WRITERS,
    "review.claim": _REVIEWERS,
    "review.work": _REVIEWERS,
    "adjudication.list": _ADJUDICATORS,
    "adjudication.resolve": _ADJUDICATORS,
    "agreement.view": _LEADS | _ADJUDICATORS,
    "agreement.compute": _LEADS,
    "release.list": _LEADS,
    "release.view": _LEADS,
    "release.build": _LEADS,
    "release.retract": _LEADS,
    "release.download": _LEADS,
}

ACTIONS = frozenset(GLOBAL) | frozenset(IN_PROJECT)


@dataclass(frozen=True)
class Answer:
    """Whether somebody may; falsy with the reason in words when not."""

    granted: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.granted


YES = Answer(True)


def answer(action: str, roles: Iterable[str]) -> Answer:
    """Whether somebody who holds `roles` in a project may do `action` there.

    >>> bool(answer("queue.claim", {"annotator"}))
    True
    >>> answer("queue.claim", {"reviewer"}).reason
    'Only annotators of this project may do this; you are a reviewer.'

    Raises `KeyError` for an action that is not in the table.
    """
    allowed = IN_PROJECT[action]
    held = frozenset(roles)
    if allowed & held:
        return YES
    who = _and(f"{role}s" for role in ROLES if role in allowed)
    what = _and(f"{'an' if role[0] in 'aeiou' else 'a'} {role}" for role in ROLES if role in held)
    return Answer(False, f"Only {who} of this project may do this; you are {what or 'not a member'}.")


def actions_of(roles: Iterable[str]) -> frozenset[str]:
    """Every action of the table that somebody with `roles` may do: what the pages show."""
    held = frozenset(roles)
    return frozenset(action for action, allowed in IN_PROJECT.items() if allowed & held)


def _and(words: Iterable[str]) -> str:
    found = list(words)
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)
