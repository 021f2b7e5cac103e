"""The database restarted under load, once in order and once as by a crash: what was confirmed is there, and once."""

from __future__ import annotations

import json
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.embedded.conftest import within
from tests.faults.conftest import Site
from tests.faults.founding import WRITERS
from tests.faults.working import Reviewer, Writer

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
IMPORTED_ROWS = 30_000
# Each finds what must not be.
NOTHING = {
    "a person twice at a task": """
        SELECT task_id FROM annotate_assignment GROUP BY task_id, member_id HAVING count(*) > 1""",
    "more writers than places": """
        SELECT d.task_id FROM annotate_demonstration d JOIN annotate_task t ON t.id = d.task_id
        WHERE d.state NOT IN ('rejected', 'withdrawn') GROUP BY d.task_id, t.overlap
        HAVING count(*) > t.overlap""",
    "a text twice": """
        SELECT r.messages::text FROM annotate_revision r JOIN annotate_demonstration d ON d.id = r.demonstration_id
        JOIN workspace_project p ON p.id = d.project_id
        WHERE p.slug = 'desk' GROUP BY r.messages::text HAVING count(*) > 1""",
    "a submission noted twice, or never": """
        SELECT a.id FROM annotate_assignment a JOIN workspace_project p ON p.id = a.project_id
        LEFT JOIN workspace_auditevent e
            ON e.object_type = 'assignment' AND e.object_id = a.id AND e.action = 'assignment.submitted'
        WHERE p.slug = 'desk' AND a.state = 'submitted' GROUP BY a.id HAVING count(e.id) <> 1""",
    "a place that is nobody's": """
        SELECT s.id FROM annotate_slot s JOIN annotate_task t ON t.id = s.task_id
        JOIN workspace_project p ON p.id = t.project_id
        LEFT JOIN annotate_assignment a ON a.slot_id = s.id AND a.member_id = s.holder_id
            AND a.state = CASE s.state WHEN 'held' THEN 'active' ELSE 'submitted' END
        WHERE p.slug = 'desk' AND s.state IN ('held', 'filled') AND a.id IS NULL""",
    "a place with two holders": """
        SELECT slot_id FROM annotate_assignment WHERE state IN ('active', 'submitted')
        GROUP BY slot_id HAVING count(*) > 1""",
    "a decision twice": """
        SELECT demonstration_id FROM review_review WHERE state = 'decided'
        GROUP BY demonstration_id, revision_id HAVING count(*) > 1""",
}


def test_what_was_confirmed_outlives_the_database(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    with file.open("w") as out:
        for number in range(IMPORTED_ROWS):
            out.write(
                json.dumps({"prompt": f"Further question {number}?", "external_id": str(number)}) + "\n"
            )
    stop = threading.Event()
    for name in (*names(), "reviewer0"):
        site.people[name].read_guideline("desk")
    writers = [Writer(name, site.people[name], "desk", stop) for name in names()]
    reviewer = Reviewer(site.people["reviewer0"], "desk", stop)
    for person in (*writers, reviewer):
        person.start()
    time.sleep(1)
    lead = site.people["lead"]
    begun = lead.send_source("imports", file, format="jsonl", licence="CC0-1.0")
    for how in (signal.SIGINT, signal.SIGQUIT):
        site.stop_database(how)
        await_submissions(writers, 2 * WRITERS)
    stop.set()
    for person in (*writers, reviewer):
        person.join(timeout=60)
        assert person.broken == []
    assert sum(person.faults for person in (*writers, reviewer)) >= WRITERS, "nobody met the restarts"
    for writer in writers:
        look_after(site, writer)
    look_for_doubles(site)
    decided = site.ask(
        "SELECT id FROM review_review WHERE state = 'decided' AND id = ANY(%s)",
        [int(key) for key in reviewer.decided],
    )
    assert reviewer.decided and {str(key) for (key,) in decided} == reviewer.decided
    job = lead.awaited(begun["id"], 90)
    assert (job["state"], job["error"], job["result"]["imported"]) == ("succeeded", "", IMPORTED_ROWS)
    rows = site.ask(
        "SELECT count(*), count(DISTINCT external_id) FROM annotate_task WHERE source_id = %s",
        begun["source"]["id"],
    )
    assert rows == [(IMPORTED_ROWS, IMPORTED_ROWS)]


def await_submissions(writers: list[Writer], more: int) -> None:
    """Return when so many more texts were submitted: everybody is at work again."""

    def count() -> int:
        return sum(len(writer.submitted) for writer in writers)

    wanted = count() + more
    assert within(60, lambda: count() >= wanted), "nobody came back to work"


def names() -> list[str]:
    return [f"writer{number}" for number in range(WRITERS)]


def look_after(site: Site, writer: Writer) -> None:
    """Every claim, save and submission that this writer was told of is in the database, as they were told."""
    assert writer.submitted
    found = {
        str(key): (version, text)
        for key, version, text in site.ask(
            "SELECT a.id, d.version, d.messages -> -1 ->> 'content' FROM annotate_assignment a"
            " JOIN workspace_member m ON m.id = a.member_id JOIN workspace_user u ON u.id = m.user_id"
            " LEFT JOIN annotate_draft d ON d.assignment_id = a.id WHERE u.email = %s",
            f"{writer.writer}@faults.test",
        )
    }
    assert writer.claimed <= set(found)
    for key, (version, text) in writer.saved.items():
        there = found[key]
        # A later save may have arrived although nobody could say so.
        assert there == (version, text) or (there[0] > version and there[1] in writer.sent[key])
    revisions = site.ask(
        "SELECT d.assignment_id, r.messages -> -1 ->> 'content' FROM annotate_revision r"
        " JOIN annotate_demonstration d ON d.id = r.demonstration_id WHERE d.assignment_id = ANY(%s)",
        [int(key) for key in writer.submitted],
    )
    assert sorted((str(key), text) for key, text in revisions) == sorted(writer.submitted.items())


def look_for_doubles(site: Site) -> None:
    """No place, person, revision or event twice, and every place agrees with who is said to hold it."""
    assert {what: rows for what, statement in NOTHING.items() if (rows := site.ask(statement))} == {}
