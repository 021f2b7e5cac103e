"""What manifest and card say of a release, gathered in the snapshot of its freeze and kept as JSON.

Enters: a release whose items were just frozen. Leaves: `Release.frozen`, and the same again as `ReleaseFacts` for
whoever writes or shows the release. Called by `review.freezing` and `review.publishing`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from annotate.models import GuidelineVersion, Source
from review.models import AgreementReport, Release
from review.release.facts import AgreementFacts, GuidelineFacts, ReleaseFacts, SourceFacts
from review.release.licences import UnknownLicence, combined
from review.selecting import CANDIDATES, WHY_NOT, Selection
from workspace.refusals import Conflict

# Tasks that were added one by one have no source, so nobody has stated their terms.
NO_SOURCE, NO_LICENCE = "Tasks without a source", "LicenseRef-not-stated"


def described(release: Release, selection: Selection) -> dict[str, Any]:
    """Everything the papers of `release` say, as JSON: read from its frozen items and, in the same snapshot, live rows.

    Raises `Conflict` where the licence of a source cannot be read.
    """
    project = release.project
    counts = _counts(release)
    known = Source.objects.in_bulk([int(key) for key in counts["source"] if key])
    sources = list(_sources(counts["source"], known))
    try:
        licence = combined(source.licence for source in sources)
    except UnknownLicence as error:
        raise Conflict(f"The licence of a source cannot be used: {error}") from error
    facts = ReleaseFacts(
        project=project.slug,
        title=project.title,
        number=release.number,
        created=in_utc(release.created),
        format=release.format,
        licence=licence,
        splits=counts["split"],
        categories=counts["category"],
        languages=counts["language"],
        sources=sources,
        guideline_versions=list(_versions(counts["version"])),
        agreement=list(_agreement(release)),
        annotators=len(counts["author"]),
        reviewers=_reviewers(release),
        reviews_per_row=project.reviews,
        filters=selection.filters,
        settings={**release.settings, "splits": selection.splits or {"train": 1.0}},
        excluded=_left_out(release, selection),
        description=project.description,
        review_plan=_plan(project.blind, project.reviews),
        limits=_limits(sources),
        selection=_digest(release),
        previous=_previous(release),
    )
    return {
        "facts": asdict(facts),
        "sources": {str(key): [source.name, source.licence] for key, source in known.items()},
    }


def facts_of(release: Release) -> ReleaseFacts:
    """The facts of a frozen release, with the versions of what writes it now.

    Raises `Conflict` for a release that has not been frozen yet.
    """
    if release.frozen is None:
        raise Conflict("The selection of this release is not frozen yet; wait until its build has begun.")
    told = dict(release.frozen["facts"])
    told["sources"] = [SourceFacts(**source) for source in told["sources"]]
    told["guideline_versions"] = [GuidelineFacts(**version) for version in told["guideline_versions"]]
    told["agreement"] = [AgreementFacts(**line) for line in told["agreement"]]
    return replace(ReleaseFacts(**told), writer=writer())


def in_utc(time: datetime) -> str:
    """A time as RFC 3339 text in UTC.

    >>> in_utc(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    '2026-01-02T03:04:05Z'
    """
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def writer() -> dict[str, str]:
    """The versions that decide about the bytes."""
    own = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]
    return {"scriptorium": str(own), "orjson": orjson.__version__}


_COUNTS = """
SELECT CASE WHEN grouping(i.split) = 0 THEN 'split' WHEN grouping(n.category) = 0 THEN 'category'
        WHEN grouping(n.language) = 0 THEN 'language' WHEN grouping(i.source_id) = 0 THEN 'source'
        WHEN grouping(n.guideline_version_id) = 0 THEN 'version' ELSE 'author' END,
    coalesce(i.split, n.category, n.language, i.source_id::text, n.guideline_version_id::text, n.author_id::text, ''),
    count(*)
FROM review_releaseitem i JOIN annotate_revision n ON n.id = i.revision_id
WHERE i.release_id = %s
GROUP BY GROUPING SETS ((i.split), (n.category), (n.language), (i.source_id), (n.guideline_version_id), (n.author_id))
ORDER BY 1, 2
"""


def _counts(release: Release) -> dict[str, dict[str, int]]:
    """Rows by split, category, language, source, version and author, all in one pass."""
    names = ("split", "category", "language", "source", "version", "author")
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [release.pk])
        for name, value, rows in cursor.fetchall():
            counts[name][value] = rows
    return counts


def _sources(counts: dict[str, int], known: dict[int, Source]) -> Iterable[SourceFacts]:
    for key, rows in counts.items():
        if not key:
            yield SourceFacts(name=NO_SOURCE, licence=NO_LICENCE, rows=rows)
            continue
        source = known[int(key)]
        yield SourceFacts(
            name=source.name,
            licence=source.licence,
            rows=rows,
            url=source.url,
            format=source.format,
            sha256=source.sha256,
        )


def _versions(counts: dict[str, int]) -> Iterable[GuidelineFacts]:
    known = GuidelineVersion.objects.filter(pk__in=[int(key) for key in counts]).order_by("number")
    for version in known:
        yield GuidelineFacts(
            number=version.number or 0,
            title=version.title,
            published=in_utc(version.published) if version.published else "",
            rows=counts[str(version.pk)],
            summary=version.summary,
            material=version.material,
        )


def _agreement(release: Release) -> Iterable[AgreementFacts]:
    """The figures of the newest report at this moment; none where agreement was never measured."""
    report = AgreementReport.objects.filter(project=release.project_id).order_by("-id").first()
    if report is None:
        return
    for result in report.results.order_by("id"):
        yield AgreementFacts(
            measure=result.measure,
            coefficient=result.coefficient,
            value=result.value,
            low=result.low,
            high=result.high,
            items=result.items,
            raters=result.raters,
            ratings=result.ratings,
            reason=result.reason,
        )


def _reviewers(release: Release) -> int:
    sql = """SELECT count(DISTINCT r.reviewer_id) FROM review_releaseitem i
        JOIN review_review r ON r.revision_id = i.revision_id AND r.state = 'decided' WHERE i.release_id = %s"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [release.pk])
        return int(cursor.fetchone()[0])


def _left_out(release: Release, selection: Selection) -> dict[str, int]:
    """Demonstrations that were handed in and are not released, by the first reason."""
    sql = f"""SELECT why, count(*) FROM (
        SELECT {WHY_NOT} AS why FROM {CANDIDATES}
        WHERE d.project_id = %(project)s AND d.state NOT IN ('draft', 'withdrawn')
    ) judged WHERE why IS NOT NULL GROUP BY why ORDER BY why"""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"project": release.project_id, **selection.parameters})
        return dict(cursor.fetchall())


