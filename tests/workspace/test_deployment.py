"""Production settings, in a process of their own: `check --deploy` finds nothing, an unsafe start ends in sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

CHECKOUT = Path(__file__).resolve().parents[2]
SECRET = "k7Q2x9Wm4Zr8Tb6Ny1Lc3Vf5Hd0Gs7Jp2Ka9Xe4Ru6QiPz5Wd8Sc1B"


def production(tmp_path: Path, **changed: str) -> dict[str, str]:
    """An environment of production that uses the servers of this test run."""
    database = connection.settings_dict
    word = f":{quote(database['PASSWORD'], safe='')}" if database["PASSWORD"] else ""
    # A server behind a socket is written as user@:port//folder/of/the/socket/name.
    host, user = str(database["HOST"]), quote(database["USER"], safe="")
    place = f":{database['PORT']}/{host}" if host.startswith("/") else f"{host}:{database['PORT']}"
    return {
        "PATH": os.environ["PATH"],
        "SCRIPTORIUM_ENV": "production",
        "SCRIPTORIUM_DATA": str(tmp_path),
        "SECRET_KEY": SECRET,
        "ALLOWED_HOSTS": "scriptorium.example.org",
        "DATABASE_URL": f"postgres://{user}{word}@{place}/{database['NAME']}",
        "REDIS_URL": settings.CACHE_URL,
        **changed,
    }


def manage(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.django_db
def test_check_deploy_is_clean_in_production(tmp_path: Path) -> None:
    found = manage(
        production(tmp_path), "check", "--deploy", "--fail-level", "WARNING", "--database", "default"
    )
    assert found.returncode == 0, found.stderr
    assert "no issues" in found.stdout


@pytest.mark.django_db
def test_an_unsafe_production_does_not_start(tmp_path: Path) -> None:
    found = manage(production(tmp_path, SECRET_KEY="", DEBUG="1"), "check")
    assert found.returncode == 1
    assert "SECRET_KEY is not set" in found.stderr
    assert "DEBUG is on" in found.stderr
    assert "Traceback" not in found.stderr


@pytest.mark.django_db
def test_a_command_that_is_refused_ends_with_1_and_its_sentence(tmp_path: Path) -> None:
    found = manage(production(tmp_path), "create_project", "Not A Slug", "--title", "T")
    assert found.returncode == 1
    assert "slug: Use lower-case letters" in found.stderr
    assert "Traceback" not in found.stderr
