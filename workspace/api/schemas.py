"""The objects of the ground floor for the OpenAPI document. They describe what `shapes` makes and the calls take."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateTimeField,
    EmailField,
    FloatField,
    IntegerField,
    ListField,
)

from workspace.models import Pause
from workspace.models.jobs import JOB_STATES
from workspace.permissions import ROLES

Documented = serializers.Serializer


class ProjectSettings(Documented[Any]):
    """What an admin changes: any of them."""

    title = CharField(required=False, max_length=200)
    description = CharField(required=False, allow_blank=True)
    overlap = IntegerField(required=False, min_value=1, max_value=20, help_text="Annotators per task")
    overlap_share = FloatField(
        required=False, min_value=0, max_value=1, help_text="The share of tasks that get the overlap"
    )
    reviews = IntegerField(required=False, min_value=1, max_value=3, help_text="Reviews per demonstration")
    blind = BooleanField(required=False)
    writing_lease = IntegerField(required=False, min_value=60, max_value=604_800, help_text="In seconds")
    review_lease = IntegerField(required=False, min_value=60, max_value=604_800, help_text="In seconds")


class NewProject(ProjectSettings):
    slug = CharField(max_length=60, help_text="Lower-case letters, digits, single hyphens")
    title = CharField(max_length=200)


class Project(Documented[Any]):
    slug = CharField()
    title = CharField()
    description = CharField(allow_blank=True)
    overlap = IntegerField()
    overlap_share = FloatField()
    reviews = IntegerField()
    blind = BooleanField()
    writing_lease = IntegerField(help_text="In seconds")
    review_lease = IntegerField(help_text="In seconds")
    roles = ListField(child=ChoiceField(ROLES), help_text="The caller's own")
    created = DateTimeField()


class Membership(Documented[Any]):
    """What a member may do and take: any of them."""

    roles = ListField(child=ChoiceField(ROLES), required=False, min_length=1)
    languages = ListField(child=CharField(max_length=12), required=False, help_text="Empty: all")
    categories = ListField(child=CharField(max_length=60), required=False, help_text="Empty: all")


class NewMember(Membership):
    email = EmailField(max_length=254)
    name = CharField(required=False, allow_blank=True, max_length=120, help_text="For a user made now")
    roles = ListField(child=ChoiceField(ROLES), min_length=1)


class Member(Documented[Any]):
    id = CharField()
    email = EmailField()
    name = CharField(allow_blank=True)
    roles = ListField(child=ChoiceField(ROLES))
    languages = ListField(child=CharField())
    categories = ListField(child=CharField())
    active = BooleanField(help_text="False once removed")
    invited = BooleanField(help_text="True until they choose a password")
    paused = BooleanField()
    joined = DateTimeField()


class NewPause(Documented[Any]):
    kind = ChoiceField(Pause.KINDS)
    target = CharField(
        required=False,
        allow_blank=True,
        max_length=60,
        help_text="The category's key, or the id of the source or member; empty for the project",
    )
    reason = CharField(max_length=2000, help_text="Everybody who asks for work reads it")


class PauseShape(Documented[Any]):
    id = CharField()
    kind = ChoiceField(Pause.KINDS)
    target = CharField(allow_blank=True)
    reason = CharField()
    since = DateTimeField()


class Job(Documented[Any]):
    id = CharField()
    kind = CharField()
    state = ChoiceField(JOB_STATES)
    done = IntegerField()
    total = IntegerField(allow_null=True)
    message = CharField(allow_blank=True)
    result = serializers.JSONField(allow_null=True)
    error = CharField(allow_blank=True)
    created = DateTimeField()
    finished = DateTimeField(allow_null=True)


class NewToken(Documented[Any]):
    name = CharField(required=False, allow_blank=True, max_length=80, help_text="What it is for")


class Token(Documented[Any]):
    id = CharField()
    name = CharField(allow_blank=True)
    beginning = CharField(help_text="How the token begins")
    created = DateTimeField()
    last_used = DateTimeField(allow_null=True)


class FreshToken(Token):
    token = CharField(help_text="The token itself; it cannot be had again")
