"""The README is true: its calls are run as they stand there, against a site as `make up` runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.embedded.conftest import CHECKOUT, within
from tests.faults.conftest import Site

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
README = CHECKOUT / "README.md"


@pytest.fixture
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="scriptorium-readme-") as folder:
        site = Site(Path(folder).resolve() / "data")
        try:
            assert within(120, site.is_ready), site.said.read_text()[-3000:]
            yield site
        finally:
            site.close()


def test_the_ten_calls_end_in_a_released_row(site: Site) -> None:
    lines = "\n".join(re.findall(r"^```sh\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE))
    assert lines.count("http://127.0.0.1:8000/") == 1
    script = lines.replace("http://127.0.0.1:8000", site.address).replace(".venv/bin/python", sys.executable)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=CHECKOUT,
        env=site.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    row = json.loads(done.stdout.splitlines()[-1])
    assert (row["prompt"], row["response"][:4]) == ("Why is the sky blue?", "Air ")
    assert row["scores"]["accuracy"] == 5
