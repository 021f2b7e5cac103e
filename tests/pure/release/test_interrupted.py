"""A build that is killed, or runs out of disk, leaves nothing half-written, and the next attempt ends the same."""

import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from review.release.shards import planned, write_shard

from .making import RECORDS, places_in, some_rows

ROWS, PER_SHARD = 4_000, 500

BUILD = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from tests.pure.release.test_interrupted import build
    build(Path(sys.argv[1]))
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


def build(directory: Path) -> dict[str, str]:
    """Write all shards of a release, or those that are missing; give their checksums."""
    places = places_in(directory)
    return {
        shard.path: write_shard(
            shard, some_rows(shard.rows, first=shard.start + 1), RECORDS, places, "s"
        ).sha256
        for shard in planned({"train": ROWS}, "jsonl", PER_SHARD)
    }


def test_a_build_killed_at_random_moments_ends_with_the_same_bytes(tmp_path: Path) -> None:
    undisturbed = build(tmp_path / "calm")
    chosen = random.Random(7)
    seen: set[int] = set()
    for _ in range(6):
        running = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path / "killed")])
        waited = time.monotonic() + 5
        start = len(list((tmp_path / "killed").rglob("*.jsonl")))
        # Wait until this attempt is at work, so that the kill does not only ever hit the start of Python.
        while running.poll() is None and time.monotonic() < waited:
            if (tmp_path / "killed" / "working").exists() and chosen.random() < 0.3:
                break
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        running.wait()
        release = tmp_path / "killed" / "releases"
        whole = {path.name for path in release.rglob("*") if path.is_file()}
        assert whole <= {Path(path).name for path in undisturbed}
        seen.add(len(whole) - start)
    assert build(tmp_path / "killed") == undisturbed
    calm = places_in(tmp_path / "calm").release
    for path in undisturbed:
        assert (places_in(tmp_path / "killed").release / path).read_bytes() == (calm / path).read_bytes()


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
