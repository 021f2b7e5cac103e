"""Templates keep the Content-Security-Policy, the one way to make HTML of words, and a size that can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from lucide import IconDoesNotExist

from workspace.templatetags.scriptorium import icon

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
LINES = 100
# What a comment says about markup is no markup.
COMMENTS = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.DOTALL)

FORBIDDEN = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.I),
    "a <style> element": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\ssrc=)", re.I),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I),
    "hx-on": re.compile(r"\bhx-on\b", re.I),
    "a js: or javascript: value": re.compile(r"=\s*[\"'](?:js|javascript):", re.I),
    "a trigger filter": re.compile(r"hx-trigger(?::inherited)?\s*=\s*[\"'][^\"']*\w\[", re.I),
    "words marked as safe": re.compile(r"\|\s*safe(?:seq)?\b|autoescape\s+off"),
    "something from another site": re.compile(
        r"<(?:script|link|img)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I
    ),
}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_holds_nothing_that_the_policy_forbids(path: Path) -> None:
    text = COMMENTS.sub("", path.read_text(encoding="utf-8"))
    found = {what: match[0] for what, pattern in FORBIDDEN.items() if (match := pattern.search(text))}
    assert not found


def test_a_list_of_facts_holds_terms_and_descriptions_alone() -> None:
    """It is a grid of two columns: pairs in boxes of their own would stand beside each other."""
    lists = re.compile(r'<dl class="facts[^"]*">(.*?)</dl>', re.DOTALL)
    boxed = re.compile(r"<div>\s*<dt")
    faults = [
        _name(path) for path in TEMPLATES for each in lists.findall(path.read_text()) if boxed.search(each)
    ]
    assert not faults


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_a_template_is_short_enough_to_be_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize(
    "bad",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<b hx-on:click="x()">',
        '<b hx-vals="js:{a: 1}">',
        '<b hx-trigger="click[ctrlKey]">',
        "{{ words|safe }}",
        '<script src="https://cdn.example/x.js"></script>',
    ],
)
def test_the_rules_see_what_they_forbid(bad: str) -> None:
    assert any(pattern.search(bad) for pattern in FORBIDDEN.values())


def test_only_two_modules_make_html_of_strings() -> None:
    """`mark_safe` stands where words are cleaned and where icons are drawn, nowhere else."""
    users = {
        _name(path)
        for app in ("workspace", "annotate", "review", "config")
        for path in (ROOT / app).rglob("*.py")
        if re.search(
            r"\bmark_safe\(|\bSafeString\(|\bmark_safe\b.*import|import .*\bmark_safe\b", path.read_text()
        )
    }
    assert users <= {"workspace/prose.py", "workspace/templatetags/scriptorium.py"}


def test_components_say_what_they_take() -> None:
    for path in (ROOT / "templates" / "components").glob("*.html"):
        assert "{% comment %}" in path.read_text(encoding="utf-8")[:120], (
            f"{path.name} has no words at its top"
        )


def test_every_component_stands_in_the_style_guide_or_the_frame() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    tags = (ROOT / "workspace" / "templatetags" / "scriptorium.py").read_text(encoding="utf-8")
    for path in (ROOT / "templates" / "components").glob("*.html"):
        if path.name == "refusal.html":  # rendered by the middleware
            continue
        assert f"components/{path.name}" in pages + tags, f"{path.name} is used nowhere"


def test_every_icon_that_a_template_names_exists() -> None:
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(
            r"{%\s*icon\s+\"([\w-]+)\"|\bicon=\"([\w-]+)\"", path.read_text(encoding="utf-8")
        )
    }
    names = {first or second for first, second in named}
    assert len(names) > 30
    assert [name for name in sorted(names) if not _drawn(name)] == []


def _drawn(name: str) -> bool:
    try:
        return "<svg" in icon(name)
    except IconDoesNotExist:
        return False


def test_every_static_file_that_a_template_names_exists() -> None:
    for path in TEMPLATES:
        for name in re.findall(r"{%\s*static\s+\"([^\"]+)\"", path.read_text(encoding="utf-8")):
            assert finders.find(name), f"{_name(path)} names {name}, which is not there"
