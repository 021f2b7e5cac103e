"""Rows, facts and whole releases on disk for the tests of this folder."""

from pathlib import Path
from typing import Any

import orjson

from review.release import formats
from review.release.facts import (
    AgreementFacts,
    GuidelineFacts,
    ReleaseFacts,
    SourceFacts,
)
from review.release.files import FileEntry, Places
from review.release.rows import ReleasedRow, Turn, prompt_and_response
from review.release.shards import planned, write_shard

RECORDS = formats.load("records")


def json_text(value: Any) -> bytes:
    return orjson.dumps(value)


def a_row(
    number: int = 1,
    *,
    prompt: str = "Name three colours.",
    context: str = "",
    response: str = "Red, green, blue.",
    turns: list[Turn] | None = None,
    metadata: Any = None,
    split: str = "train",
    **changed: Any,
) -> ReleasedRow:
    """One row; ``turns`` overrides prompt and response."""
    if turns is None:
        turns = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
    else:
        prompt, response = prompt_and_response(turns)
    row = ReleasedRow(
        id=f"d-{number:06d}",
        prompt=prompt,
        context=context,
        response=response,
        messages=json_text(turns),
        source="seed",
        license="CC-BY-4.0",
        annotator_id="a-bcdefghijklm",
        category="brainstorming",
        language="en",
        quality_rating=4.5,
        scores=json_text({"helpful": 4, "honest": 5}),
        reviews=2,
        guideline_version=3,
        rubric_version=2,
        origin="human",
        created="2026-01-02T03:04:05.678901Z",
        approved="2026-01-03T00:00:00Z",
        metadata=json_text(metadata or {}),
        lineage=json_text({"task": f"t-{number}", "revisions": [1, 2]}),
        split=split,
    )
    return row._replace(**changed)


def some_rows(count: int, split: str = "train", first: int = 1) -> list[ReleasedRow]:
    numbers = range(first, first + count)
    return [a_row(number, prompt=f"Prompt {number}\nline two", split=split) for number in numbers]


def facts(**changed: Any) -> ReleaseFacts:
    told: dict[str, Any] = {
        "project": "demo",
        "title": "Demo demonstrations",
        "number": 3,
        "created": "2026-02-01T00:00:00Z",
        "format": "records",
        "licence": "CC-BY-4.0",
        "splits": {"train": 5, "test": 2},
        "categories": {"brainstorming": 7},
        "languages": {"en": 7},
        "sources": [SourceFacts(name="seed", licence="CC-BY-4.0", rows=7, url="https://example.org/seed")],
        "guideline_versions": [
            GuidelineFacts(
                number=3, title="How to write", published="2026-01-01T00:00:00Z", rows=7, summary="New."
            )
        ],
        "agreement": [
            AgreementFacts(
                measure="decision",
                coefficient="krippendorff_alpha",
                value=0.71234,
                low=0.6,
                high=0.8,
                items=40,
                raters=3,
                ratings=90,
            ),
            AgreementFacts(
                measure="honest", coefficient="cohen_kappa", value=None, reason="Only one level occurs."
            ),
        ],
        "annotators": 4,
        "reviewers": 3,
        "reviews_per_row": 2,
        "filters": {"state": "approved", "languages": ["en"]},
        "excluded": {"not approved": 11},
        "writer": {"scriptorium": "0.1.0"},
        "selection": "sha256:abc",
    }
    return ReleaseFacts(**(told | changed))


def places_in(directory: Path, name: str = "demo-0003") -> Places:
    return Places(directory / "releases" / name, directory / "working" / name)


def data_files(places: Places, form: str = "records", per_shard: int = 2) -> list[FileEntry]:
    """Write the seven rows that ``facts()`` counts."""
    chosen = formats.load(form)
    rows = {"train": some_rows(5), "test": some_rows(2, "test", first=6)}
    shards = planned({split: len(held) for split, held in rows.items()}, chosen.extension, per_shard)
    return [
        write_shard(shard, rows[shard.split][shard.start : shard.start + shard.rows], chosen, places)
        for shard in shards
    ]
