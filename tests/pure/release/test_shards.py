"""Shards: the right rows in the right file, whole or not at all, the same bytes however often written."""

import errno
import hashlib
import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release import formats
from review.release.files import NoSpace, Overtaken, Places
from review.release.rows import ReleasedRow, UnwritableRow
from review.release.shards import Shard, WrongRows, finished, planned, write_shard

from .making import RECORDS, a_row, places_in, some_rows


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return places_in(tmp_path)


def the_shard(rows: int) -> Shard:
    return planned({"train": rows}, "jsonl")[0]


def names_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*") if path.is_file())


@given(st.integers(0, 300), st.integers(0, 300), st.integers(1, 50))
def test_a_plan_covers_every_row_once(train: int, test: int, size: int) -> None:
    shards = planned({"train": train, "test": test}, "jsonl", size)
    for split, total in (("train", train), ("test", test)):
        own = [shard for shard in shards if shard.split == split]
        covered = [at for shard in own for at in range(shard.start, shard.start + shard.rows)]
        assert covered == list(range(total))
        assert all(0 < shard.rows <= size for shard in own)
    assert len({shard.path for shard in shards}) == len(shards)


def test_a_plan_refuses_unknown_splits_and_empty_shards() -> None:
    with pytest.raises(ValueError, match="Unknown split 'dev'"):
        planned({"dev": 1}, "jsonl")
    with pytest.raises(ValueError, match="at least one row"):
        planned({"train": 1}, "jsonl", 0)


def test_the_entry_tells_the_bytes_that_are_on_the_disk(places: Places) -> None:
    rows = some_rows(1000)
    entry = write_shard(the_shard(1000), rows, RECORDS, places)
    written = (places.release / entry.path).read_bytes()
    assert written == b"".join(map(RECORDS.encode, rows))
    assert entry == (
        "data/train-00000-of-00001.jsonl",
        len(written),
        hashlib.sha256(written).hexdigest(),
        1000,
    )
    assert names_in(places.release) == ["train-00000-of-00001.jsonl"]


def test_a_finished_shard_is_not_read_again(places: Places) -> None:
    first = write_shard(the_shard(3), some_rows(3), RECORDS, places, "selection-1")

    def unread() -> Iterator[ReleasedRow]:
        raise AssertionError("a finished shard asked for its rows")
        yield a_row()

    assert write_shard(the_shard(3), unread(), RECORDS, places, "selection-1") == first


@pytest.mark.parametrize("damage", ["cut", "changed", "gone", "note gone", "note broken", "other selection"])
def test_a_shard_that_is_not_what_was_noted_is_written_again(places: Places, damage: str) -> None:
    shard = the_shard(3)
    first = write_shard(shard, some_rows(3), RECORDS, places, "selection-1")
    path = places.release / shard.path
    note = next(places.working.glob("*.note"))
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[:-5])
    elif damage == "changed":
        path.write_bytes(whole.replace(b"Prompt 1", b"Prompt 9"))
    elif damage == "gone":
        path.unlink()
    elif damage == "note gone":
        note.unlink()
    elif damage == "note broken":
        note.write_bytes(b"{")
    selection = "selection-2" if damage == "other selection" else "selection-1"
    asked = iter(some_rows(3))
    assert write_shard(shard, asked, RECORDS, places, selection) == first
    assert next(asked, None) is None
    assert path.read_bytes() == whole


@pytest.mark.parametrize(("given", "words"), [(2, "only 2 came"), (4, "more came"), (0, "only 0 came")])
def test_other_rows_than_were_frozen_leave_nothing_behind(places: Places, given: int, words: str) -> None:
    with pytest.raises(WrongRows, match=words):
        write_shard(the_shard(3), some_rows(given), RECORDS, places)
    assert names_in(places.release) == []
    assert not list(places.working.glob("*.part"))


def test_a_row_of_another_split_is_refused(places: Places) -> None:
    with pytest.raises(WrongRows, match="d-000002 is of the split test"):
        write_shard(the_shard(2), [a_row(1), a_row(2, split="test")], RECORDS, places)


def test_a_raw_line_break_inside_of_a_record_is_not_let_out(places: Places) -> None:
    with pytest.raises(WrongRows, match="a reader would find 3"):
        write_shard(the_shard(2), [a_row(1), a_row(2, lineage='{\n"a": 1}')], RECORDS, places)
    assert names_in(places.release) == []


def test_a_row_that_cannot_be_written_leaves_nothing_behind(places: Places) -> None:
    with pytest.raises(UnwritableRow):
        write_shard(the_shard(2), [a_row(1), a_row(2, source="\ud800")], RECORDS, places)
    assert names_in(places.release) == []


def test_a_full_disk_is_said_in_a_sentence_and_finished_shards_stay(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards = planned({"train": 6}, "jsonl", 3)
    write_shard(shards[0], some_rows(3), RECORDS, places)

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("review.release.files.os.fsync", full)
    with pytest.raises(
        NoSpace, match=r"^There is no space left .*train-00001-of-00002.jsonl.*free some space"
    ):
        write_shard(shards[1], some_rows(3, first=4), RECORDS, places)
    assert names_in(places.release) == ["train-00000-of-00002.jsonl"]
    assert not list(places.working.glob("*.part"))


@pytest.mark.parametrize("name", sorted(formats.FORMATS))
def test_the_same_rows_are_the_same_bytes_in_every_format(tmp_path: Path, name: str) -> None:
    form = formats.load(name)
    shard = planned({"train": 200}, form.extension)[0]
    entries = {write_shard(shard, some_rows(200), form, places_in(tmp_path / place)) for place in "abc"}
    assert len(entries) == 1


def test_memory_does_not_grow_with_the_rows(places: Places) -> None:
    long = "x" * 2000

    def peak(count: int) -> int:
        rows = (a_row(number, response=long) for number in range(count))
        tracemalloc.start()
        write_shard(the_shard(count), rows, RECORDS, Places(places.release, places.working / str(count)))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    small, large = peak(2_000), peak(10_000)
    assert large < small * 1.3 + 100_000


def test_every_line_is_json(places: Places) -> None:
    entry = write_shard(the_shard(50), some_rows(50), RECORDS, places)
    with (places.release / entry.path).open(encoding="utf-8") as lines:
        assert [json.loads(line)["id"] for line in lines] == [row.id for row in some_rows(50)]


def test_a_stalled_worker_cannot_spoil_what_its_successor_writes(places: Places) -> None:
    shard = the_shard(200)

    def stalled() -> Iterator[ReleasedRow]:
        for number, row in enumerate(some_rows(200)):
            if number == 130:
                write_shard(shard, some_rows(200), RECORDS, places)
            yield row

    with pytest.raises(Overtaken, match=r"taken over data/train-00000-of-00001\.jsonl"):
        write_shard(shard, stalled(), RECORDS, places)
    written = (places.release / shard.path).read_bytes()
    assert written == b"".join(map(RECORDS.encode, some_rows(200)))
    assert finished(shard, RECORDS, places) is not None
    assert not list(places.working.glob("*.part"))
