"""The frozen rows of a release as the writers take them: read in keyset pages, each a short statement of its own.

Enters: a frozen release, a split, a range of positions. Leaves: `ReleasedRow` tuples in order, or row marks for the
comparison with the release before. Called by `review.publishing`.

A million rows pass through here. The server puts a whole page into one text (a line a row, tab between the fields),
because a driver that makes twenty values of each row would cost more than everything else together; JSON columns stay
the text they are. Every field is a number, a word of ours or JSON, and none of them can hold a tab or a line break.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from functools import lru_cache
from queue import Full, Queue
from threading import Event, Thread
from typing import Any

import orjson
from django.db import connection
from psycopg.pq import Format

from annotate.models import GuidelineVersion
from review.models import Release
from review.release.changes import RowMark
from review.release.pseudonyms import Pseudonyms
from review.release.rows import SPLITS, ReleasedRow, prompt_and_response
from review.release_papers import NO_LICENCE, NO_SOURCE

PAGE_ROWS = 2_000
# Stored (compressed) bytes of conversations a page may hold beyond its first row: long ones come in small pages.
PAGE_BYTES = 4_000_000
_MARKS_PAGE = 20_000

Pause = Callable[[int], None]

_PAGE = """
SELECT count(*), convert_to(string_agg(line, E'\\n' ORDER BY position), 'UTF8') FROM (
    SELECT position, concat_ws(E'\\t', demonstration_id, coalesce(source_id, 0), author_id, to_json(category),
        to_json(language), coalesce(quality_rating::text, ''), scores, reviews, guideline_version_id,
        rubric_version_id, origin, to_json(created AT TIME ZONE 'UTC'), to_json(approved AT TIME ZONE 'UTC'),
        CASE WHEN context = '' THEN '' ELSE to_json(context)::text END, metadata, lineage, messages) AS line
    FROM (
        SELECT i.*, n.author_id, n.category, n.language, n.guideline_version_id, n.messages,
            sum(pg_column_size(n.messages) + pg_column_size(i.context)) OVER (ORDER BY i.position)
                - pg_column_size(n.messages) - pg_column_size(i.context) AS before
        -- The limit tells the planner how few they are, whatever the statistics of a fresh table say.
        FROM (
            SELECT * FROM review_releaseitem
            WHERE release_id = %s AND split = %s AND position >= %s AND position < %s ORDER BY position LIMIT %s
        ) i JOIN annotate_revision n ON n.id = i.revision_id
    ) page WHERE before < %s
) lines
"""
_MARKS = """
SELECT i.position, i.demonstration_id, i.revision_id, coalesce(i.source_id, 0),
    CASE WHEN %s THEN md5(concat_ws(E'\\t', i.split, i.rubric_version_id, i.quality_rating, i.scores, i.reviews,
        i.origin, i.metadata, i.lineage, i.created, i.approved)) END,
    CASE WHEN %s THEN md5(i.context) END
