"""The People page: taking people in one by one or by file, changing and removing them, and their links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.conftest import Cast, page_client
from tests.factories import a_member, a_project, a_user
from workspace import invitations
from workspace.models import AuditEvent, Member, Pause, User
from workspace.refusals import NotAllowed

pytestmark = pytest.mark.django_db
PASSWORD = "quite a long password"


def the_file(text: str | bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("people.csv", text.encode() if isinstance(text, str) else text, "text/csv")


def upload(cast: Cast, text: str | bytes) -> Any:
    return page_client(cast.lead).post(f"/p/{cast.project.slug}/people/upload/", {"file": the_file(text)})


def test_one_person_is_added_and_their_link_can_be_copied(cast: Cast) -> None:
    answer = page_client(cast.lead).post(
        f"/p/{cast.project.slug}/people/add/",
        {
            "email": "New@Example.org",
            "name": "New",
            "roles": ["annotator"],
            "languages": "en, de",
            "categories": "",
        },
    )
    assert answer.status_code == 201
    member = Member.objects.get(project=cast.project, user__email="new@example.org")
    assert member.languages == ["de", "en"]
    (link,) = answer.context["links"]
    assert link["link"].startswith("http://testserver/accounts/invitation/")
    assert link["link"] in answer.content.decode()
    assert AuditEvent.objects.filter(action="user.link_made", object_id=member.user.pk).exists()


def test_what_cannot_be_taken_stands_beside_its_field(cast: Cast) -> None:
    answer = page_client(cast.lead).post(
        f"/p/{cast.project.slug}/people/add/", {"email": "no address", "roles": ["annotator"]}
    )
    assert answer.status_code == 422
    assert answer.context["form"].errors["email"] == ["“no address” is no e-mail address."]
    assert "no address" in answer.content.decode(), "what was typed is still there"


def test_a_link_lets_somebody_choose_name_and_password_once(cast: Cast) -> None:
    user = a_member(cast.project, "annotator").user
    path = invitations.path_for(user)
    browser = Client()
    assert browser.get(path).status_code == 200
    wrong = browser.post(path, {"name": "Max", "password": PASSWORD, "again": "another"})
    assert wrong.status_code == 422
    weak = browser.post(path, {"name": "Max", "password": "password", "again": "password"})
    assert weak.status_code == 422
    assert "too common" in str(weak.context["form"].errors["password"])
    answer = browser.post(path, {"name": "Max", "password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 302
    assert browser.get("/accounts/profile/").context["user"] == user, "they are logged in"
    user.refresh_from_db()
    assert user.name == "Max"
    assert user.check_password(PASSWORD)
    again = Client().get(path)
    assert again.status_code == 404
    assert "used already" in again.content.decode()


def test_a_link_is_dead_after_three_days(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    path = invitations.path_for(cast.writer.user)
    generator = default_token_generator
    later = generator._now() + timedelta(days=3, seconds=1)
    monkeypatch.setattr(type(generator), "_now", lambda self: later)
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("path", ["/accounts/invitation/xx/yy/", "/accounts/invitation/MQ/c0-ffee/"])
def test_an_invented_link_opens_nothing(cast: Cast, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_an_admin_cannot_become_somebody_of_another_project(cast: Cast) -> None:
    """Whoever holds a link can become that person: so nobody gets the link of people they do not govern."""
    elsewhere = a_member(a_project(), "admin")
    operator = a_user(superuser=True)
    browser = page_client(cast.lead)
    for user in (elsewhere.user, operator):
        browser.post(f"/p/{cast.project.slug}/people/add/", {"email": user.email, "roles": ["annotator"]})
        member = Member.objects.get(project=cast.project, user=user)
        assert browser.post(f"/p/{cast.project.slug}/people/{member.pk}/link/").status_code == 403
        with pytest.raises(NotAllowed):
            invitations.hand_out(cast.lead, user)


def test_with_mail_the_link_goes_to_the_person_alone(cast: Cast, settings: Any) -> None:
    settings.MAIL_CONFIGURED = True
    answer = page_client(cast.lead).post(
        f"/p/{cast.project.slug}/people/add/", {"email": "new@example.org", "roles": ["annotator"]}
    )
    assert answer.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == ["new@example.org"]
    link = next(line for line in letter.body.splitlines() if line.startswith("http://testserver/"))
    assert Client().get(link.removeprefix("http://testserver")).status_code == 200


def test_a_file_takes_everybody_in(cast: Cast) -> None:
    answer = upload(
        cast,
        "\ufeffE-mail;name;roles;languages;categories\n"
        'one@example.org;"One; the first";annotator reviewer;en ar;coding\n\ntwo@example.org;Two;reviewer;;\n',
    )
    assert answer.status_code == 201
    one = Member.objects.get(project=cast.project, user__email="one@example.org")
    assert one.user.name == "One; the first"
    assert (one.roles, one.languages, one.categories) == (["annotator", "reviewer"], ["ar", "en"], ["coding"])
    assert Member.objects.get(project=cast.project, user__email="two@example.org").roles == ["reviewer"]
    assert len(answer.context["links"]) == 2


def test_one_bad_line_keeps_everybody_out(cast: Cast) -> None:
    before = User.objects.count()
    answer = upload(
        cast,
        "email,name,roles,languages\none@example.org,One,annotator,en\nnobody,Two,king,en\n"
        "one@example.org,Again,annotator,\nthree@example.org,Three\n",
    )
    assert answer.status_code == 422
    faults = [(fault["line"], fault["field"]) for fault in answer.context["faults"]]
    assert faults == [(3, "email"), (3, "roles"), (4, "email"), (5, "row")]
    assert "use one or more of annotator, reviewer" in answer.content.decode()
    assert User.objects.count() == before


@pytest.mark.parametrize(
    ("content", "line", "field"),
    [
        (b"", 1, "file"),
        (b"email,name\n", 1, "roles"),
        (b"email,roles,shoe size\n", 1, "shoe size"),
        (b"email,roles,roles\n", 1, "roles"),
        (b"email,roles\n", 1, "file"),
        ("email,name,roles\nm@example.org,Müller,annotator\n".encode("latin-1"), 2, "file"),
        (b"email,roles\na@example.org,\0annotator\n", 2, "file"),
        (b'email,roles\n"a@example.org,annotator\n', 2, "file"),
        (b"email,roles\n" + b"a@example.org,annotator\n" * 60_000, 1, "file"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(cast: Cast, content: bytes, line: int, field: str) -> None:
    answer = upload(cast, content)
    assert answer.status_code == 422
    if not content:
        assert answer.context["file_form"].errors["file"], "an empty file is no file"
        return
    assert (answer.context["faults"][0]["line"], answer.context["faults"][0]["field"]) == (line, field)


def test_a_file_does_not_take_the_last_admin_away(cast: Cast) -> None:
    answer = upload(cast, f"email,roles\nnew@example.org,annotator\n{cast.lead.user.email},reviewer\n")
    assert answer.status_code == 422
    assert "only admin" in answer.content.decode()
    assert Member.objects.get(pk=cast.lead.require_member().pk).roles == ["admin"]
    assert not User.objects.filter(email="new@example.org").exists()


def test_roles_are_changed_and_people_removed_on_their_page(cast: Cast) -> None:
    browser, member = page_client(cast.lead), cast.writer.require_member()
    page = f"/p/{cast.project.slug}/people/{member.pk}/"
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"roles": ["reviewer"], "languages": "ar"}).status_code == 302
    member.refresh_from_db()
    assert (member.roles, member.languages) == (["reviewer"], ["ar"])
    assert browser.post(f"{page}remove/").status_code == 302
    member.refresh_from_db()
    assert not member.active
    own = f"/p/{cast.project.slug}/people/{cast.lead.require_member().pk}/"
    assert browser.post(f"{own}remove/").status_code == 409, "a project keeps an admin"
    assert browser.post(own, {"roles": ["reviewer"]}).status_code == 422


def test_a_member_of_another_project_has_no_page_here(cast: Cast) -> None:
    member = cast.stranger.require_member()
    assert page_client(cast.lead).get(f"/p/{cast.project.slug}/people/{member.pk}/").status_code == 404


def test_a_person_is_paused_on_their_page(cast: Cast) -> None:
    browser, member = page_client(cast.lead), cast.writer.require_member()
    answer = browser.post(
        f"/p/{cast.project.slug}/pauses/", {"what": f"member:{member.pk}", "reason": "On leave"}
    )
    assert answer.status_code == 302
    assert Pause.objects.get(project=cast.project).target == str(member.pk)
    listed = browser.get(f"/p/{cast.project.slug}/people/?state=paused").context["page"].rows
    assert [row.pk for row in listed] == [member.pk]
    assert "On leave" in browser.get(f"/p/{cast.project.slug}/people/{member.pk}/").content.decode()


def test_the_list_is_filtered_and_paged_at_the_same_cost(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    users = User.objects.bulk_create(User(email=f"many{n}@example.org", name=f"Many {n}") for n in range(120))
    Member.objects.bulk_create(Member(project=cast.project, user=user, roles=["annotator"]) for user in users)
    browser = page_client(cast.lead)
    with django_assert_max_num_queries(6):
        page = browser.get(f"/p/{cast.project.slug}/people/?q=many&role=annotator").context["page"]
    seen = [row.user.email for row in page.rows]
    while page.older:
        page = browser.get(f"/p/{cast.project.slug}/people/{page.older}").context["page"]
        seen += [row.user.email for row in page.rows]
    assert len(seen) == len(set(seen)) == 120
