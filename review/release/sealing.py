"""The last step of a build: card, changes, manifest, checksums, in that order, after all data files are
there.

Enters: the facts of a release, the entries of its data files, the two sorted streams of row marks. Leaves:
the complete directory, and the checksum of its manifest. Called by the job that builds a release.

The order is the promise: a directory with a ``SHA256SUMS`` is whole. Writing twice gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from review.release.card import card
from review.release.changes import RowMark, write_changes
from review.release.facts import ReleaseFacts
from review.release.files import FileEntry, Places, write_file
from review.release.manifest import (
    CHECKSUMS,
    MANIFEST,
    canonical_json,
    checksums,
    manifest,
)

CARD = "README.md"


class Sealed(NamedTuple):
    """A finished release: all its files, and the checksum that stands for the whole."""

    files: list[FileEntry]
    manifest_sha256: str


def seal(
    facts: ReleaseFacts,
    data: Sequence[FileEntry],
    places: Places,
    *,
    previous: Iterable[RowMark] = (),
    current: Iterable[RowMark],
) -> Sealed:
    """Write what makes data files a release.

    ``previous`` and ``current`` are the marks of the rows of the release before and of this one, sorted by
    id. Returns all entries, manifest and checksums included. Raises ``ValueError`` where the counts disagree
    or the marks are not sorted, ``NoSpace`` for a full disk.
    """
    listed = list(data)
    listed.append(write_file(CARD, card(facts, data).encode(), places))
    listed.append(write_changes(facts.number, facts.previous, previous, current, places))
    own = write_file(MANIFEST, canonical_json(manifest(facts, listed)), places)
    sums = write_file(CHECKSUMS, checksums([*listed, own]), places)
    return Sealed(sorted([*listed, own, sums]), own.sha256)
