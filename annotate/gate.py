"""What stands between a member and the next claim, read in one statement. Called by both queues' claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from annotate.models import Acknowledgement, Assignment, GuidelineVersion
from annotate.queueing import Limits
from workspace.models import Member, Pause


@dataclass(frozen=True)
class Gate:
    """The newest version and whether it was read; work in hand; what is paused; what the member may take."""

    member: Member
    version_id: int
    version_number: int
    has_read: bool
    held: int | None
    held_until: datetime | None
    returned: int | None
    stop: str | None
    limits: Limits


def open_gate(member: Member) -> Gate:
    """The gate of `member` to the writing queue: one statement."""
    active = Assignment.objects.filter(member=OuterRef("pk"), state="active")
    held = active.filter(round=1)
    row = (
        gate_rows(member)
        .annotate(
            held=Subquery(held.values("pk")[:1]),
            held_until=Subquery(held.values("lease_until")[:1]),
            returned=Subquery(active.filter(round__gt=1).order_by("claimed").values("pk")[:1]),
        )
        .values("version_id", "version_number", "has_read", "stops", "held", "held_until", "returned")
        .get()
    )
    stops = row.pop("stops") or []
    return Gate(
        member=member, stop=stop_sentence(stops, member=member), limits=limits_of(member, stops), **row
    )


def gate_rows(member: Member) -> QuerySet[Member]:
    """The member's row with what both queues ask: newest version, whether it was read, what is paused."""
    newest = GuidelineVersion.objects.filter(project=OuterRef("project"), number__isnull=False).order_by(
        "-number"
    )
    read = Acknowledgement.objects.filter(member=OuterRef("pk"), version=OuterRef("version_id"))
    return (
        Member.objects.filter(pk=member.pk)
        .annotate(
            version_id=Subquery(newest.values("pk")[:1]), version_number=Subquery(newest.values("number")[:1])
        )
        .annotate(has_read=Exists(read), stops=Subquery(_stops_of(member)))
    )


def _stops_of(member: Member) -> QuerySet[Pause]:
    return (
        Pause.objects.filter(project=member.project_id, lifted__isnull=True)
        .values("project")
        .annotate(stops=JSONBAgg(JSONObject(kind=F("kind"), target=F("target"), reason=F("reason"))))
        .values("stops")
    )


def stop_sentence(stops: list[dict[str, str]], *, member: Member) -> str | None:
    """The reason, as it was typed, why this member gets nothing at all; None where nothing stops them."""
    for stop in stops:
        if stop["kind"] == "project":
            return stop["reason"]
    for stop in stops:
        if stop["kind"] == "member" and stop["target"] == str(member.pk):
            return stop["reason"]
    return None


def limits_of(member: Member, stops: list[dict[str, str]]) -> Limits:
    """What the member may take from, and which categories and sources are paused."""
    return Limits(
        languages=tuple(member.languages),
        categories=tuple(member.categories),
        paused_categories=tuple(stop["target"] for stop in stops if stop["kind"] == "category"),
        paused_sources=tuple(int(stop["target"]) for stop in stops if stop["kind"] == "source"),
    )
