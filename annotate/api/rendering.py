"""Objects of this floor as the contract shows them: plain dicts, no query of their own beyond what is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotate.access import may_know_annotator
from annotate.guideline_sections import fingerprint
from annotate.guidelines import parts_of
from annotate.judged import Verdict
from annotate.models import Demonstration, GuidelineVersion, Revision, Task
from workspace.access import Standing


def guideline_version(version: GuidelineVersion) -> dict[str, Any]:
    """A version of the guideline; `number` and `published` are null for the draft."""
    return {
        "number": version.number,
        "title": version.title,
        "body": version.body,
        "summary": version.summary,
        "material": version.material,
        "material_categories": version.material_categories,
        "created": version.created,
        "published": version.published,
        "examples": version.examples,
        "rubric": version.rubric,
        "categories": version.categories,
        "bounds": version.bounds,
        "fingerprint": fingerprint(parts_of(version)),
    }


def task(given: Task) -> dict[str, Any]:
    """A task as its demonstration shows it; the source's own answer is never part of it."""
    return {
        "id": str(given.pk),
        "kind": given.kind,
        "prompt": given.prompt,
        "context": given.context,
        "brief": given.brief,
        "messages": given.messages,
        "draft_response": given.draft_response,
        "category": given.category,
        "language": given.language,
        "external_id": given.external_id,
        "metadata": given.metadata,
    }


def demonstration(written: Demonstration, standing: Standing, **more: Any) -> dict[str, Any]:
    """A demonstration with the text of its newest revision; `annotator` is left out where the reader may not know.

    Parameters: `written`, with task, author, guideline version and `newest` loaded; `more`, further members, or the
    `messages` of another revision, which then need no `newest`.
    """
    shown = {
        "id": str(written.pk),
        "task": task(written.task),
        "state": written.state,
        "messages": more.pop("messages") if "messages" in more else _newest_text(written),
        "category": written.category,
        "language": written.language,
        "guideline_version": written.guideline_version.number,
        "revision": written.revision,
        "quality_rating": written.quality_rating,
        "created": written.created,
        "submitted": written.submitted,
        "settled": written.settled,
        **more,
    }
    if may_know_annotator(standing, written):
        shown["annotator"] = {"id": str(written.author_id), "name": str(written.author.user)}
    return shown


def _newest_text(written: Demonstration) -> Any:
    return written.newest[0].messages if written.newest else []


def revision(snapshot: Revision, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """One revision in a history, with the verdicts on it that the reader may see."""
    return {
        "revision": snapshot.number,
        "messages": snapshot.messages,
        "category": snapshot.category,
        "language": snapshot.language,
        "guideline_version": snapshot.guideline_version.number,
        "findings": snapshot.findings,
        "submitted": snapshot.submitted,
        "reviews": [verdict(found) for found in verdicts if found.revision == snapshot.number],
    }


def verdict(found: Verdict) -> dict[str, Any]:
    """One judgement; `by` is left out where the reader may not know it."""
    shown = {
        "kind": found.kind,
        "revision": found.revision,
        "decision": found.decision,
        "comment": found.comment,
        "reasons": list(found.reasons),
        "fault": found.fault,
        "scores": dict(found.scores),
        "comments": [dict(remark) for remark in found.comments],
        "decided": found.decided,
        "guideline_version": found.version,
        "superseded": found.superseded,
    }
    if found.by is not None:
        shown["by"] = dict(found.by)
    return shown
