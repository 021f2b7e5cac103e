"""The house keeps its shape: sizes, names, migrations that match the models, and a tree that speaks only of itself."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
OURS = ("config", "workspace", "annotate", "review")
LONGEST_FILE, LONGEST_FUNCTION = 300, 60
NAMES_THAT_SAY_NOTHING = re.compile(r"(^|/)(utils?|helpers?|common|misc|tools|core)(\.py|/|$)")
CLASSES_THAT_SAY_NOTHING = re.compile(r"(?<!User)(Manager|Handler|Processor|Helper|Util)$")


@cache
def tracked() -> list[str]:
    """The files of the project, as git knows them."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    found = [name for name in tracked() if name.endswith(".py") and "/migrations/" not in name]
    return [ROOT / name for name in found if not folders or name.split("/")[0] in folders]


def functions(path: Path) -> list[tuple[str, int]]:
    """Every function of a file with its number of lines."""
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.name, (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, kinds)
    ]


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    sizes = {path.relative_to(ROOT): len(path.read_text().splitlines()) for path in python_files()}
    assert {str(path): lines for path, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_every_function_fits_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in python_files(*OURS)
        for name, lines in functions(path)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


def test_nine_functions_in_ten_are_short() -> None:
    sizes = sorted(lines for path in python_files(*OURS) for _, lines in functions(path))
    assert sizes[int(len(sizes) * 0.9)] <= 25


def test_names_say_what_a_thing_is() -> None:
    assert [name for name in tracked() if NAMES_THAT_SAY_NOTHING.search(name)] == []
    classes = [
        f"{path.relative_to(ROOT)}:{node.name}"
        for path in python_files(*OURS)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and CLASSES_THAT_SAY_NOTHING.search(node.name)
    ]
    assert classes == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*OURS)
        if path.read_text().strip()
        and path.name not in ("apps.py", "__init__.py")
        and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


@pytest.mark.django_db
def test_migrations_match_the_models() -> None:
    call_command("makemigrations", "--check", "--dry-run", stdout=StringIO())


def test_no_third_party_file_is_in_the_tree() -> None:
    vendored = [
        name
        for name in tracked()
        if re.search(r"(^|/)(node_modules|vendor|staticfiles)/|\.min\.(js|css)$", name)
    ]
    assert vendored == []


def test_lock_files_name_no_address() -> None:
    locks = [ROOT / "package-lock.json", *(ROOT / "requirements").glob("*.txt")]
    assert [
        lock.name for lock in locks if re.search(r"https?://", lock.read_text().replace('"url": "https', ""))
    ] == []
