"""Environment variables, read and judged without Django: what enters is `os.environ`, what leaves is one `Environment`.

Called by `config.settings` at start. A value that cannot work stops the process with one sentence for each fault,
each naming the variable and the remedy.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_SOCKETS = ("unix", "redis+socket")
WEAK_SECRETS = ("change", "insecure", "secret", "default", "example")
# What Django's own deployment check asks for.
SHORTEST_SECRET, FEWEST_LETTERS = 50, 5


class UnsafeEnvironment(SystemExit):
    """The environment cannot be run with. Its text lists every fault, a line each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Scriptorium cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Environment:
    """Everything that the environment decides.

    `database_url` and `redis_url` are empty where the embedded services are to be used.
    """

    production: bool
    debug: bool
    secret_key: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    data: Path
    database_url: str
    redis_url: str
    insecure_cookies: bool
    behind_tls_proxy: bool
    email_url: str
    from_email: str
    json_logs: bool
    prepare_statements: bool
    log_level: str

    @property
    def embedded_database(self) -> bool:
        return not self.database_url

    @property
    def embedded_broker(self) -> bool:
        return not self.redis_url


def read(variables: Mapping[str, str], *, checkout: Path) -> Environment:
    """Read and judge the variables.

    Parameters: `variables`, usually `os.environ`; `checkout`, the project's folder, where `.data/` lies by default.
    Returns the environment. Raises `UnsafeEnvironment` with every fault at once.
    """
    kind = variables.get("SCRIPTORIUM_ENV", "local")
    faults: list[str] = []
    if kind not in ("local", "production"):
        faults.append(f"SCRIPTORIUM_ENV is {kind!r}: set it to 'local' or 'production'.")
    production = kind == "production"
    data = Path(variables.get("SCRIPTORIUM_DATA") or checkout / ".data").expanduser().absolute()
    found = Environment(
        production=production,
        debug=_truth(variables, "DEBUG", False, faults),
        secret_key=variables.get("SECRET_KEY", ""),
        allowed_hosts=_words(variables.get("ALLOWED_HOSTS", "")) or (() if production else LOOPBACK_HOSTS),
        trusted_origins=_words(variables.get("CSRF_TRUSTED_ORIGINS", "")),
        data=data,
        database_url=variables.get("DATABASE_URL", ""),
        redis_url=variables.get("REDIS_URL", ""),
        insecure_cookies=_truth(variables, "INSECURE_COOKIES", not production, faults),
        behind_tls_proxy=_truth(variables, "BEHIND_TLS_PROXY", production, faults),
        email_url=variables.get("EMAIL_URL", ""),
        from_email=variables.get("FROM_EMAIL", "scriptorium@localhost"),
        json_logs=_truth(variables, "JSON_LOGS", production, faults),
        prepare_statements=_truth(variables, "PREPARE_STATEMENTS", True, faults),
        log_level=variables.get("LOG_LEVEL", "INFO").upper(),
    )
    faults += _faults_of_urls(found)
    if found.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        faults.append(f"LOG_LEVEL is {found.log_level!r}: set it to DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    if production:
        faults += _faults_of_production(found)
    if faults:
        raise UnsafeEnvironment(faults)
    return found


def kept_secret_key(data: Path) -> str:
    """The secret key of a laptop: made once, kept in the data folder, readable by its owner alone."""
    kept = data / "secret_key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        # O_EXCL settles the race of two processes at the first start: one writes, the other reads.
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_when_written(kept)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(64))
    return kept.read_text()


def _read_when_written(kept: Path) -> str:
    """The key, once its writer has written it; an empty file left by a crash is filled again."""
    import time

    for _ in range(100):
        text = kept.read_text()
        if text:
            return text
        time.sleep(0.01)
    kept.unlink(missing_ok=True)
    return kept_secret_key(kept.parent)


def broker_address(redis_url: str) -> str:
    """The address as Celery wants it.

    >>> broker_address("unix:///run/redis.sock?db=2"), broker_address("redis://host")
    ('redis+socket:///run/redis.sock?virtual_host=2', 'redis://host')
    """
    parts = urlsplit(redis_url)
    if parts.scheme not in _SOCKETS:
        return redis_url
    return f"redis+socket://{parts.path}?virtual_host={_socket_database(parts.query)}"


def cache_beside(redis_url: str) -> str:
    """The address of the cache on the broker's server: the database after the broker's.

    >>> cache_beside("redis://host:6379/0"), cache_beside("rediss://host")
    ('redis://host:6379/1', 'rediss://host/1')
    >>> cache_beside("unix:///run/redis.sock?db=2")
    'unix:///run/redis.sock?db=3'
    """
    parts = urlsplit(redis_url)
    if parts.scheme in _SOCKETS:
        return f"unix://{parts.path}?db={_socket_database(parts.query) + 1}"
    number = parts.path.strip("/") or "0"
    return urlunsplit(parts._replace(path=f"/{int(number) + 1}"))


def _socket_database(query: str) -> int:
    given = dict(parse_qsl(query))
    return int(given.get("db") or given.get("virtual_host") or 0)


def _faults_of_urls(found: Environment) -> list[str]:
    faults = []
    if found.database_url and urlsplit(found.database_url).scheme not in ("postgres", "postgresql"):
        faults.append(
            "DATABASE_URL must begin with postgres:// or postgresql://: PostgreSQL is the only database."
        )
    if found.redis_url and urlsplit(found.redis_url).scheme not in (
        "redis",
        "rediss",
        "redis+socket",
        "unix",
    ):
        faults.append("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return faults


def _faults_of_production(found: Environment) -> list[str]:
    secret = found.secret_key
    rules = [
        (found.debug, "DEBUG is on: unset it, production never shows its insides."),
        (
            not secret,
            "SECRET_KEY is not set: set it to a long random text, for example from `openssl rand -base64 48`.",
        ),
        (
            bool(secret)
            and (
                len(secret) < SHORTEST_SECRET
                or len(set(secret)) < FEWEST_LETTERS
                or any(w in secret.lower() for w in WEAK_SECRETS)
            ),
            f"SECRET_KEY is weak: use at least {SHORTEST_SECRET} random characters and no default text.",
        ),
        (
            not found.allowed_hosts,
            "ALLOWED_HOSTS is not set: name the hosts people use, separated by commas.",
        ),
        ("*" in found.allowed_hosts, "ALLOWED_HOSTS holds '*': name the hosts people use."),
        (
            found.insecure_cookies,
            "INSECURE_COOKIES is on: unset it, production's cookies travel over TLS only.",
        ),
        (
            found.embedded_database,
            "DATABASE_URL is not set: production uses a PostgreSQL server (14 or newer).",
        ),
        (
            found.embedded_broker,
            "REDIS_URL is not set: production uses a Redis (6.2 or newer) or Valkey server.",
        ),
    ]
    return [sentence for broken, sentence in rules if broken]


def _truth(variables: Mapping[str, str], name: str, default: bool, faults: list[str]) -> bool:
    text = variables.get(name, "").strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("0", "false", "no", "off"):
        return False
    if text:
        faults.append(f"{name} is {text!r}: set it to 1 or 0.")
    return default


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
