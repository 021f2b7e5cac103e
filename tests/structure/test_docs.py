"""The documentation is true: generated pages are what the code generates, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from review.describing import states_page

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def test_the_page_of_states_is_written_from_the_tables() -> None:
    assert (ROOT / "docs/reference/states.md").read_text() == states_page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    broken = [target for target in LINK.findall(text) if not (page.parent / target).exists()]
    assert broken == []


def test_every_environment_variable_is_documented() -> None:
    code = (ROOT / "config/environment.py").read_text() + (ROOT / "config/settings.py").read_text()
    names = set(re.findall(r'variables(?:\.get\(|, )"([A-Z_]{4,})"', code)) | set(
        re.findall(r'environ\.get\("([A-Z_]+)"', code)
    )
    page = (ROOT / "docs/operator/environment.md").read_text()
    assert {name for name in names if f"`{name}`" not in page} == set()
