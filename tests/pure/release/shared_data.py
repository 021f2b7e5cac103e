"""Where the shared data folder is, for the tests that read it; they skip with a reason where it is absent."""

import os
from pathlib import Path

import pytest

_BESIDE_THE_CHECKOUT = Path(__file__).resolve().parents[3].parent / "shared" / "data"


def shared(path: str) -> Path:
    """Give a file of the shared data folder, or skip the test that asks for it."""
    found = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA", _BESIDE_THE_CHECKOUT)) / path
    if not found.exists():
        pytest.skip(f"the shared data folder has no {path} here")
    return found
