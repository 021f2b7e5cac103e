"""``records``: every field of a released row, one JSON object a line. The default, and the only lossless one.

Enters: a ``ReleasedRow``. Leaves: one line with the keys in the order of the row; prompt and context stay
apart. Called through ``review.release.formats.load("records")``.
"""

import orjson

from review.release.formats.base import Format, unwritable
from review.release.rows import RECORD_KEYS, ReleasedRow

_Fragment = orjson.Fragment
_dumps = orjson.dumps
_NEWLINE = orjson.OPT_APPEND_NEWLINE


def encode(row: ReleasedRow) -> bytes:
    """Write one row as one line of JSON. The JSON columns go in as the text they are, unparsed."""
    # The shorter of the two ends the zip: the split, last in the row, names the file and stays out of the
    # line.
    record: dict[str, object] = dict(zip(RECORD_KEYS, row, strict=False))
    record["messages"] = _Fragment(row.messages)
    record["scores"] = _Fragment(row.scores)
    record["metadata"] = _Fragment(row.metadata)
    record["lineage"] = _Fragment(row.lineage)
    try:
        return _dumps(record, option=_NEWLINE)
    except TypeError as error:
        raise unwritable(row.id, error) from error


FORMAT = Format("records", "jsonl", "Every field, one JSON object a line.", encode)
