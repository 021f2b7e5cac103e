"""A release holds what was approved at one moment, says where it comes from, and is the same bytes every time."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from annotate import returning
from annotate.models import Source
from review import adjudicating, building, freezing, publishing, release_storage
from review.measuring import compute_report
from review.models import Adjudication, Release, ReleaseFile
from review.release.verifying import verify
from review.selecting import Selection
from tests.conftest import Cast
from tests.factories import a_submitted_demonstration, a_task, decided
from tests.review.releasing import approved, built, bytes_of, directory_of, rows_of, said, sums_agree
from workspace import running
from workspace.models import AuditEvent
from workspace.refusals import Conflict, Invalid


def test_a_release_holds_what_was_approved_and_nothing_else(cast: Cast) -> None:
    first = approved(cast)
    second = approved(cast, "Less weight of air lies on the water.")
    a_submitted_demonstration(cast.second_writer)
    release = built(cast)
    assert (release.state, release.number, release.rows) == ("ready", 1, 2)
    directory = directory_of(release)
    assert sums_agree(directory)
    assert verify(directory) == []
    assert [row["id"] for row in rows_of(directory)] == [str(first.pk), str(second.pk)]
    manifest = json.loads((directory / "manifest.json").read_bytes())
    assert manifest["counts"]["excluded"] == {"not approved": 1}
    assert directory.name == f"{cast.project.slug}-0001"


def test_a_row_says_what_reviewers_scored_and_where_it_comes_from(cast: Cast) -> None:
    source = Source.objects.create(
        project=cast.project, name="Tab\there", format="jsonl", licence="CC-BY-4.0", state="ready"
    )
    a_task(
        cast.project,
        prompt="Why?\n“Because”\\\t",
        context="A passage,\n\twith a tab.",
        source=source,
        external_id="e-7",
        metadata={"page": 3},
        category="open_qa",
    )
    demonstration = a_submitted_demonstration(cast.writer, said('Line one\nline "two" 🙂 \\n'))
    decided(cast.reviewer, level=2)
    decided(cast.second_reviewer, level=3)
    demonstration.refresh_from_db()
    (row,) = rows_of(directory_of(built(cast)))
    assert row["prompt"] == "Why?\n“Because”\\\t"
    assert row["context"] == "A passage,\n\twith a tab."
    assert row["response"] == said('Line one\nline "two" 🙂 \\n')
    assert row["messages"] == demonstration.revisions.get().messages
    assert (row["source"], row["license"]) == ("Tab\there", "CC-BY-4.0")
    assert row["annotator_id"].startswith("a-")
    assert row["quality_rating"] == float(demonstration.quality_rating)
    assert set(row["scores"].values()) <= {2, 2.5, 3}
    assert (row["reviews"], row["guideline_version"], row["rubric_version"]) == (2, 1, 1)
    assert (row["origin"], row["language"], row["category"]) == ("human", "en", "open_qa")
    assert row["metadata"] == {"page": 3}
    assert row["approved"].endswith("Z") and datetime.fromisoformat(row["approved"]) == demonstration.settled
    lineage = row["lineage"]
    assert (lineage["external_id"], lineage["source"]) == ("e-7", str(source.pk))
    assert len(lineage["reviews"]) == 2
    assert lineage["adjudication"] is None


def test_a_rewritten_demonstration_releases_its_last_revision(cast: Cast) -> None:
    first = a_submitted_demonstration(cast.writer, said("Because I say so."))
    decided(cast.reviewer, "request_changes")
    decided(cast.second_reviewer, "request_changes")
    again = approved(cast, "Because the air is thinner.")
    assert again.pk == first.pk
    (row,) = rows_of(directory_of(built(cast)))
    assert row["response"] == said("Because the air is thinner.")
    assert (len(row["lineage"]["revisions"]), row["lineage"]["revision"]) == (2, 2)
    assert row["created"] < row["approved"]
    assert row["reviews"] == 2


def test_an_adjudicators_scores_stand_where_they_gave_some(cast: Cast) -> None:
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve", level=5)
    review = decided(cast.second_reviewer, "reject", level=1)
    scores = {
        one["key"]: min(level["value"] for level in one["levels"]) for one in review.guideline_version.rubric
    }
    adjudicating.resolve(
        cast.adjudicator,
        Adjudication.objects.get(),
        decision="approve",
        reason="It is right.",
        scores=scores,
        now=timezone.now(),
    )
    (row,) = rows_of(directory_of(built(cast)))
    assert row["scores"] == scores
    assert row["lineage"]["adjudication"] == str(Adjudication.objects.get().pk)


def test_a_machines_draft_is_told_from_a_persons_text(cast: Cast) -> None:
    approved(cast, "The draft.", kind="edit", draft_response=said("The draft."))
    approved(cast, "Better than the draft.", kind="edit", draft_response=said("The draft."))
    rows = rows_of(directory_of(built(cast)))
    assert [row["origin"] for row in rows] == ["machine_confirmed", "machine_edited"]


def test_what_happens_after_the_freeze_is_not_in_the_release(cast: Cast) -> None:
    kept = approved(cast, "Approved before.")
    release = publishing.start_release(cast.lead, now=timezone.now())
    freezing.freeze(release, Selection())
    approved(cast, "Approved while it was being written.")
    kept.task.context = "Changed meanwhile."
    kept.task.save()
    returning.withdraw(cast.lead, kept, now=timezone.now())
    building.build(release, by=None, clock=timezone.now)
    (row,) = rows_of(directory_of(release))
    assert (row["id"], row["response"], row["context"]) == (str(kept.pk), said("Approved before."), "")


def test_a_release_written_again_is_the_same_bytes(cast: Cast, tmp_path: Path) -> None:
    for number in range(5):
        approved(cast, f"Because of reason {number}.")
    built(cast)
    approved(cast, "A later one.")
    release = built(cast, splits={"train": 0.5, "test": 0.5}, shard_rows=2)
    returning.withdraw(cast.lead, approved(cast, "Gone."), now=timezone.now())
    Source.objects.update(name="Renamed")
    sealed = building.build_again(Release.objects.get(pk=release.pk), tmp_path / "again")
    assert bytes_of(tmp_path / "again") == bytes_of(directory_of(release))
    assert sealed.manifest_sha256 == release.manifest_sha256
    assert not (tmp_path / ".again.working").exists()
    with pytest.raises(Invalid, match="cannot be used"):
        building.build_again(release, tmp_path / "again")


def test_changes_name_what_came_and_went_since_the_release_before(cast: Cast) -> None:
    gone, kept = approved(cast, "One."), approved(cast, "Two.")
    built(cast)
    returning.withdraw(cast.lead, gone, now=timezone.now())
    new = approved(cast, "Three.")
    told = json.loads((directory_of(built(cast)) / "changes.json").read_bytes())
    assert (told["number"], told["previous"]) == (2, 1)
    assert (told["added"], told["removed"], told["changed"]) == ([str(new.pk)], [str(gone.pk)], [])
    assert str(kept.pk) not in json.dumps(told)


def test_the_card_tells_of_agreement_and_of_missing_licences(cast: Cast) -> None:
    for number in range(3):
        approved(cast, f"Reason {number}.")
    compute_report(cast.project, by=None, now=timezone.now())
    directory = directory_of(built(cast))
    card = (directory / "README.md").read_text()
    assert "Agreement between reviewers was not measured" not in card
    assert "nobody stated a licence" in card
    manifest = json.loads((directory / "manifest.json").read_bytes())
    assert {line["measure"] for line in manifest["agreement"]} > {"decision"}
    assert manifest["license"] == "LicenseRef-not-stated"
    assert manifest["counts"]["annotators"] == 1
    assert manifest["counts"]["reviewers"] == 2


def test_long_conversations_come_in_small_pages(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        approved(cast, f"Answer {number}: " + "words " * 500)
    monkeypatch.setattr("review.release_rows.PAGE_BYTES", 1)
    release = publishing.start_release(cast.lead, now=timezone.now())
    seen: list[int] = []
    building.build(
        release, by=None, clock=timezone.now, progress=lambda done, total, words: seen.append(done)
    )
    assert seen == [0, 1, 2, 3, 4, 4]
    assert len(rows_of(directory_of(release))) == 4


def test_a_build_that_was_interrupted_goes_on_and_gives_the_same_bytes(cast: Cast, tmp_path: Path) -> None:
    for number in range(6):
        approved(cast, f"Answer {number}.")
    release = publishing.start_release(cast.lead, now=timezone.now(), shard_rows=2)

    def dies_in_the_second_shard(done: int, total: int, words: str) -> None:
        if done > 2:
            raise running.Superseded

    with pytest.raises(running.Superseded):
        building.build(release, by=None, clock=timezone.now, progress=dies_in_the_second_shard)
    approved(cast, "Too late.")
    places = release_storage.places_of(release)
    finished = (places.release / "data/train-00000-of-00003.jsonl").stat()
    taken_up = Release.objects.get(pk=release.pk)
    building.build(taken_up, by=None, clock=timezone.now)
    assert (places.release / "data/train-00000-of-00003.jsonl").stat().st_mtime_ns == finished.st_mtime_ns
    assert not places.working.exists()
    building.build_again(taken_up, tmp_path / "undisturbed")
    assert bytes_of(tmp_path / "undisturbed") == bytes_of(places.release)


def test_a_release_that_is_ready_is_not_built_twice(cast: Cast) -> None:
    approved(cast)
    release = built(cast)
    building.build(Release.objects.get(pk=release.pk), by=None, clock=timezone.now)
    stalled = Release.objects.get(pk=release.pk)
    stalled.state = "building"  # what a worker that stalled still believes
    with pytest.raises(Conflict, match="is ready"):
        building.build(stalled, by=None, clock=timezone.now)
    release.refresh_from_db()
    assert (release.state, release.error) == ("ready", "")
    assert ReleaseFile.objects.filter(release=release).count() == 5


def test_a_row_that_the_format_cannot_hold_fails_the_build_with_its_id(cast: Cast) -> None:
    demonstration = approved(cast)
    release = publishing.start_release(cast.lead, now=timezone.now(), format="messages")
    freezing.freeze(release, Selection())
    with connection.cursor() as cursor:
        # No act makes such a row; a damaged database might.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE annotate_revision DISABLE TRIGGER revision_is_frozen")
        cursor.execute("""UPDATE annotate_revision SET messages = '[{"role": "user", "content": "Hi"}]'""")
    with pytest.raises(Conflict, match=f"Row {demonstration.pk} cannot be written"):
        building.build(release, by=None, clock=timezone.now)
    release.refresh_from_db()
    assert release.state == "failed"
    assert str(demonstration.pk) in release.error
    actions = AuditEvent.objects.filter(object_type="release").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["release.started", "release.failed"]
