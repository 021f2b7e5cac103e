"""Objects of this floor as the contract shows them: plain dicts, no query of their own beyond what is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from annotate.api.rendering import demonstration, verdict
from annotate.judged import Verdict
from review.models import Adjudication
from workspace.access import Standing


def adjudication(disputed: Adjudication, verdicts: Sequence[Verdict], standing: Standing) -> dict[str, Any]:
    """A dispute with the text, the rubric and the reviews side by side.

    Parameters: `verdicts`, all of the demonstration that the reader may see; those of the disputed revision are shown.
    """
    here = [
        found for found in verdicts if found.revision == disputed.revision.number and not found.superseded
    ]
    version = disputed.judged_by
    return {
        "id": str(disputed.pk),
        "state": disputed.state,
        "why": disputed.why,
        "opened": disputed.opened,
        "resolved": disputed.resolved,
        "demonstration": demonstration(disputed.demonstration, standing, messages=disputed.revision.messages),
        "revision": disputed.revision.number,
        "guideline_version": version.number,
        "rubric": version.rubric,
        "reviews": [verdict(found) for found in here if found.kind == "review"],
        "decision": disputed.decision,
        "reason": disputed.reason,
        "scores": disputed.scores,
    }
