"""A whole release verifies, with our own tool and with sha256sum; every kind of damage is found and named."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from review.release.changes import RowMark
from review.release.files import Places
from review.release.manifest import canonical_json
from review.release.sealing import Sealed, seal
from review.release.untrusted import safe_path
from review.release.verifying import verify

from .making import data_files, facts, places_in

TRAIN = "data/train-00000-of-00003.jsonl"


def a_release(directory: Path, form: str = "records") -> tuple[Path, Sealed]:
    places = places_in(directory)
    marks = [RowMark(f"d-{number:06d}", "r1", "m") for number in range(1, 8)]
    sealed = seal(facts(format=form), data_files(places, form), places, current=marks)
    return places.release, sealed


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return a_release(tmp_path)[0]


@pytest.mark.parametrize("form", ["records", "messages", "prompt_completion", "alpaca", "sharegpt", "csv"])
def test_a_whole_release_has_no_problem(tmp_path: Path, form: str) -> None:
    assert verify(a_release(tmp_path, form)[0]) == []


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_sha256sum_itself_agrees(release: Path) -> None:
    told = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=release,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    listed = {line.removesuffix(": OK") for line in told.stdout.splitlines()}
    there = {str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()}
    assert listed == there - {"SHA256SUMS"}


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not on this machine")
def test_sha256sum_sees_one_changed_letter(release: Path) -> None:
    path = release / TRAIN
    path.write_bytes(path.read_bytes().replace(b"Red", b"Rad", 1))
    told = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=release, capture_output=True, check=False)
    assert told.returncode == 1


def test_the_release_holds_the_files_of_the_contract(release: Path) -> None:
    assert sorted(str(path.relative_to(release)) for path in release.rglob("*") if path.is_file()) == [
        "README.md",
        "SHA256SUMS",
        "changes.json",
        "data/test-00000-of-00001.jsonl",
        "data/train-00000-of-00003.jsonl",
        "data/train-00001-of-00003.jsonl",
        "data/train-00002-of-00003.jsonl",
        "manifest.json",
    ]


def retold(release: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change the manifest as a forger would, without the checksum of the manifest following."""
    path = release / "manifest.json"
    told = json.loads(path.read_bytes())
    change(told)
    path.write_bytes(canonical_json(told))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def nest(release: Path) -> None:
    (release / "a/b").mkdir(parents=True)
    (release / "a/b/c").touch()


DAMAGE: dict[str, tuple[Callable[[Path], object], set[tuple[str, str]]]] = {
    "data gone": (lambda at: (at / TRAIN).unlink(), {("missing", TRAIN)}),
    "card gone": (lambda at: (at / "README.md").unlink(), {("missing", "README.md")}),
    "sums gone": (lambda at: (at / "SHA256SUMS").unlink(), {("missing", "SHA256SUMS")}),
    "one bit": (lambda at: flip(at / TRAIN), {("altered", TRAIN)}),
    "cut": (lambda at: cut(at / TRAIN), {("altered", TRAIN), ("miscounted", TRAIN)}),
    "card changed": (lambda at: flip(at / "README.md"), {("altered", "README.md")}),
    "extra": (lambda at: (at / "data/more.jsonl").write_text("{}\n"), {("extra", "data/more.jsonl")}),
    "extra deep": (nest, {("extra", "a/b/c")}),
    "manifest broken": (lambda at: (at / "manifest.json").write_text("{"), {("unreadable", "manifest.json")}),
    "manifest a list": (
        lambda at: (at / "manifest.json").write_text("[]"),
        {("unreadable", "manifest.json")},
    ),
    "manifest changed": (
        lambda at: retold(at, lambda told: told.update(title="Other")),
        {("altered", "manifest.json")},
    ),
    "sums broken": (
        lambda at: (at / "SHA256SUMS").write_text((at / "SHA256SUMS").read_text() + "nonsense\n"),
        {("unreadable", "SHA256SUMS")},
    ),
    "sums of another file": (
        lambda at: (at / "SHA256SUMS").write_text((at / "SHA256SUMS").read_text() + f"{'0' * 64}  x\n"),
        {("altered", "SHA256SUMS")},
    ),
    "format unknown": (
        lambda at: retold(at, lambda told: told.update(format="xml")),
        {("unreadable", "manifest.json"), ("altered", "manifest.json")},
    ),
}


@pytest.mark.parametrize("damage", sorted(DAMAGE))
def test_every_damage_is_found_and_named(release: Path, damage: str) -> None:
    spoil, expected = DAMAGE[damage]
    spoil(release)
    found = verify(release)
    assert expected <= {(problem.kind, problem.path) for problem in found}
    assert all(problem.sentence.endswith(".") for problem in found)
    if "manifest" not in damage and "format" not in damage:
        assert {(problem.kind, problem.path) for problem in found} == expected


