"""Workers killed with SIGKILL in the middle of their work: it is taken up again, and ends as if nothing had been."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.embedded.conftest import CHECKOUT
from tests.faults.conftest import Site, await_moment
from tests.faults.founding import RELEASED_ROWS
from tests.review.releasing import bytes_of, sums_agree

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
IMPORTED_ROWS = 40_000


def test_an_import_is_taken_up_again_and_every_row_is_in_once(site: Site, tmp_path: Path) -> None:
    lead = site.people["lead"]
    file = rows_in(tmp_path / "worker.jsonl")
    source = lead.send_source("imports", file, format="jsonl", licence="CC0-1.0")["source"]["id"]
    await_moment(lambda: imported(site, source) > 0)
    site.kill_worker()
    ends_whole(site, source)


def test_an_import_whose_command_was_killed_is_ended_by_a_worker(site: Site, tmp_path: Path) -> None:
    file = rows_in(tmp_path / "command.jsonl")
    words = ["import_source", "imports", str(file), "--format", "jsonl", "--licence", "CC0-1.0"]
    command = subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env=site.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    query = "SELECT id FROM annotate_source WHERE name = %s AND tasks > 0"
    try:
        await_moment(lambda: bool(site.ask(query, file.name)))
    finally:
        command.kill()
        command.wait()
    ends_whole(site, str(site.ask(query, file.name)[0][0]))


def rows_in(file: Path) -> Path:
    """A file of different questions."""
    with file.open("w") as out:
        for number in range(IMPORTED_ROWS):
            prompt = f"{file.stem} {number}? {'It is asked at some length. ' * 20}"
            out.write(json.dumps({"prompt": prompt, "external_id": str(number)}) + "\n")
    return file


def imported(site: Site, source: str) -> int:
    return int(site.ask("SELECT tasks FROM annotate_source WHERE id = %s", source)[0][0])


def ends_whole(site: Site, source: str) -> None:
    """It stands in the middle, somebody takes it up, and then every row is in once, with one place."""
    assert 0 < imported(site, source) < IMPORTED_ROWS, "it was not killed in the middle"
    ((key,),) = site.ask("SELECT job_id FROM annotate_source WHERE id = %s", source)
    job = site.people["lead"].awaited(str(key))
    assert (job["state"], job["error"]) == ("succeeded", "")
    assert job["result"]["imported"] == IMPORTED_ROWS
    assert job["result"]["duplicates"]["count"] == 0
    ((attempt,),) = site.ask("SELECT attempt FROM workspace_job WHERE id = %s", key)
    assert attempt >= 2
    rows = site.ask(
        "SELECT t.external_id, count(*), count(s.id) FROM annotate_task t LEFT JOIN annotate_slot s ON s.task_id = t.id"
        " WHERE t.source_id = %s GROUP BY 1",
        source,
    )
    assert Counter(rows) == Counter((str(number), 1, 1) for number in range(IMPORTED_ROWS))


def test_a_release_is_taken_up_again_and_has_the_bytes_of_an_undisturbed_one(
    site: Site, tmp_path: Path
) -> None:
    lead = site.people["lead"]
    started = lead.post("projects/full/releases/", {"shard_rows": 250})
    shards = RELEASED_ROWS // 250
    await_moment(lambda: 3 <= written(site, shards) < shards)
    site.kill_children_of_worker()
    assert written(site, shards) < shards, "it was not killed in the middle"
    job = lead.awaited(started["job"]["id"])
    assert (job["state"], job["error"]) == ("succeeded", "")
    ((attempt,),) = site.ask("SELECT attempt FROM workspace_job WHERE id = %s", job["id"])
    assert attempt >= 2
    number = started["number"]
    disturbed = lead.download("full", number, tmp_path / "disturbed")
    assert sums_agree(disturbed)
    undisturbed = tmp_path / "undisturbed"
    site.run("manage.py", "build_release", "full", "--again", str(number), "--out", str(undisturbed))
    assert bytes_of(disturbed) == bytes_of(undisturbed)
    lines = [
        json.loads(line) for path in (disturbed / "data").iterdir() for line in path.read_text().splitlines()
    ]
    assert len(lines) == len({line["id"] for line in lines}) == RELEASED_ROWS
    left = list((site.data / "files/releases/working").iterdir())
    assert left == [], "what only the killed build needed is gone"


def written(site: Site, most: int) -> int:
    """How many shards of the release being built are finished."""
    return len(list((site.data / "files/releases").glob(f"**/train-*-of-{most:05}.jsonl")))
