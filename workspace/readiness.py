"""Are the parts there that the site needs? Each part is looked at on its own; asked by `/readyz`.

Leaves for each part "ok" or a sentence. No password or address of a server is said: strangers may read the answer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from celery.exceptions import CeleryError
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.celery import app

logger = structlog.get_logger(__name__)

OK = "ok"
# A worker that answered is believed for so long; one that did not is asked again sooner.
BELIEVED, DOUBTED = 5.0, 0.5
PING_SECONDS = 1.0


def database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("database not ready", error=str(error))
        return "The database does not answer; look at DATABASE_URL and at the server."
    return OK


def broker() -> str:
    try:
        cache.get("readyz")
    except (RedisError, OSError) as error:
        logger.warning("broker not ready", error=str(error))
        return "The broker does not answer; look at REDIS_URL and at the server."
    return OK


def storage(folder: Path | None = None) -> str:
    """Whether a file can be written where releases go."""
    where = folder or Path(settings.DATA)
    probe = where / f".readyz-{os.getpid()}-{threading.get_ident()}"
    try:
        where.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        logger.warning("storage not ready", error=str(error))
        return f"The data folder cannot be written ({error.strerror}); free space or mend its permissions."
    return OK


class Worker:
    """Asks for a worker over the broker, and remembers the answer for a few seconds."""

    def __init__(self, ping: Callable[[], bool]) -> None:
        self._ping = ping
        self._asking = threading.Lock()
        self._answered = -BELIEVED
        self._there = False

    def __call__(self) -> str:
        if self._is_old():
            # One thread asks; those who come meanwhile wait for its answer instead of asking again.
            with self._asking:
                if self._is_old():
                    self._there = self._ping()
                    self._answered = time.monotonic()
        return OK if self._there else "No worker answers; start one, or look at its log."

    def _is_old(self) -> bool:
        age = time.monotonic() - self._answered
        return age > (BELIEVED if self._there else DOUBTED)


def ping() -> bool:
    """Whether any Celery worker answers within a second."""
    try:
        return bool(app.control.broadcast("ping", reply=True, limit=1, timeout=PING_SECONDS))
    except (CeleryError, KombuError, RedisError, OSError) as error:
        logger.warning("worker not reached", error=str(error))
        return False


worker = Worker(ping)


def parts(*, with_worker: bool) -> dict[str, str]:
    """The state of each part by its name."""
    states = {"database": database(), "broker": broker(), "storage": storage()}
    if with_worker:
        states["worker"] = worker() if states["broker"] == OK else "The worker is reached through the broker."
    return states
