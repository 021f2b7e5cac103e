"""Every example in the guide and in the docstrings gives what it prints."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import review.agreement as agreement
from review.agreement.registry import PLACES

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "agreement.md"
MODULES = [f"review.agreement.{found.name}" for found in pkgutil.iter_modules(agreement.__path__)]


def test_the_examples_of_the_guide_run() -> None:
    done = doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8")
    assert done.attempted > 40
    assert done.failed == 0


@pytest.mark.parametrize("module", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_of_a_module_run(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_the_guide_names_every_coefficient_and_helper() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    types = {"Crowd", "Difference", "Pair", "Ratings", "SampleSize", "TextAgreement", "Vote", "Without"}
    assert [name for name in PLACES if name not in types and name not in text] == []
