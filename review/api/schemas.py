"""The objects of this floor for the OpenAPI document. They describe what `rendering` and `queries` make."""

from __future__ import annotations

from typing import Any

from rest_framework.serializers import (
    CharField,
    ChoiceField,
    DateTimeField,
    DictField,
    IntegerField,
    ListField,
    Serializer,
)

from annotate.api.schemas import Criterion, Demonstration, Finding, SpanRemark, Verdict
from review.states import ADJUDICATION_STATES, DECISIONS, FAULTS, REVIEW_STATES


class Review(Serializer[Any]):
    id = CharField()
    state = ChoiceField(REVIEW_STATES)
    lease_until = DateTimeField()
    claimed = DateTimeField()
    demonstration = Demonstration()
    revision = IntegerField()
    guideline_version = IntegerField()
    rubric = Criterion(many=True)
    findings = Finding(many=True)
    decision = CharField(allow_blank=True, help_text="Empty until it is decided")
    scores = DictField(child=IntegerField())
    comment = CharField(allow_blank=True)
    reasons = ListField(child=CharField())
    fault = CharField(allow_blank=True)
    comments = SpanRemark(many=True)
    decided = DateTimeField(allow_null=True)


class SpanComment(Serializer[Any]):
    """A remark on code points `start` to `end` (end excluded) of one message."""

    revision_message = IntegerField(min_value=0)
    start = IntegerField(min_value=0)
    end = IntegerField(min_value=1)
    text = CharField()


class Decision(Serializer[Any]):
    decision = ChoiceField(DECISIONS)
    scores = DictField(child=IntegerField(), help_text="A level for each criterion of the rubric, by its key")
    reasons = ListField(child=CharField(), required=False)
    fault = ChoiceField(FAULTS, required=False, allow_null=True)
    comment = CharField(required=False, allow_blank=True)
    comments = SpanComment(many=True, required=False)


class Adjudication(Serializer[Any]):
    id = CharField()
    state = ChoiceField(ADJUDICATION_STATES)
    why = CharField()
    opened = DateTimeField()
    resolved = DateTimeField(allow_null=True)
    demonstration = Demonstration()
    revision = IntegerField()
    guideline_version = IntegerField()
    rubric = Criterion(many=True)
    reviews = Verdict(many=True)
    decision = CharField(allow_blank=True)
    reason = CharField(allow_blank=True)
    scores = DictField(child=IntegerField())


class Resolution(Serializer[Any]):
    decision = ChoiceField(DECISIONS)
    reason = CharField(help_text="The reviewers and the writer will read it")
    scores = DictField(
        child=IntegerField(),
        required=False,
        allow_null=True,
        help_text="One's own, in place of the reviewers'",
    )
