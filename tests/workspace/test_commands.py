"""The commands of the ground floor: what they make, what they print, and how they refuse."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from annotate.models import GuidelineVersion
from tests.factories import a_project, a_user
from workspace import tokens
from workspace.models import Member, Project, User

pytestmark = pytest.mark.django_db


def said(*words: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_a_user_is_made_with_a_password() -> None:
    said("create_user", "Max@Example.org", "--name", "Max", "--password", "a long enough one", "--superuser")
    user = User.objects.get(email="max@example.org")
    assert user.name == "Max"
    assert user.is_superuser
    assert user.check_password("a long enough one")


def test_the_password_is_read_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("typed by a program\nmore\n"))
    said("create_user", "max@example.org", "--name", "Max", "--password-stdin")
    assert User.objects.get(email="max@example.org").check_password("typed by a program")


def test_an_empty_password_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(CommandError, match="The password is empty"):
        said("create_user", "max@example.org", "--name", "Max", "--password-stdin")
    assert not User.objects.filter(email="max@example.org").exists()


def test_on_a_terminal_the_password_is_asked_for_until_it_is_typed_twice_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    typed = iter(["one thing here", "another thing", "short", "short", "alike and long", "alike and long"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    said("create_user", "max@example.org", "--name", "Max")
    assert User.objects.get(email="max@example.org").check_password("alike and long")


def test_a_taken_address_is_refused_with_the_field() -> None:
    address = a_user().email
    with pytest.raises(CommandError, match="email: There is a user with this address"):
        said("create_user", address, "--name", "Max", "--password", "a long enough one")


def test_a_project_is_made_with_its_first_guideline_version() -> None:
    said(
        *("create_project", "alpha", "--title", "Alpha", "--overlap", "3"),
        *("--overlap-share", "0.25", "--reviews", "2"),
    )
    project = Project.objects.get(slug="alpha")
    assert (project.overlap, project.overlap_share, project.reviews) == (3, 0.25, 2)
    assert GuidelineVersion.objects.get(project=project).number == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["Not A Slug"], "slug: Use lower-case letters"),
        (["ok", "--overlap", "0"], "overlap: "),
        (["ok", "--overlap-share", "nan"], "overlap_share: Give a number from 0 to 1"),
        (["ok", "--reviews", "4"], "reviews: "),
    ],
)
def test_a_project_that_cannot_be_is_refused_by_field(words: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        said("create_project", *words, "--title", "T")
    assert not Project.objects.exists()


def test_a_member_is_made_with_their_user_where_absent() -> None:
    project = a_project()
    out = said(
        *("add_member", project.slug, "new@example.org", "--role", "annotator", "--role", "reviewer"),
        *("--language", "en", "de", "--category", "coding"),
    )
    member = Member.objects.get(project=project)
    assert member.user.email == "new@example.org"
    assert (member.roles, member.languages) == (["annotator", "reviewer"], ["de", "en"])
    assert member.categories == ["coding"]
    assert "/accounts/invitation/" in out, "who has no password yet gets a link"


def test_a_member_who_is_there_gets_what_is_given_now() -> None:
    project, user = a_project(), a_user(password="a long enough one")
    said("add_member", project.slug, user.email, "--role", "annotator")
    out = said("add_member", project.slug, user.email, "--role", "reviewer")
    assert Member.objects.get(project=project).roles == ["reviewer"]
    assert out == f"Updated {user.email} in {project.slug}: reviewer.\n"


def test_an_unknown_role_or_project_is_refused() -> None:
    project = a_project()
    with pytest.raises(CommandError, match="roles: king: use one or more of annotator"):
        said("add_member", project.slug, "new@example.org", "--role", "king")
    assert not User.objects.filter(email="new@example.org").exists()
    with pytest.raises(CommandError, match="There is no project “nowhere”"):
        said("add_member", "nowhere", "new@example.org", "--role", "annotator")


def test_the_token_stands_alone_on_standard_output() -> None:
    user = a_user()
    out = said("create_token", user.email, "--name", "script")
    text = out.strip()
    assert out == f"{text}\n"
    found = tokens.find(text)
    assert found is not None
    assert (found.user, found.name) == (user, "script")
    with pytest.raises(CommandError, match="There is no user “nobody@example.org”"):
        said("create_token", "nobody@example.org")
