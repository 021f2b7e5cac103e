"""What happens before the programs start: whose passwords are valid, and when static files are collected anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finder

from config import preparation


def opens(email: str, password: str) -> bool:
    return get_user_model().objects.get(email=email).check_password(password)


@pytest.mark.slow
@pytest.mark.django_db
def test_the_known_password_is_valid_only_while_nobody_else_can_reach_the_site(
    tmp_path: Path, settings: Any
) -> None:
    settings.DATA = tmp_path
    preparation.demo_log_ins(loopback=True)
    assert opens("admin@demo.test", "demo")

    lines = preparation.demo_log_ins(loopback=False)
    printed = dict(
        line.removeprefix("Log in as ").split(", password ") for line in lines if "password " in line
    )
    assert set(printed) >= {f"{name}@demo.test" for name in preparation.DEMO_PEOPLE}
    for email, password in printed.items():
        assert opens(email, password)
        assert not opens(email, "demo")
    assert len(set(printed.values())) == len(printed), "each has its own"

    again = preparation.demo_log_ins(loopback=False)
    assert not any(password in line for line in again for password in printed.values()), "shown once"
    assert opens("admin@demo.test", printed["admin@demo.test"])

    preparation.demo_log_ins(loopback=True)
    assert opens("admin@demo.test", "demo")


@pytest.fixture
def finders_anew() -> Iterator[None]:
    """Finders read the settings once; let them read those of this test, and then those of all others."""
    get_finder.cache_clear()  # type: ignore[attr-defined]
    yield
    get_finder.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("finders_anew")
def test_static_files_are_collected_when_one_changes_and_only_then(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = tmp_path / "static"
    ours.mkdir()
    (ours / "page.css").write_text("a")
    settings.BASE_DIR, settings.STATIC_ROOT, settings.STATICFILES_DIRS = tmp_path, tmp_path / "root", [ours]
    collected: list[str] = []

    def collect(command: str, **_: object) -> None:
        collected.append(command)
        (tmp_path / "root").mkdir(exist_ok=True)
        (tmp_path / "root" / "staticfiles.json").touch()

    monkeypatch.setattr(preparation, "call_command", collect)
    preparation.collect_static()
    preparation.collect_static()
    assert len(collected) == 1
    (ours / "page.css").write_text("changed")
    preparation.collect_static()
    assert len(collected) == 2
