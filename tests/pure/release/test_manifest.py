"""The manifest says what the contract promises, in bytes that no order of its parts can change."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release.facts import SourceFacts
from review.release.files import FileEntry
from review.release.manifest import canonical_json, checksums, manifest

from .making import facts

FILES = [
    FileEntry("data/train-00000-of-00001.jsonl", 10, "a" * 64, 5),
    FileEntry("data/test-00000-of-00001.jsonl", 10, "b" * 64, 2),
    FileEntry("README.md", 3, "c" * 64),
]


def test_the_manifest_has_what_the_contract_names() -> None:
    told = manifest(facts(), FILES)
    assert set(told) >= {
        "number",
        "created",
        "filters",
        "counts",
        "guideline_versions",
        "sources",
        "license",
        "agreement",
        "files",
    }
    assert told["counts"]["rows"] == 7
    assert told["counts"]["splits"] == {"train": 5, "test": 2}
    assert told["sources"][0]["licence"] == "CC-BY-4.0"
    assert told["agreement"][0]["low"] == 0.6
    assert told["files"][0] == {"path": "README.md", "bytes": 3, "sha256": "c" * 64, "rows": None}


@given(st.permutations(FILES))
def test_the_order_of_the_files_does_not_matter(files: Sequence[FileEntry]) -> None:
    assert canonical_json(manifest(facts(), files)) == canonical_json(manifest(facts(), FILES))
    assert checksums(files) == checksums(FILES)


def test_two_sources_of_one_name_are_added_up() -> None:
    twice = [SourceFacts(name="seed", licence="MIT", rows=3), SourceFacts(name="seed", licence="MIT", rows=4)]
    told = manifest(facts(sources=twice), FILES)
    assert told["counts"]["sources"] == {"seed": 7}
    assert len(told["sources"]) == 2


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.floats(allow_nan=False)))
def test_canonical_json_reads_back_and_is_stable(value: dict[str, object]) -> None:
    if any(isinstance(each, float) and each in (float("inf"), float("-inf")) for each in value.values()):
        with pytest.raises(ValueError, match="JSON"):
            canonical_json(value)
        return
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written
    assert written.endswith(b"\n") and not written.endswith(b"\n\n")


def test_the_checksums_are_in_the_form_of_sha256sum() -> None:
    assert checksums(FILES).decode().splitlines() == [
        f"{'c' * 64}  README.md",
        f"{'b' * 64}  data/test-00000-of-00001.jsonl",
        f"{'a' * 64}  data/train-00000-of-00001.jsonl",
    ]
    with pytest.raises(ValueError, match="cannot stand in SHA256SUMS"):
        checksums([FileEntry("a\nb", 0, "d" * 64)])
