"""The shape of one released row, and the two rules that turn it into a conversation.

Enters: one tuple per approved demonstration, in the order of ``ReleasedRow``, as the database reader selects
it. Leaves: the same values by name, or a list of turns for the training formats. Called by the reader of a
frozen release and by every format in ``review.release.formats``.

A million of these pass through one process, so the shape is chosen for cost: a tuple with names (what a
database cursor yields anyway), times already as text, and JSON columns as the JSON text that the database
holds. Text is copied into a line as it stands; only the formats that need the turns parse it.
"""

from typing import NamedTuple

import orjson

JsonText = str | bytes
Turn = dict[str, str]

SPLITS = ("train", "validation", "test")


class ReleasedRow(NamedTuple):
    """One released demonstration. The order of the fields is the order of the keys in a ``records`` line.

    ``messages``, ``scores``, ``metadata`` and ``lineage`` are JSON text without raw line breaks (what
    PostgreSQL gives for ``jsonb``); ``created`` and ``approved`` are RFC 3339 text in UTC; ``annotator_id``
    is a pseudonym. ``split`` comes last because it names the file and is not written into the line.
    """

    id: str
    prompt: str
    context: str
    response: str
    messages: JsonText
    source: str
    license: str
    annotator_id: str
    category: str
    language: str
    quality_rating: float | None
    scores: JsonText
    reviews: int
    guideline_version: int
    rubric_version: int
    origin: str
    created: str
    approved: str
    metadata: JsonText
    lineage: JsonText
    split: str = "train"


RECORD_KEYS = ReleasedRow._fields[:-1]

# What each key means, in the order of the keys: printed on every card and in the reference.
FIELDS = {
    "id": "the demonstration; the same in every release that holds it",
    "prompt": "the first user turn, as written",
    "context": "text that belongs to the prompt and was shown beside it; empty where there is none",
    "response": "the last assistant turn, as approved",
    "messages": "all turns in order, each with role and content",
    "source": "the source the task came from",
    "license": "the source's licence, an SPDX expression",
    "annotator_id": "who wrote it, a pseudonym that is stable within the project",
    "category": "the category's key",
    "language": "the language's tag",
    "quality_rating": "the reviewers' mean over the weighted criteria; null where nothing was scored",
    "scores": "the score of each criterion, by its key",
    "reviews": "how many reviews counted",
    "guideline_version": "the guideline version it was written under",
    "rubric_version": "the guideline version whose rubric it was scored by",
    "origin": "who the text is from: a person, or a machine's draft that a person edited or confirmed",
    "created": "when the writer first submitted it, UTC",
    "approved": "when it was approved, UTC",
    "metadata": "what the source gave with the task",
    "lineage": "where it comes from: task, revisions, checks, reviews",
}


class UnwritableRow(ValueError):
    """A row that the chosen format cannot hold: the row's id, and one sentence for who builds."""

    def __init__(self, row_id: str, why: str) -> None:
        self.row_id = row_id
        self.why = why
        super().__init__(f"Row {row_id} cannot be written: {why}")


def with_context(prompt: str, context: str) -> str:
    r"""Join a task's context to its prompt: the prompt, one empty line, the context.

    Every format that has no place of its own for the context uses this rule and no other. An empty context
    leaves the prompt as it is; an empty prompt leaves the context alone.

    >>> with_context("Translate into French.", "Good night")
    'Translate into French.\n\nGood night'
    >>> with_context("Tell a joke.", "")
    'Tell a joke.'
    """
    if not context:
        return prompt
    return f"{prompt}\n\n{context}" if prompt else context


def turns_of(row: ReleasedRow) -> list[Turn]:
    """Give the turns of a row as written, role and content only, the context still apart.

    Raises ``UnwritableRow`` where the messages are not a list of turns with a role and a content.
    """
    try:
        return [{"role": turn["role"], "content": turn["content"]} for turn in orjson.loads(row.messages)]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UnwritableRow(
            row.id, "its messages are not a list of turns, each with a role and a content."
        ) from error


def conversation(row: ReleasedRow) -> list[Turn]:
    """Give the turns of a row as a model shall read them: the context joined to the first user turn.

    Returns a new list of ``{"role", "content"}``. Raises ``UnwritableRow`` where the messages are no turns,
    or where there is a context and no user turn to join it to.
    """
    turns = turns_of(row)
    if row.context:
        for turn in turns:
            if turn["role"] == "user":
                turn["content"] = with_context(turn["content"], row.context)
                return turns
        raise UnwritableRow(row.id, "it has a context but no user turn that the context could be joined to.")
    return turns


def prompt_and_response(turns: list[Turn]) -> tuple[str, str]:
    """Give what ``prompt`` and ``response`` hold for a conversation: the first user turn, the last assistant
    turn.

    An absent role gives an empty text.

    >>> prompt_and_response([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}])
    ('Hi', 'Hello')
    """
    prompt = next((turn["content"] for turn in turns if turn["role"] == "user"), "")
    response = next((turn["content"] for turn in reversed(turns) if turn["role"] == "assistant"), "")
    return prompt, response
