"""What a release format is, and the pieces several of them share.

Enters: one ``ReleasedRow``. Leaves: the bytes of one record, and a count of the records in written bytes.
Called by the members of ``review.release.formats``, by ``review.release.shards`` and
``review.release.verifying``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from review.release.rows import ReleasedRow, Turn, UnwritableRow


class RecordCount(Protocol):
    """Counts the records in a file that is fed to it block by block."""

    @property
    def records(self) -> int:
        """How many whole records so far."""
        ...

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the file, cut anywhere."""


class LineCount:
    r"""Counts lines, each one record; a last line without an end is not whole and not counted.

    >>> count = LineCount(); count.feed(b'{}\n{'); count.feed(b'}\n'); count.records
    2
    """

    def __init__(self) -> None:
        self.records = 0

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the file, cut anywhere."""
        self.records += block.count(b"\n")


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write released rows to a file.

    ``encode`` gives the bytes of one record, its line end included, and raises ``UnwritableRow`` where the
    format cannot hold the row. ``header`` opens every file. ``counter`` makes a fresh count of records for
    one file. ``says`` is the sentence that pages and cards print.
    """

    name: str
    extension: str
    says: str
    encode: Callable[[ReleasedRow], bytes]
    header: bytes = b""
    counter: Callable[[], RecordCount] = LineCount


def json_line(row_id: str, value: dict[str, Any]) -> bytes:
    """Write one value as one line of JSON, UTF-8, keys in the order given.

    Raises ``UnwritableRow`` for what UTF-8 JSON cannot say (half of a surrogate pair).
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError as error:
        raise unwritable(row_id, error) from error


def unwritable(row_id: str, error: Exception) -> UnwritableRow:
    """Say in a sentence why the encoder refused a row."""
    return UnwritableRow(row_id, f"its text is not valid Unicode or its values are not JSON ({error}).")


def answered(row: ReleasedRow, turns: list[Turn]) -> list[Turn]:
    """Give the turns back where the last one is the assistant's; raises ``UnwritableRow`` otherwise."""
    if not turns or turns[-1]["role"] != "assistant":
        raise UnwritableRow(row.id, "its last turn is not the assistant's, so it answers nothing.")
    return turns
