"""How much a source may ask of the machine, and the refusal when it asks for more.

In: nothing. Out: ``Limits`` and ``SourceRefused``. Called by everything in ``annotate.sources`` that reads.
"""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


class SourceRefused(Exception):
    """The file as a whole cannot be taken in: its message says why, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one source. Bytes are bytes of the file; characters are those of the decoded text."""

    max_file_bytes: int = 4 * GIB
    max_decompressed_bytes: int = 8 * GIB
    # Plain text shrinks 3 to 20 times; only a bomb, or a file of one row repeated, shrinks a hundredfold.
    max_ratio: int = 100
    max_row_bytes: int = 8 * MIB
    max_depth: int = 32
    max_rows: int = 5_000_000
    max_text_chars: int = 200_000  # a prompt, a brief, a draft, one message
    max_context_chars: int = 1_000_000  # a context, a reference, all messages together
    max_messages: int = 500
    max_metadata_bytes: int = 64 * KIB


# Below this a file is too small to do harm, whatever its ratio.
RATIO_COUNTS_FROM = 16 * MIB


def size(number: int) -> str:
    """A number of bytes as a person says it.

    >>> size(8 * MIB), size(1500), size(3 * GIB // 2)
    ('8 MiB', '1500 bytes', '1.5 GiB')
    """
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if number >= unit and (number % unit == 0 or number >= 10 * unit or unit != KIB):
            return f"{number / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{number} bytes"