def test_a_manifest_that_counts_other_rows_is_found_even_when_checksums_follow(release: Path) -> None:
    def recount(told: dict[str, object]) -> None:
        files = told["files"]
        assert isinstance(files, list)
        next(entry for entry in files if entry["path"] == TRAIN)["rows"] = 99

    retold(release, recount)
    problems = verify(release)
    assert ("miscounted", TRAIN) in {(problem.kind, problem.path) for problem in problems}
    assert ("miscounted", "manifest.json") in {(problem.kind, problem.path) for problem in problems}


@pytest.mark.parametrize(
    "path", ["../outside.txt", "/etc/hostname", "data/../../outside.txt", "a\\b", "", "./x", "."]
)
def test_a_path_that_leads_out_is_a_problem_and_is_not_opened(release: Path, path: str) -> None:
    (release.parent / "outside.txt").write_text("secret")

    def forge(told: dict[str, object]) -> None:
        files = told["files"]
        assert isinstance(files, list)
        files.append({"path": path, "bytes": 6, "sha256": "0" * 64, "rows": None})

    retold(release, forge)
    unsafe = [problem for problem in verify(release) if problem.kind == "unsafe"]
    assert [problem.path for problem in unsafe] == [path]
    assert not safe_path(path)


@pytest.mark.parametrize("path", ["a\ud800", "a\x1b[31m", "a\u202eb", "a\nb"])
def test_a_path_that_cannot_be_printed_is_a_problem_that_can(release: Path, path: str) -> None:
    told = json.loads((release / "manifest.json").read_bytes())
    told["files"].append({"path": path, "bytes": "\ud800", "sha256": "0" * 64, "rows": None})
    (release / "manifest.json").write_text(json.dumps(told))
    (problem,) = [problem for problem in verify(release) if problem.kind == "unsafe"]
    assert problem.path.isprintable()
    assert problem.sentence.isprintable()
    problem.sentence.encode()


def test_links_are_named_and_never_followed(release: Path, tmp_path: Path) -> None:
    content = (release / TRAIN).read_bytes()
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(content)
    (release / TRAIN).unlink()
    (release / TRAIN).symlink_to(outside)
    (release / "elsewhere").symlink_to(tmp_path, target_is_directory=True)
    found = {(problem.kind, problem.path) for problem in verify(release)}
    assert found == {("unsafe", TRAIN), ("unsafe", "elsewhere")}


def test_a_data_directory_that_is_a_link_is_not_entered(release: Path, tmp_path: Path) -> None:
    (release / "data").rename(tmp_path / "moved")
    (release / "data").symlink_to(tmp_path / "moved")
    kinds = {(problem.kind, problem.path) for problem in verify(release)}
    assert ("unsafe", "data") in kinds
    assert ("missing", TRAIN) in kinds


def test_a_pipe_in_place_of_the_manifest_does_not_block(release: Path) -> None:
    (release / "manifest.json").unlink()
    os.mkfifo(release / "manifest.json")
    assert ("unsafe", "manifest.json") in {(problem.kind, problem.path) for problem in verify(release)}


def test_a_name_that_is_no_text_can_still_be_printed(release: Path) -> None:
    Path(os.fsdecode(os.fsencode(release) + b"/\xff\x1b[31m")).touch()
    (problem,) = verify(release)
    assert problem.kind == "extra"
    assert problem.sentence.encode().isascii()
    assert problem.sentence.isprintable()


def test_no_directory_is_one_problem(tmp_path: Path) -> None:
    assert [problem.kind for problem in verify(tmp_path / "absent")] == ["missing"]


def test_sealing_twice_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    one, first = a_release(tmp_path / "one")
    other, second = a_release(tmp_path / "other")
    again = a_release(tmp_path / "one")[1]
    assert first == second == again
    assert (one / "SHA256SUMS").read_bytes() == (other / "SHA256SUMS").read_bytes()


def test_a_manifest_whose_files_hold_other_rows_is_refused(tmp_path: Path) -> None:
    places: Places = places_in(tmp_path)
    files = data_files(places)
    with pytest.raises(ValueError, match=r"hold 5 rows, but 7 were frozen"):
        seal(facts(), [entry for entry in files if "train" in entry.path], places, current=[])
    assert not (places.release / "SHA256SUMS").exists()


@given(st.text(max_size=30))
def test_a_safe_path_stays_below_its_directory(path: str) -> None:
    if safe_path(path):
        joined = os.path.normpath(os.path.join("/release", path))  # noqa: PTH118
        assert joined.startswith("/release/")
        assert joined == f"/release/{path}"


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
entry = st.fixed_dictionaries(
    {}, optional={key: json_value | st.just("data/x") for key in ("path", "bytes", "sha256", "rows")}
)
keys = st.sampled_from(["files", "format", "counts", "number"])


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, json_value | st.lists(entry, max_size=3)) | json_value, st.binary(max_size=90))
def test_no_manifest_and_no_list_can_break_the_verifier(tmp_path: Path, told: object, sums: bytes) -> None:
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data/x").write_bytes(b"{}\n")
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    (tmp_path / "SHA256SUMS").write_bytes(sums)
    problems = verify(tmp_path)
    assert problems
    for problem in problems:
        assert problem.sentence.isprintable(), problem
        assert problem.path.isprintable(), problem
        problem.sentence.encode()
