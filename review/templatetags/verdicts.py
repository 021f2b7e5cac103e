"""Words for what was judged: `{% load verdicts %}` in templates that show reviews, adjudications and their tasks."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext, gettext_lazy

from annotate.models import Task
from review.reasons import in_words

register = template.Library()


@register.filter
def reason_words(key: str) -> str:
    """A reason, or what was at fault, as people read it."""
    return gettext(in_words(key))


_WHY = {"disagreement": gettext_lazy("The reviews disagree")}


@register.filter
def why_words(why: str) -> str:
    """Why something came to an adjudicator, as people read it."""
    return str(_WHY.get(why, why.replace("_", " ")))


@register.filter
def level_of(scores: Mapping[str, int], criterion: str) -> int | None:
    """The level that a review gave to a criterion, None where it gave none."""
    return scores.get(criterion)


@register.filter
def task_line(task: Task, most: int = 120) -> str:
    """What a task asks, in one line: the beginning of its prompt, brief, or first words of its dialogue."""
    said = task.prompt or task.brief or next((one["content"] for one in task.messages or ()), "")
    line = " ".join(said[: most * 2].split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
