"""Releases of a test lie in the test's own folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> Path:
    """The folder that stands for the storage."""
    default = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    return tmp_path / "files"
