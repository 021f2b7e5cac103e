"""The environment is judged whole: production refuses each unsafe setting with a sentence that says what to do."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config.environment import UnsafeEnvironment, kept_secret_key, read

CHECKOUT = Path("/somewhere/checkout")
SAFE = {
    "SCRIPTORIUM_ENV": "production",
    "SECRET_KEY": "k7Q2x9Wm4Zr8Tb6Ny1Lc3Vf5Hd0Gs7Jp2Ka9Xe4Ru6QiPz5Wd8Sc1B",
    "ALLOWED_HOSTS": "scriptorium.example.org, www.example.org",
    "DATABASE_URL": "postgres://scriptorium@db/scriptorium",
    "REDIS_URL": "redis://broker:6379/0",
}


def faults(**changed: str | None) -> list[str]:
    variables = {name: value for name, value in {**SAFE, **changed}.items() if value is not None}
    try:
        read(variables, checkout=CHECKOUT)
    except UnsafeEnvironment as unsafe:
        return unsafe.faults
    return []


def test_safe_production_is_taken() -> None:
    found = read(SAFE, checkout=CHECKOUT)
    assert found.production
    assert found.allowed_hosts == ("scriptorium.example.org", "www.example.org")
    assert not found.insecure_cookies
    assert found.behind_tls_proxy
    assert found.json_logs
    assert not found.embedded_database
    assert not found.embedded_broker


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("DEBUG", "1", "DEBUG is on: unset it"),
        ("SECRET_KEY", None, "SECRET_KEY is not set: set it to a long random text"),
        ("SECRET_KEY", "short", "SECRET_KEY is weak: use at least 50 random characters"),
        ("SECRET_KEY", "abcd" * 20, "SECRET_KEY is weak"),
        ("SECRET_KEY", "django-insecure-" + "x" * 40, "SECRET_KEY is weak"),
        ("SECRET_KEY", "please-change-me-" + "x" * 40, "SECRET_KEY is weak"),
        ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS is not set: name the hosts"),
        ("ALLOWED_HOSTS", " , ", "ALLOWED_HOSTS is not set"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS holds '*'"),
        ("INSECURE_COOKIES", "1", "INSECURE_COOKIES is on: unset it"),
        ("DATABASE_URL", None, "DATABASE_URL is not set: production uses a PostgreSQL server (14 or newer)"),
        ("DATABASE_URL", "mysql://db/x", "DATABASE_URL must begin with postgres://"),
        ("REDIS_URL", None, "REDIS_URL is not set: production uses a Redis (6.2 or newer) or Valkey"),
        ("REDIS_URL", "amqp://broker", "REDIS_URL must begin with redis://"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'LOUD': set it to DEBUG, INFO"),
        ("JSON_LOGS", "perhaps", "JSON_LOGS is 'perhaps': set it to 1 or 0"),
        ("SCRIPTORIUM_ENV", "prod", "SCRIPTORIUM_ENV is 'prod': set it to 'local' or 'production'"),
    ],
)
def test_each_unsafe_setting_is_refused_with_its_sentence(
    variable: str, value: str | None, sentence: str
) -> None:
    (said,) = faults(**{variable: value})
    assert said.startswith(sentence)


def test_every_fault_is_said_at_once() -> None:
    said = faults(DEBUG="yes", SECRET_KEY=None, ALLOWED_HOSTS=None, DATABASE_URL=None, REDIS_URL=None)
    assert len(said) == 5
    with pytest.raises(UnsafeEnvironment) as unsafe:
        read({"SCRIPTORIUM_ENV": "production"}, checkout=CHECKOUT)
    assert str(unsafe.value).startswith("Scriptorium cannot start:\n  - ")


def test_a_laptop_needs_nothing() -> None:
    found = read({}, checkout=CHECKOUT)
    assert not found.production
    assert found.data == CHECKOUT / ".data"
    assert found.embedded_database
    assert found.embedded_broker
    assert found.allowed_hosts == ("127.0.0.1", "localhost", "[::1]"), "loopback only"
    assert not found.debug


def test_the_data_folder_is_where_the_variable_says(tmp_path: Path) -> None:
    assert read({"SCRIPTORIUM_DATA": str(tmp_path / "a b")}, checkout=CHECKOUT).data == tmp_path / "a b"


def test_the_laptops_secret_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first = kept_secret_key(tmp_path / "data")
    assert len(first) >= 64
    assert kept_secret_key(tmp_path / "data") == first
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600


def test_an_empty_secret_that_a_crash_left_is_filled_again(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("")
    assert len(kept_secret_key(tmp_path)) >= 64