FROM review_releaseitem i
WHERE i.release_id = %s AND i.split = %s AND i.position >= %s ORDER BY i.position LIMIT %s
"""


class RowReader:
    """Reads the rows of one frozen release. What many rows share is looked up once."""

    def __init__(self, release: Release) -> None:
        if release.frozen is None:
            raise ValueError("A release is read only after its selection was frozen.")
        self._release = release
        self._names = source_names(release)
        versions = GuidelineVersion.objects.filter(project=release.project_id, number__isnull=False)
        self._versions = {key: number or 0 for key, number in versions.values_list("pk", "number")}
        self._pseudonym = Pseudonyms(bytes(release.project.pseudonym_key))

    def rows(self, split: str, start: int, rows: int, *, pause: Pause | None = None) -> Iterator[ReleasedRow]:
        """The rows `start` up to `start + rows` of a split, in order.

        Parameters: `pause`, called with the number of rows of each page; it may raise to end the work. The next page
        is fetched while the caller writes this one.
        """
        pages = self._pages(split, start, start + rows)
        # Inside a transaction (a test's) another connection would not see the rows.
        for count, page in pages if connection.in_atomic_block else read_ahead(pages):
            for line in page.split(b"\n"):
                yield self._row(line, split)
            if pause is not None:
                pause(count)

    def _pages(self, split: str, position: int, end: int) -> Iterator[tuple[int, bytes]]:
        while position < end:
            until = min(end, position + PAGE_ROWS)
            with connection.cursor() as cursor:
                # As text the bytes would come as hexadecimal digits, twice as many.
                cursor.cursor.format = Format.BINARY
                cursor.execute(_PAGE, [self._release.pk, split, position, until, PAGE_ROWS, PAGE_BYTES])
                count, page = cursor.fetchone()
            if not count:
                return
            yield count, page
            position += count

    def _row(self, line: bytes, split: str) -> ReleasedRow:
        head, _, messages = line.rpartition(b"\t")
        (
            demonstration,
            source,
            author,
            category,
            language,
            rating,
            scores,
            reviews,
            version,
            rubric,
            origin,
            created,
            approved,
            context,
            metadata,
            lineage,
        ) = head.decode().split("\t")
        prompt, response = prompt_and_response(orjson.loads(messages))
        name, licence = self._names[int(source)]
        return ReleasedRow(
            demonstration,
            prompt,
            orjson.loads(context) if context else "",
            response,
            messages,
            name,
            licence,
            self._pseudonym(author),
            _text(category),
            _text(language),
            float(rating) if rating else None,
            scores,
            int(reviews),
            self._versions[int(version)],
            self._versions[int(rubric)],
            origin,
            created[1:-1] + "Z",
            approved[1:-1] + "Z",
            metadata,
            lineage,
            split,
        )


@lru_cache(maxsize=1000)
def _text(quoted: str) -> str:
    """A category or language from its JSON text; a project has few, so each is read once."""
    return str(orjson.loads(quoted))


def source_names(release: Release) -> dict[int, tuple[str, str]]:
    """Name and licence of each source as they were when the release was frozen; 0 stands for tasks without one."""
    frozen = release.frozen or {}
    names = {int(key): (name, licence) for key, (name, licence) in frozen["sources"].items()}
    return {0: (NO_SOURCE, NO_LICENCE), **names}


def marks(release: Release, *, compared: bool = True) -> Iterator[RowMark]:
    """What tells whether a row differs from the one of another release, in the order of the demonstrations.

    Parameters: `compared`, whether anybody will compare them; a first release needs the ids alone.
    """
    names = source_names(release)
    streams = [_marks_of(release, split, compared) for split in SPLITS]
    for demonstration, revision, source, told, context in heapq.merge(*streams):
        if compared:
            yield RowMark(str(demonstration), f"{revision} {context}", f"{told} {names[source]}")
        else:
            yield RowMark(str(demonstration), "", "")


def _marks_of(
    release: Release, split: str, compared: bool
) -> Iterator[tuple[int, int, int, str | None, str | None]]:
    position = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_MARKS, [compared, compared, release.pk, split, position, _MARKS_PAGE])
            page: list[Any] = cursor.fetchall()
        for row in page:
            yield row[1:]
        if len(page) < _MARKS_PAGE:
            return
        position = page[-1][0] + 1


def read_ahead(pages: Iterator[Any]) -> Iterator[Any]:
    """The same items, the next one fetched by a thread, on its own connection, while the caller works on this one."""
    waiting: Queue[tuple[Any, BaseException | None]] = Queue(maxsize=1)
    stop = Event()

    def fetch() -> None:
        try:
            for page in pages:
                if not _hand_over(waiting, (page, None), stop):
                    return
            _hand_over(waiting, (None, None), stop)
        except BaseException as error:  # handed to the caller, who raises it
            _hand_over(waiting, (None, error), stop)
        finally:
            connection.close()

    thread = Thread(target=fetch, name="release-pages", daemon=True)
    thread.start()
    try:
        while True:
            page, error = waiting.get()
            if error is not None:
                raise error
            if page is None:
                return
            yield page
    finally:
        stop.set()
        thread.join(timeout=10)


def _hand_over(waiting: Queue[Any], item: Any, stop: Event) -> bool:
    """Put `item` where the caller takes it; False once the caller has gone."""
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.2)
        except Full:
            continue
        return True
    return False
