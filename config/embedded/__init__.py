"""A private PostgreSQL and a private Valkey, started when first needed and gone with their last user.

Enters: the data folder. Leaves: where to connect. Called by the settings while `DATABASE_URL` or `REDIS_URL`
is unset, and by the launcher. Knows nothing of Django, nor of the package that contains it.

How it works: every process that uses a server holds a shared lock on a file for its life; a guardian process
per server waits for that lock exclusively, and stops the server when it gets it. The kernel frees locks on
any death, SIGKILL included, and forked children keep them.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from .failure import EmbeddedFailure, start_failure, storage_failure
from .places import Place, is_held, open_lock
from .servers import DATABASE, SERVERS

__all__ = ["EmbeddedFailure", "Services", "broker_url", "cache_url", "ensure"]

PATIENCE = 150.0  # seconds; above the guardian's own patience, which ends with a reason in the log
# The guardian carries neither Django nor installed packages: seven megabytes instead of sixty.
GUARDIAN = "import sys; sys.path += sys.argv[3:]; from {0}.guardian import main; main(*sys.argv[1:3])"

_held: dict[Path, int] = {}  # lock files of this process, open for its life


@dataclass(frozen=True)
class Services:
    """Where the private servers are; None for one that was not asked for."""

    socket_dir: Path | None = None
    redis_socket: Path | None = None
    port: int = 5432
    user: str = "postgres"
    name: str = DATABASE

    def django_database(self) -> dict[str, str]:
        """Django's connection parameters, without the engine."""
        return {
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": "",
            "HOST": str(self._sockets()),
            "PORT": str(self.port),  # said, lest PGPORT of the caller's environment apply
        }

    @property
    def database_url(self) -> str:
        """The address for libpq: `psql "$URL"`."""
        host = quote(str(self._sockets()), safe="")
        return f"postgresql://{self.user}@/{self.name}?host={host}&port={self.port}"

    @property
    def broker_url(self) -> str:
        """The address for Celery, as broker and as result backend."""
        return broker_url(self._redis())

    @property
    def cache_url(self) -> str:
        """The address for Django's cache."""
        return cache_url(self._redis())

    def _sockets(self) -> Path:
        if self.socket_dir is None:
            raise EmbeddedFailure("The private PostgreSQL was not asked for, but its address was.")
        return self.socket_dir

    def _redis(self) -> Path:
        if self.redis_socket is None:
            raise EmbeddedFailure("The private Valkey was not asked for, but its address was.")
        return self.redis_socket


def broker_url(redis_socket: Path) -> str:
    """The Celery address of a Redis or Valkey behind a Unix socket.

    >>> broker_url(Path("/my data/valkey.sock"))
    'redis+socket:///my%20data/valkey.sock'
    """
    return f"redis+socket://{quote(str(redis_socket))}"


def cache_url(redis_socket: Path) -> str:
    """The cache address of a Redis or Valkey behind a Unix socket; in database 1: a clear spares the queue.

    >>> cache_url(Path("/my data/valkey.sock"))
    'unix:///my%20data/valkey.sock?db=1'
    """
    return f"unix://{quote(str(redis_socket))}?db=1"


def ensure(data: Path, *, postgres: bool = True, valkey: bool = True) -> Services:
    """Find or start the private servers, and keep them while this process, or a child it forks, lives.

    Args:
        data: the data folder; made, for its owner alone, where absent.
        postgres: whether PostgreSQL is needed.
        valkey: whether Valkey is needed.

    Returns:
        Where to connect; both answer already.

    Raises:
        EmbeddedFailure: with a sentence on what happened and what to do.
    """
    data = Path(data).resolve()  # one name for one folder, however it was reached
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        (data / "run").mkdir(mode=0o700, exist_ok=True)
        database = _use(Place(data, "postgres")) if postgres else {}
        broker = _use(Place(data, "valkey")) if valkey else {}
    except OSError as error:
        raise storage_failure(data, error) from error
    return Services(
        socket_dir=Path(database["host"]) if postgres else None,
        redis_socket=Path(broker["socket"]) if valkey else None,
    )


def _use(place: Place) -> dict[str, str]:
    if place.users not in _held:
        users = open_lock(place.users)
        fcntl.flock(users, fcntl.LOCK_SH)  # waits while a guardian is stopping the server
        _held[place.users] = users
    start = open_lock(place.start)
    try:
        fcntl.flock(start, fcntl.LOCK_EX)
        return _started(place, place.log.stat().st_size if place.log.exists() else 0)
    finally:
        os.close(start)


def _start_guardian(place: Place) -> None:
    here = Path(__file__).resolve().parent
    search = [str(here.parent), *filter(None, sys.path)]
    # The name of the package without that which contains it: importing that one might import Django.
    python = [sys.executable, "-S", "-E", "-P", "-c", GUARDIAN.format(here.name)]
    with place.log.open("ab") as log:
        subprocess.run(
            [*python, str(place.data), place.name, *search],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            check=False,
        )


def _started(place: Place, log_from: int) -> dict[str, str]:
    """The notice of the guardian there is, or of one that is started here.

    A guardian that is just leaving may free the users' lock a moment before its own: the kernel closes a dead
    process's files in no promised order. So the end of one that we did not start is no failure.
    """
    end = time.monotonic() + PATIENCE
    ours = False
    while True:
        # First of all: a killed guardian leaves its notice behind, which the next one takes away.
        guarded = is_held(place.guardian)
        if guarded and (notice := place.read()) is not None:
            return notice
        if time.monotonic() > end or (ours and not guarded):
            raise start_failure(SERVERS[place.name].title, place.log, _since(place.log, log_from))
        if not guarded:
            _start_guardian(place)
            ours = True
        time.sleep(0.01)


def _since(log: Path, position: int) -> str:
    """What was written into a log since a position, at most its last 4 KB."""
    with log.open("rb") as text:
        size = text.seek(0, os.SEEK_END)
        text.seek(max(position, size - 4096))
        return text.read().decode(errors="replace")
