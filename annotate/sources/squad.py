"""The ``squad`` format: questions on paragraphs, nested by article or flat, in an object with ``data``.

In: pieces of bytes. Out: a task for each question: the question is the prompt, the paragraph its context,
the first answer the reference. A question that cannot be answered has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotate.sources.format import Format, Found, Plan, place_answer
from annotate.sources.json_inner import inner_array
from annotate.sources.rows import RowError

_NO_QUESTION = (
    "This entry has neither paragraphs with questions nor a question of its own. Correct it, or remove it."
)


def _rows(pieces: Iterator[bytes], plan: Plan) -> Iterator[Found]:
    _, rows = inner_array(pieces, "data", plan.limits)
    for found in rows:
        if isinstance(found, RowError):
            yield found
            continue
        line, entry = found
        questions = list(_questions(entry))
        if not questions:
            yield RowError(line, "paragraphs", _NO_QUESTION)
        for question, context in questions:
            values = {
                "prompt": question.get("question"),
                "context": context,
                "reference": _first_answer(question.get("answers")),
                "external_id": question.get("id"),
                "metadata": {name: entry[name] for name in ("title",) if name in entry},
            }
            yield line, place_answer(values, plan.kind)


def _questions(entry: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each question with its paragraph."""
    if "question" in entry:
        yield entry, entry.get("context")
    paragraphs = entry.get("paragraphs")
    for paragraph in paragraphs if isinstance(paragraphs, list) else ():
        asked = paragraph.get("qas") if isinstance(paragraph, dict) else None
        for question in asked if isinstance(asked, list) else ():
            if isinstance(question, dict):
                yield question, paragraph.get("context")


def _first_answer(answers: Any) -> Any:
    """From ``[{"text": …}]`` or ``{"text": […]}``."""
    texts = answers.get("text") if isinstance(answers, dict) else answers
    first = texts[0] if isinstance(texts, list) and texts else ""
    return first.get("text") if isinstance(first, dict) else first


FORMAT = Format(
    name="squad",
    title="SQuAD: questions on paragraphs",
    kinds=("respond", "edit"),
    columns={"prompt": "question", "reference": "answers", "external_id": "id"},
    rows=_rows,
    mappable=False,
)
