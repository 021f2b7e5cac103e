"""A build that is killed or runs out of disk leaves nothing half-written, and the next one ends the same."""

import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from review.release.rows import ReleasedRow
from review.release.shards import Shard, planned, write_shard

from .making import RECORDS, places_in, some_rows

ROWS, PER_SHARD = 8_000, 500

BUILD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.pure.release.test_interrupted import build
    build(Path(sys.argv[1]), pause=0.006)
    """
)

FILL = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from review.release.files import NoSpace
    from tests.pure.release.test_interrupted import build
    try:
        build(Path(sys.argv[1]))
    except NoSpace as error:
        print(error)
        left = sorted(path.name for path in Path(sys.argv[1]).rglob("*") if path.is_file())
        print(*left)
    """
)


def build(directory: Path, pause: float = 0.0) -> dict[str, str]:
    """Write all shards of a release, or those that are missing; give their checksums."""
    places = places_in(directory)

    def slowly(shard: Shard) -> Iterator[ReleasedRow]:
        for number, row in enumerate(some_rows(shard.rows, first=shard.start + 1)):
            if pause and number % 64 == 0:
                time.sleep(pause)
            yield row

    shards = planned({"train": ROWS}, "jsonl", PER_SHARD)
    return {shard.path: write_shard(shard, slowly(shard), RECORDS, places, "s").sha256 for shard in shards}


def test_a_build_killed_at_random_moments_ends_with_the_same_bytes(tmp_path: Path) -> None:
    undisturbed = build(tmp_path / "calm")
    places = places_in(tmp_path / "killed")
    chosen = random.Random(7)
    held: list[int] = []
    half_written = 0
    # Five kills at least, and then until one came late enough for a shard to be whole.
    for attempt in range(40):
        if attempt >= 5 and held[-1] > 0:
            break
        running = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path / "killed")])
        before = {path.name for path in places.working.glob("*.part")}
        deadline = time.monotonic() + 10
        # Wait for it to be inside of a shard, so that the kill does not only ever hit the start of Python.
        while time.monotonic() < deadline and {path.name for path in places.working.glob("*.part")} <= before:
            time.sleep(0.002)
        time.sleep(chosen.uniform(0, 0.1))
        running.send_signal(signal.SIGKILL)
        running.wait()
        whole = {
            str(path.relative_to(places.release)) for path in places.release.rglob("*") if path.is_file()
        }
        assert whole <= set(undisturbed)
        held.append(len(whole))
        half_written += any(places.working.glob("*.part"))
    assert held == sorted(held)
    assert 0 < held[-1] < len(undisturbed)
    assert half_written > 0
    assert build(tmp_path / "killed") == undisturbed
    for path in undisturbed:
        assert (places.release / path).read_bytes() == (
            places_in(tmp_path / "calm").release / path
        ).read_bytes()


def test_a_really_full_disk_leaves_whole_shards_only(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not on this machine, so no small disk can be made")
    small = tmp_path / "small"
    small.mkdir()
    mounted = 'mount -t tmpfs -o size=900k none "$1" && exec "$2" -c "$3" "$1"'
    told = subprocess.run(
        [
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            mounted,
            "sh",
            small,
            sys.executable,
            FILL,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount:" in told.stderr or "unshare:" in told.stderr:
        pytest.skip(f"no small disk can be made here: {told.stderr.strip()}")
    sentence, left = told.stdout.splitlines()
    assert "There is no space left on the disk for data/train-0000" in sentence
    names = left.split()
    assert any(name.endswith(".jsonl") for name in names)
    assert not any(name.endswith(".part") for name in names)
