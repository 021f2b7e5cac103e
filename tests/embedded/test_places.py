"""Where the private servers can live, as whom, and what a person reads where they cannot."""

from __future__ import annotations

import os
import shlex
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from kombu import Connection

from config.embedded import Services, broker_url, cache_url

from .conftest import Start, both_answer, guardian_of, inhabitants, within

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")


@pytest.mark.parametrize(
    "name", ["a space, a comma", '"quotes" \\ データ', "x" * 120], ids=["comma", "odd", "long"]
)
def test_the_servers_start_in_any_folder(start: Start, data: Path, name: str) -> None:
    user = start(data / name)
    where = user.where()
    assert both_answer(where)
    with (
        redis.Redis.from_url(cache_url(Path(where[1]))) as cache,
        Connection(broker_url(Path(where[1]))) as broker,
    ):
        assert cache.ping()
        broker.ensure_connection(max_retries=1)
    with psycopg.connect(Services(socket_dir=Path(where[0])).database_url) as connection:
        assert connection.info.dbname == "scriptorium"
    user.kill()
    assert within(10, lambda: not inhabitants(data))


def test_sockets_of_a_long_path_lie_in_a_private_folder_or_nowhere(start: Start, data: Path) -> None:
    folder = data / ("x" * 120)
    user = start(folder)
    host = Path(user.where()[0])
    assert host.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(host.stat().st_mode) == 0o700
    user.leave()
    assert within(10, lambda: not host.exists()), "nothing is left in the temp folder"
    host.mkdir()
    host.chmod(0o777)
    try:
        said = start(folder).last_words()
    finally:
        host.rmdir()
    assert f"{host} is needed for sockets but is not a private folder of yours" in said


def test_users_with_other_temp_folders_share_the_same_servers(
    start: Start, data: Path, tmp_path: Path
) -> None:
    folder = data / ("x" * 120)
    first = start(folder)
    second = start(folder, environment={"TMPDIR": str(tmp_path)})
    assert first.where() == second.where()


def test_what_is_set_for_another_postgresql_does_not_matter(start: Start, data: Path) -> None:
    astray = {
        "PGPORT": "6000",
        "PGDATA": "/nowhere",
        "PGHOST": "elsewhere",
        "PGDATABASE": "other",
        "LC_ALL": "xx",
    }
    assert both_answer(start(data, environment=astray).where())


def test_only_the_server_that_is_asked_for_starts(start: Start, data: Path) -> None:
    assert start(data, "valkey").where()[0] == "None"
    assert not (data / "postgres").exists()
    assert start(data, "postgres").where()[1] == "None"
    assert guardian_of(data, "valkey") != guardian_of(data, "postgres")


def test_the_data_folder_is_for_its_owner_alone(start: Start, data: Path) -> None:
    outside = data.parent.stat().st_mode
    start(data).where()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "run" / "valkey.sock").stat().st_mode) & 0o077 == 0
    assert data.parent.stat().st_mode == outside


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(start: Start, data: Path) -> None:
    data.write_text("not a folder")
    said = start(data).last_words()
    assert f"The data folder {data} cannot be used" in said
    assert "Point SCRIPTORIUM_DATA at a folder that you can write." in said
    assert "Traceback" not in said


@as_root
def test_a_full_disk_is_said_in_a_sentence(start: Start, data: Path) -> None:
    data.mkdir()
    small = f"mount -t tmpfs -o size=8m none {shlex.quote(str(data))}"
    user = start(data, before=["unshare", "--mount", "sh", "-c", f'{small} && exec "$@"', "sh"])
    said = user.last_words()
    assert "The private PostgreSQL did not start." in said
    assert "The disk is full. Free some space" in said
    assert "Traceback" not in said


@as_root
def test_files_of_another_user_are_served_as_that_user(start: Start, public: Path) -> None:
    (public / "postgres").mkdir(mode=0o700, parents=True)
    os.chown(public / "postgres", 65534, 65534)
    assert both_answer(start(public).where())


@as_root
def test_root_steps_down_where_user_namespaces_are_forbidden(
    start: Start, public: Path, tmp_path: Path
) -> None:
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    forbidden = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    user = start(public, environment=forbidden)
    assert both_answer(user.where())
    assert (public / "postgres").stat().st_uid == 65534
    user.kill()
    assert within(10, lambda: not inhabitants(public))
    assert both_answer(start(public).where()), "the same files are served where namespaces work again"


@pytest.fixture
def public(data: Path) -> Iterator[Path]:
    """A data folder that user `nobody` can reach, as one under /var/lib is."""
    python = Path(sys.prefix)
    if any(not parent.stat().st_mode & 0o001 for parent in python.parents):
        pytest.skip("the Python environment lies in a private folder")
    data.parent.chmod(0o755)
    yield data
