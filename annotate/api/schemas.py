"""The objects of this floor for the OpenAPI document. They describe what `rendering` and `queries` make."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
)

from annotate.states import ASSIGNMENT_STATES, DEMONSTRATION_STATES, SKIP_REASONS, TASK_KINDS

Documented = serializers.Serializer


class Message(Documented[Any]):
    role = ChoiceField(["system", "user", "assistant"])
    content = CharField(allow_blank=True)


class Level(Documented[Any]):
    value = IntegerField()
    anchor = CharField()


class Criterion(Documented[Any]):
    key = CharField()
    name = CharField()
    question = CharField()
    judges = ChoiceField(["prompt", "response", "conversation"])
    scale = ChoiceField(["nominal", "ordinal", "interval"])
    weight = FloatField()
    required = BooleanField()  # type: ignore[assignment]
    levels = Level(many=True)


class Example(Documented[Any]):
    kind = ChoiceField(["example", "counterexample"])
    prompt = CharField()
    response = CharField()
    why = CharField()
    category = CharField()


class Category(Documented[Any]):
    key = CharField()
    name = CharField()
    target = IntegerField()


class GuidelineParts(Documented[Any]):
    """What an admin edits: any of them."""

    title = CharField(required=False)
    body = CharField(required=False, help_text="Markdown")
    examples = Example(many=True, required=False)
    rubric = Criterion(many=True, required=False)
    categories = Category(many=True, required=False)
    bounds = DictField(required=False, help_text="Words at least and at most, by category where it differs")


class GuidelineVersion(Documented[Any]):
    number = IntegerField(allow_null=True, help_text="null for the draft")
    title = CharField()
    body = CharField(help_text="Markdown")
    summary = CharField(allow_blank=True)
    material = BooleanField()
    material_categories = ListField(
        child=CharField(), help_text="Of a material change; none named means all categories"
    )
    created = DateTimeField()
    published = DateTimeField(allow_null=True)
    examples = Example(many=True)
    rubric = Criterion(many=True)
    categories = Category(many=True)
    bounds = DictField()
    fingerprint = CharField(help_text="Of what an admin edits: says whether the draft is still what you read")


class GuidelineChange(GuidelineParts):
    fingerprint = CharField(
        required=False, help_text="Of the draft you began with; 409 with the current one where it has changed"
    )


class ChangedPart(Documented[Any]):
    kind = ChoiceField(["same", "removed", "added"])
    text = CharField(allow_blank=True)


class ChangedField(Documented[Any]):
    field = CharField()
    change = ChoiceField(["same", "changed", "added", "removed"])
    parts = ChangedPart(many=True)


class ChangedEntry(Documented[Any]):
    key = CharField(required=False, help_text="Of a criterion or category")
    label = CharField(allow_blank=True)  # type: ignore[assignment]
    change = ChoiceField(["same", "changed", "added", "removed"])
    fields = ChangedField(many=True)  # type: ignore[assignment]


class GuidelineDiff(Documented[Any]):
    old = IntegerField()
    new = IntegerField()
    title = ChangedField()
    sections = ChangedEntry(many=True, help_text="Of the body, split at its `##` headings")
    examples = ChangedEntry(many=True)
    rubric = ChangedEntry(many=True)
    categories = ChangedEntry(many=True)
    bounds = ChangedEntry(many=True, help_text="Each limit by its path")
    changes = DictField(child=IntegerField(), help_text="How many entries of each are not the same")


class PublicationPreview(Documented[Any]):
    number = IntegerField(help_text="The number the draft would get")
    approved = DictField(child=IntegerField(), help_text="By category: what a material change would concern")
    total = IntegerField()
    fingerprint = CharField()


class Publication(Documented[Any]):
    summary = CharField(help_text="What changed; everyone will read it")
    material = BooleanField(required=False, help_text="Whether it invalidates earlier work")
    categories = ListField(
        child=CharField(), required=False, help_text="Where it does; none named means in all categories"
    )
    fingerprint = CharField(required=False, help_text="Of the draft you read; 409 where it has changed since")


class Acknowledgement(Documented[Any]):
    number = IntegerField()
    at = DateTimeField()


class Task(Documented[Any]):
    id = CharField()
    kind = ChoiceField(TASK_KINDS)
    prompt = CharField(allow_blank=True)
    context = CharField(allow_blank=True)  # type: ignore[assignment]
    brief = CharField(allow_blank=True)
    messages = Message(many=True, allow_null=True)
    draft_response = CharField(allow_blank=True)
    category = CharField(allow_blank=True)
    language = CharField(allow_blank=True)
    external_id = CharField(allow_blank=True)
    metadata = DictField()


class Draft(Documented[Any]):
    messages = Message(many=True)
    category = CharField(allow_blank=True)
    version = IntegerField(help_text="0 where nothing was saved yet")


class SavedDraft(Draft):
    saved = DateTimeField(allow_null=True)


class DraftToSave(Documented[Any]):
    messages = Message(many=True, help_text="What the task gave may be left out")
    category = CharField(required=False, allow_null=True)
    version = IntegerField(min_value=0, help_text="The version this text was written over")


class Submission(Documented[Any]):
    messages = Message(many=True, required=False, allow_null=True)
    category = CharField(required=False, allow_null=True)
    version = IntegerField(min_value=0, required=False, allow_null=True)


class SkipReason(Documented[Any]):
    reason = ChoiceField(list(SKIP_REASONS))
    words = CharField(required=False, allow_blank=True, help_text="Needed for the reason `other`")


class Assignment(Documented[Any]):
    id = CharField()
    state = ChoiceField(ASSIGNMENT_STATES)
    round = IntegerField(help_text="1 for new work, higher where it was returned")
    lease_until = DateTimeField()
    guideline_version = IntegerField()
    demonstration = CharField(allow_null=True, help_text="The id of what is being written, once it was saved")
    task = Task()
    draft = SavedDraft()


class Finding(Documented[Any]):
    check = CharField()
    severity = ChoiceField(["error", "warning", "note"])
    words = CharField()
    message = IntegerField()
    start = IntegerField()
    end = IntegerField()


class Findings(Documented[Any]):
    version = IntegerField()
    findings = Finding(many=True)


class Person(Documented[Any]):
    id = CharField()
    name = CharField()


class Demonstration(Documented[Any]):
    id = CharField()
    task = Task()
    state = ChoiceField(DEMONSTRATION_STATES)
    messages = Message(many=True)
    category = CharField(allow_blank=True)
    language = CharField(allow_blank=True)
    guideline_version = IntegerField()
    revision = IntegerField(help_text="0 before the first submission")
    quality_rating = FloatField(allow_null=True)
    created = DateTimeField()
    submitted = DateTimeField(allow_null=True)
    settled = DateTimeField(allow_null=True)
    annotator = Person(required=False, help_text="Absent where the reader may not know it")


class SpanRemark(Documented[Any]):
    message = IntegerField()
    start = IntegerField()
    end = IntegerField()
    quote = CharField()
    text = CharField()


class Verdict(Documented[Any]):
    """A review or an adjudication, as far as the reader may see it."""

    kind = ChoiceField(["review", "adjudication"])
    revision = IntegerField()
    decision = ChoiceField(["approve", "request_changes", "reject"])
    comment = CharField(allow_blank=True)
    reasons = ListField(child=CharField())
    fault = CharField(allow_blank=True)
    scores = DictField(child=IntegerField())
    comments = SpanRemark(many=True)
    decided = DateTimeField(allow_null=True)
    guideline_version = IntegerField(
        allow_null=True, help_text="The version it was judged by; null for adjudications"
    )
    superseded = BooleanField(help_text="Whether a material change has asked for another review since")
    by = Person(required=False, help_text="Absent where the reader may not know it")


class DemonstrationInFull(Demonstration):
    findings = Finding(many=True)
    reviews = Verdict(many=True)


class Revision(Documented[Any]):
    revision = IntegerField()
    messages = Message(many=True)
    category = CharField(allow_blank=True)
    language = CharField(allow_blank=True)
    guideline_version = IntegerField()
    findings = Finding(many=True)
    submitted = DateTimeField()
    reviews = Verdict(many=True)


class History(Documented[Any]):
    results = Revision(many=True)
    next = serializers.URLField(allow_null=True)
