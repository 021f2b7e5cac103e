"""What reviewers and adjudicators typed, read from their forms; what is wrong with it is the act's to say.

Enters: the fields of a POST. Leaves: a `Judgement` for `review.deciding`, and rows for the template, so that a form
that is refused comes back with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from review.deciding import Judgement, SpanComment
from review.passages import shown, shown_offset, stored_offset
from workspace.refusals import Invalid

MOST_COMMENTS, MOST_REASONS = 200, 20
LONGEST_COMMENT = 20_000


@dataclass(frozen=True)
class TypedComment:
    """A comment in the form: its passage in the offsets of the browser, and the words."""

    message: int
    start: int
    end: int
    text: str
    quote: str = ""
    error: str = ""

    @property
    def span(self) -> str:
        return f"{self.message}:{self.start}:{self.end}"


@dataclass(frozen=True)
class TypedReview:
    """A reviewer's form. `scores` holds whatever was sent for a criterion; the act refuses what is no level."""

    decision: str = ""
    scores: Mapping[str, Any] = field(default_factory=dict)
    comment: str = ""
    reasons: Sequence[str] = ()
    fault: str = ""
    comments: Sequence[TypedComment] = ()

    def judgement(self, messages: Sequence[Mapping[str, str]]) -> Judgement:
        """What was typed, for the act; `messages` are those of the revision. Raises `Invalid` where it is too much."""
        if len(self.comments) > MOST_COMMENTS:
            raise _too_much("comments", f"At most {MOST_COMMENTS} comments on passages.")
        if len(self.comment) > LONGEST_COMMENT or any(
            len(one.text) > LONGEST_COMMENT for one in self.comments
        ):
            raise _too_much("comment", f"A comment has at most {LONGEST_COMMENT:,} characters.")
        return Judgement(
            decision=self.decision,
            scores=self.scores,
            comment=self.comment,
            reasons=tuple(self.reasons)[:MOST_REASONS],
            fault=self.fault,
            comments=tuple(_stored(remark, messages) for remark in self.comments),
        )


def typed_review(post: QueryDict) -> TypedReview:
    """A reviewer's form as it was sent; comments without words are left out."""
    spans, texts = post.getlist("comment-span"), post.getlist("comment-text")
    remarks = [(span, _clean(text)) for span, text in zip(spans, texts, strict=False)]
    return TypedReview(
        decision=post.get("decision", ""),
        scores=typed_scores(post, "score-"),
        comment=_clean(post.get("comment", "")),
        reasons=tuple(post.getlist("reasons")),
        fault=post.get("fault", ""),
        comments=tuple(_typed_comment(span, text) for span, text in remarks if text),
    )


def typed_again(judgement: Judgement, messages: Sequence[Mapping[str, str]]) -> TypedReview:
    """The form of a decision that was taken back."""
    comments = []
    for remark in judgement.comments:
        text = messages[remark.message]["content"]
        start, end = shown_offset(text, remark.start), shown_offset(text, remark.end)
        comments.append(TypedComment(remark.message, start, end, remark.text))
    return TypedReview(
        judgement.decision,
        judgement.scores,
        judgement.comment,
        judgement.reasons,
        judgement.fault,
        comments,
    )


def typed_scores(post: QueryDict, prefix: str) -> dict[str, Any]:
    """The levels chosen, by criterion; what is no number stays text, which is no level of any criterion."""
    found = {key.removeprefix(prefix): str(post[key]) for key in post if key.startswith(prefix) and post[key]}
    return {key: int(text) if _is_whole(text) else text for key, text in found.items()}


def criteria(
    rubric: Sequence[Mapping[str, Any]], scores: Mapping[str, Any], errors: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """The rubric as rows of the form: each criterion with the level chosen and what is missing."""
    return [
        {
            "criterion": criterion,
            "value": scores.get(criterion["key"]),
            "error": " ".join(errors.get(f"scores.{criterion['key']}", ())),
        }
        for criterion in rubric
    ]


def weights(rubric: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What the desk needs to show the total: for each criterion that counts, its weight and the ends of its scale."""
    return [
        {
            "key": criterion["key"],
            "weight": criterion.get("weight", 1),
            "low": min(level["value"] for level in criterion["levels"]),
            "high": max(level["value"] for level in criterion["levels"]),
        }
        for criterion in rubric
        if criterion["scale"] != "nominal"
    ]


def comment_rows(
    typed: TypedReview, messages: Sequence[Mapping[str, str]], errors: Mapping[str, Sequence[str]]
) -> list[TypedComment]:
    """The comments of the form, each with the words it speaks of and what is wrong with it."""
    rows = []
    for place, remark in enumerate(typed.comments):
        content = shown(messages[remark.message]["content"]) if 0 <= remark.message < len(messages) else ""
        rows.append(
            TypedComment(
                remark.message,
                remark.start,
                remark.end,
                remark.text,
                quote=content[remark.start : remark.end],
                error=" ".join(errors.get(f"comments.{place}", ())),
            )
        )
    return rows


def whole_messages(messages: Sequence[Mapping[str, str]]) -> list[TypedComment]:
    """The passages of a form without JavaScript: each message as a whole."""
    return [
        TypedComment(number, 0, len(shown(message["content"])), "", quote=shown(message["content"])[:60])
        for number, message in enumerate(messages)
        if message["content"]
    ]


def _typed_comment(span: str, text: str) -> TypedComment:
    parts = span.split(":")
    if len(parts) != 3 or not all(_is_whole(part) for part in parts):
        return TypedComment(-1, 0, 0, text)
    message, start, end = (int(part) for part in parts)
    return TypedComment(message, start, end, text)


def _stored(remark: TypedComment, messages: Sequence[Mapping[str, str]]) -> SpanComment:
    if not 0 <= remark.message < len(messages):
        return SpanComment(remark.message, remark.start, remark.end, remark.text)
    text = messages[remark.message]["content"]
    return SpanComment(
        remark.message, stored_offset(text, remark.start), stored_offset(text, remark.end), remark.text
    )


def _clean(text: str) -> str:
    """Words from a form: line ends as everywhere else, no NUL, which no database takes."""
    return shown(text).replace("\0", "").strip()


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def _too_much(name: str, sentence: str) -> Invalid:
    return Invalid("This decision cannot be taken yet.", errors={name: [sentence]})
