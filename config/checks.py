"""System checks that explain a broken deployment before people meet it. Registered by `workspace.apps`.

`manage.py check` runs those of files; `migrate` and `check --database default` also those that ask the servers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

OLDEST_POSTGRESQL = 140_000
OLDEST_REDIS = (6, 2)


@register(Tags.files)
def storage(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """scriptorium.E001: the data folder must be writable; releases and uploads lie there."""
    folder = Path(settings.DATA)
    probe = folder / f".check-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as error:
        return [
            Error(
                f"The data folder {folder} cannot be written ({error.strerror or error}).",
                hint="Mend its permissions, free space, or point SCRIPTORIUM_DATA at another folder.",
                id="scriptorium.E001",
            )
        ]
    return []


@register(Tags.database)
def postgresql(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> Sequence[CheckMessage]:
    """scriptorium.E002 and E003: PostgreSQL 14 or newer must answer."""
    if not databases:
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            version = int(cursor.fetchone()[0])
    except DatabaseError as error:
        return [
            Error(
                f"The database does not answer: {error}",
                hint="Check DATABASE_URL and the server, or unset it to use the private PostgreSQL.",
                id="scriptorium.E002",
            )
        ]
    return faults_of_postgresql(version)


def faults_of_postgresql(version: int) -> list[CheckMessage]:
    """The fault of a server's `server_version_num`, or none."""
    if version >= OLDEST_POSTGRESQL:
        return []
    return [
        Error(
            f"This is PostgreSQL {version // 10_000}; Scriptorium needs 14 or newer.",
            hint="Upgrade the server, or point DATABASE_URL at a newer one.",
            id="scriptorium.E003",
        )
    ]


@register(Tags.database)
def broker(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> Sequence[CheckMessage]:
    """scriptorium.E004 and E005: Redis 6.2 or newer, or Valkey, must answer."""
    if not databases:
        return []
    try:
        with redis.Redis.from_url(settings.CACHE_URL, socket_connect_timeout=3) as server:
            told: dict[str, Any] = server.info("server")
    except (redis.RedisError, OSError) as error:
        return [
            Error(
                f"The broker does not answer: {error}",
                hint="Check REDIS_URL and the server, or unset it to use the private Valkey.",
                id="scriptorium.E004",
            )
        ]
    return faults_of_broker(told)


def faults_of_broker(told: dict[str, Any]) -> list[CheckMessage]:
    """The fault of what `INFO server` told, or none. Valkey says 7.2 for `redis_version`, whatever its own is."""
    version = str(told.get("redis_version", "0"))
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) >= OLDEST_REDIS:
        return []
    return [
        Error(
            f"This is Redis {version}; Scriptorium needs Redis 6.2 or newer, or Valkey.",
            hint="Upgrade the server, or point REDIS_URL at a newer one.",
            id="scriptorium.E005",
        )
    ]
