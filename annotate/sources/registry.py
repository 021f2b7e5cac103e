"""Every source format, by name.

In: a name. Out: the ``Format``, loaded at first use, so that a web worker carries only what it needs.
Called by ``reading`` and by the pages and commands that list the formats. To add one: a file and a line
here.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

from annotate.sources.fields import printable
from annotate.sources.format import Format
from annotate.sources.limits import SourceRefused

FORMATS: dict[str, str] = {
    "records": "annotate.sources.records",
    "jsonl": "annotate.sources.jsonl",
    "csv": "annotate.sources.csv",
    "alpaca": "annotate.sources.alpaca",
    "dolly": "annotate.sources.dolly",
    "sharegpt": "annotate.sources.sharegpt",
    "messages": "annotate.sources.messages",
    "oasst": "annotate.sources.oasst",
    "flan": "annotate.sources.flan",
    "p3": "annotate.sources.p3",
    "natural_instructions": "annotate.sources.natural_instructions",
    "squad": "annotate.sources.squad",
    "self_instruct": "annotate.sources.self_instruct",
}


@cache
def open_format(name: str) -> Format:
    """The format called ``name``.

    Raises: ``SourceRefused``, listing the names, where there is none.

    >>> open_format("alpaca").columns["prompt"]
    'instruction'
    """
    path = FORMATS.get(name)
    if path is None:
        raise SourceRefused(
            f"There is no source format “{printable(name)}”. Use one of {', '.join(FORMATS)}."
        )
    found: Format = import_module(path).FORMAT
    return found
