"""The broker stopped and started while jobs wait in it: people go on working, and every job is done in the end."""

from __future__ import annotations

import signal
import time

import pytest

from tests.faults.conftest import Site, await_moment
from tests.faults.founding import RELEASED_ROWS

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_jobs_outlive_their_broker(site: Site, how: signal.Signals) -> None:
    lead, writer = site.people["lead"], site.people["writer0"]
    # Two are begun by the worker at once, the others wait in the broker.
    begun = [lead.post("projects/full/releases/", {"shard_rows": 2000}) for _ in range(3)]
    jobs = [one["job"]["id"] for one in begun]
    with site.without_broker(how):
        began = time.monotonic()
        begun.append(lead.post("projects/full/releases/"))
        jobs.append(begun[-1]["job"]["id"])
        jobs.append(lead.post("projects/full/agreement/")["id"])
        assert time.monotonic() - began < 20, "a person would not wait so long"
        assert lead.get(f"jobs/{jobs[-1]}/")["state"] == "queued"
        writer.read_guideline("desk")
        assert (
            writer.write("desk", "It boils sooner, because the air presses on it with less weight.")
            is not None
        )
    ended = [lead.awaited(job, 90) for job in jobs]
    assert [(job["state"], job["error"]) for job in ended] == [("succeeded", "")] * 5
    releases = [lead.get(f"projects/full/releases/{one['number']}/") for one in begun]
    assert [(one["state"], one["rows"]) for one in releases] == [("ready", RELEASED_ROWS)] * 4
    reports = site.ask("SELECT count(*) FROM review_agreementreport WHERE job_id = %s", jobs[-1])
    assert reports == [(1,)]
    await_moment(site.is_ready)
