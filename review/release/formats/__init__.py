"""The release formats, named by dotted path and loaded at first use.

Enters: the name of a format. Leaves: a ``Format``, which turns one row into bytes. Called by the writer of
shards, the verifier and the page that offers a choice. Adding a format is adding a file that defines
``FORMAT``, and one line here.
"""

from functools import cache
from importlib import import_module

from review.release.formats.base import Format

FORMATS = {
    "records": "review.release.formats.records",
    "messages": "review.release.formats.messages",
    "prompt_completion": "review.release.formats.prompt_completion",
    "alpaca": "review.release.formats.alpaca",
    "sharegpt": "review.release.formats.sharegpt",
    "csv": "review.release.formats.csv",
}
DEFAULT_FORMAT = "records"


class UnknownFormat(LookupError):
    """A format that this installation cannot write."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no release format called {name!r}. Choose one of: {', '.join(FORMATS)}.")


@cache
def load(name: str) -> Format:
    """Give the format of that name. Raises ``UnknownFormat``, whose message lists the names there are."""
    if name not in FORMATS:
        raise UnknownFormat(name)
    found = import_module(FORMATS[name]).FORMAT
    if not isinstance(found, Format):
        raise TypeError(f"{FORMATS[name]}.FORMAT is not a Format")
    return found