def _digest(release: Release) -> str:
    """SHA-256 over which revision stands where: in blocks, so that no value grows with the release."""
    sql = """SELECT encode(sha256(string_agg(block, ''::bytea ORDER BY split, first)), 'hex') FROM (
        SELECT split, min(position) AS first,
            sha256(convert_to(string_agg(revision_id::text, ',' ORDER BY position), 'UTF8')) AS block
        FROM review_releaseitem WHERE release_id = %s GROUP BY split, position / 10000
    ) blocks"""
    with connection.cursor() as cursor:
        cursor.execute(sql, [release.pk])
        return f"sha256:{cursor.fetchone()[0]}"


def _previous(release: Release) -> int | None:
    earlier = Release.objects.filter(project=release.project_id, number__lt=release.number, state="ready")
    return earlier.order_by("-number").values_list("number", flat=True).first()


def _plan(blind: bool, reviews: int) -> str:
    who = "Reviewers do not see who wrote a demonstration. " if blind else ""
    if reviews == 1:
        return f"{who}A demonstration is released once its reviewer has approved it."
    return (
        f"{who}Reviews are independent: nobody sees another's before their own is in. A demonstration is released once "
        "all its reviews approve it, or once an adjudicator has approved it where they disagree."
    )


def _limits(sources: Iterable[SourceFacts]) -> list[str]:
    unstated = sum(source.rows for source in sources if source.licence == NO_LICENCE)
    if not unstated:
        return []
    what = "One row comes" if unstated == 1 else f"{unstated:,} rows come"
    return [f"{what} from tasks that were added without a source; nobody stated a licence for their prompts."]
