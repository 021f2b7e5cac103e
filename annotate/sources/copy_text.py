r"""A checked row as PostgreSQL's COPY has it, in text format.

In: a ``TaskRow`` and its digest. Out: one line without its end. Called by ``judging`` for files and by
``annotate.bulk`` for tasks sent one by one. Built by hand: at fifty thousand rows a second a driver's own
conversion of each value would cost half the time. Format: PostgreSQL documentation, COPY, "Text Format".
"""

from __future__ import annotations

import orjson

from annotate.sources.rows import TaskRow

# Names of `annotate_task`. Messages come last, because the mark of SQL's NULL must not be escaped.
ROW_COLUMNS = (
    "kind, prompt, brief, context, draft_response, reference, category, language, priority, external_id, "
    "metadata, digest, messages"
)
NULL = "\\N"


def copy_text(row: TaskRow, mark: bytes) -> str:
    r"""The columns ``ROW_COLUMNS`` of one row.

    Parameters: ``mark``, the row's digest.

    >>> from annotate.sources.checking import check_task
    >>> copy_text(check_task({"prompt": "A\tB\\n"}, line=1), bytes(16)).split("\t")[:2]
    ['respond', 'A\\tB\\\\n']
    """
    kind, prompt, context, brief, messages, draft, reference, category, language, priority, external, *_ = row
    metadata = orjson.dumps(row.metadata).decode() if row.metadata else "{}"
    turns = orjson.dumps(messages).decode() if messages is not None else ""
    number = str(priority)
    fields = (kind, prompt, brief, context, draft, reference, category, language, number, external, metadata)
    text = "\t".join((*fields, mark.hex(), turns))
    # A search for each of four characters costs less than one pass of `str.translate`.
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\r" in text:
        text = text.replace("\r", "\\r")
    if text.count("\t") > _TABS:
        text = "\t".join([_escaped(field) for field in (*fields, mark.hex(), turns)])
    return text if messages is not None else text + NULL


_TABS = ROW_COLUMNS.count(",")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
