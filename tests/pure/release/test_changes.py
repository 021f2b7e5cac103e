"""changes.json names exactly the rows that came, went or changed, however many there are."""

import json
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release.changes import LISTS, RowMark, compared, write_changes
from review.release.files import Places
from review.release.manifest import canonical_json

from .making import places_in

marks = st.dictionaries(
    st.text(min_size=1, max_size=4), st.tuples(st.sampled_from("12"), st.sampled_from("xy")), max_size=12
)


def in_order(held: dict[str, tuple[str, str]]) -> list[RowMark]:
    return [RowMark(row_id, *held[row_id]) for row_id in in_place(held)]


def in_place(ids: Iterable[str]) -> list[str]:
    """Shorter ids first, so that the ids of numbers stand in the numbers' order."""
    return sorted(ids, key=lambda row_id: (len(row_id), row_id))


def test_ids_that_are_numbers_stand_in_the_order_of_the_numbers() -> None:
    numbers = [RowMark(str(number), "1", "x") for number in (8, 9, 10, 11, 100)]
    assert [row_id for _, row_id in compared([], numbers)] == ["8", "9", "10", "11", "100"]


@given(marks, marks)
def test_the_lists_are_what_set_arithmetic_says(
    old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]
) -> None:
    found: dict[str, list[str]] = {name: [] for name in LISTS}
    for name, row_id in compared(in_order(old), in_order(new)):
        found[name].append(row_id)
    both = in_place(set(old) & set(new))
    assert found == {
        "added": in_place(set(new) - set(old)),
        "removed": in_place(set(old) - set(new)),
        "changed": [row_id for row_id in both if old[row_id] != new[row_id]],
        "changed_text": [row_id for row_id in both if old[row_id][0] != new[row_id][0]],
        "changed_metadata": [row_id for row_id in both if old[row_id][1] != new[row_id][1]],
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        ({}, {"a": ("1", "x"), "b": ("1", "x")}),
        ({"a": ("1", "x"), 'é\n"': ("1", "x")}, {"a": ("2", "y")}),
    ],
)
def test_the_file_is_canonical_json(
    tmp_path: Path, old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]]
) -> None:
    places = places_in(tmp_path)
    entry = write_changes(4, 3, in_order(old), in_order(new), places)
    content = (places.release / "changes.json").read_bytes()
    told = json.loads(content)
    assert canonical_json(told) == content
    assert (told["number"], told["previous"]) == (4, 3)
    assert told["counts"] == {name: len(told[name]) for name in LISTS}
    assert (entry.bytes, entry.rows) == (len(content), None)


def test_marks_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sorted by id"):
        write_changes(1, None, [], [RowMark("b", "", ""), RowMark("a", "", "")], places_in(tmp_path))
    with pytest.raises(ValueError, match="sorted by id"):
        list(compared([RowMark("a", "", ""), RowMark("a", "", "")], []))


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def many(count: int) -> Iterator[RowMark]:
        return (RowMark(f"d-{number:09d}", "1", "x") for number in range(count))

    def peak(count: int) -> int:
        base = places_in(tmp_path / str(count))
        tracemalloc.start()
        write_changes(1, None, [], many(count), Places(base.release, base.working))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    # A first release of 150,000 ids is a file of 3 MB, read back in blocks of one.
    assert peak(150_000) < 3_000_000
