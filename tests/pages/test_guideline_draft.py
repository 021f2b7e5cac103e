"""The draft's pages: sections, structured parts, begin and discard, publishing with its preview."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from annotate import guidelines
from annotate.guideline_exchange import exported
from annotate.guideline_forms import FORMS, shown_bounds, shown_rows
from annotate.guideline_sections import fingerprint, sections_of
from annotate.models import GuidelineVersion
from tests.conftest import Cast, page_client
from tests.counting import statements
from tests.factories import a_member, a_submitted_demonstration, decided
from tests.pages.reading import HTMX, text_of
from workspace.models import Job


@pytest.fixture
def draft(cast: Cast) -> GuidelineVersion:
    return guidelines.begin_draft(cast.lead, now=timezone.now())


@pytest.fixture
def client(cast: Cast) -> Client:
    return page_client(cast.lead)


@pytest.fixture
def root(cast: Cast) -> str:
    return f"/p/{cast.project.slug}/guidelines"


def fields_of(part: str, rows: list[dict[str, Any]]) -> dict[str, str]:
    """Rows as a browser sends them."""
    sent: dict[str, str] = {}
    for number, row in enumerate(rows):
        for name, value in row.items():
            here = f"{part}.{number}.{name}"
            sent |= fields_of(f"{part}.{number}.levels", value) if name == "levels" else {here: value}
    return sent


def kept(draft: GuidelineVersion) -> GuidelineVersion:
    draft.refresh_from_db()
    return draft


def test_a_draft_is_begun_and_discarded(cast: Cast, client: Client, root: str) -> None:
    assert "Begin a draft" in text_of(client.get(f"{root}/draft/"))
    assert client.post(f"{root}/draft/begin/").headers["Location"] == f"{root}/draft/"
    page = text_of(client.get(f"{root}/draft/"))
    assert "Discard the draft?" in page and "Section" not in page
    client.post(f"{root}/draft/begin/")
    assert GuidelineVersion.objects.filter(project=cast.project).count() == 2
    assert client.post(f"{root}/draft/discard/").status_code == 302
    assert GuidelineVersion.objects.filter(project=cast.project).count() == 1
    assert client.post(f"{root}/draft/discard/").status_code == 404


def test_a_draft_is_begun_from_a_file(cast: Cast, client: Client, root: str) -> None:
    good = exported(guidelines.newest(cast.project)).replace("title: Writing", "title: Filed")
    for content, status, says in ((b"# no", 422, "front matter"), (b"\xff", 422, "UTF-8")):
        answer = client.post(f"{root}/draft/begin/", {"file": SimpleUploadedFile("g.md", content)})
        assert answer.status_code == status and says in text_of(answer)
    client.post(f"{root}/draft/begin/", {"file": SimpleUploadedFile("g.md", good.encode())})
    assert "Filed demonstrations" in text_of(client.get(f"{root}/draft/"))
    file = client.get(f"{root}/1/file/")
    assert file.content.decode() == exported(guidelines.newest(cast.project))
    assert "attachment" in file.headers["Content-Disposition"]


def test_a_section_is_opened_saved_and_shown(client: Client, root: str, draft: GuidelineVersion) -> None:
    one = sections_of(draft.body)[2]
    region = text_of(client.get(f"{root}/draft/sections/2/", headers=HTMX))
    assert "<textarea" in region and "<html" not in region
    assert client.get(f"{root}/draft/sections/2/").status_code == 302
    assert "<textarea" in text_of(client.get(f"{root}/draft/?section=2"))
    sent = {"seen": one.fingerprint, "text": one.text.replace("\n", "\r\n") + "*More.*\r\n"}
    saved = client.post(f"{root}/draft/sections/2/", sent, headers=HTMX)
    assert saved.status_code == 200 and "<em>More.</em>" in text_of(saved) and "Saved" in text_of(saved)
    assert kept(draft).body == draft.body and "*More.*\n" in kept(draft).body and "\r" not in kept(draft).body
    plain = client.post(
        f"{root}/draft/sections/2/", {**sent, "seen": fingerprint(sent["text"].replace("\r", ""))}
    )
    assert plain.headers["Location"].endswith("#section-2")


def test_the_second_of_two_admins_sees_both_texts(
    cast: Cast, client: Client, root: str, draft: GuidelineVersion
) -> None:
    one = sections_of(draft.body)[2]
    other = page_client(a_member(cast.project, "admin"))
    other.post(
        f"{root}/draft/sections/2/", {"seen": one.fingerprint, "text": "## H\n\ntheirs\n"}, headers=HTMX
    )
    sent = {"seen": one.fingerprint, "text": "## H\n\nmine\n"}
    region = client.post(f"{root}/draft/sections/2/", sent, headers=HTMX)
    assert region.status_code == 409 and "theirs" in text_of(region) and "Keep mine" in text_of(region)
    page = client.post(f"{root}/draft/sections/2/", sent)
    assert page.status_code == 409 and "theirs" in text_of(page) and "mine" in text_of(page)
    assert "theirs" in kept(draft).body
    chosen = {"text": sent["text"], "seen": fingerprint("## H\n\ntheirs\n")}
    assert client.post(f"{root}/draft/sections/2/", chosen).status_code == 302
    assert "mine" in kept(draft).body and "theirs" not in kept(draft).body


def test_a_section_is_added_and_taken_out(client: Client, root: str, draft: GuidelineVersion) -> None:
    answer = client.post(f"{root}/draft/sections/", {"heading": "Quotes"})
    last = sections_of(kept(draft).body)[-1]
    assert last.heading == "Quotes" and "?section=" in answer.headers["Location"]
    place = len(sections_of(draft.body)) - 1
    client.post(f"{root}/draft/sections/{place}/", {"seen": last.fingerprint, "text": ""})
    assert "Quotes" not in kept(draft).body


def test_the_title_says_what_is_wrong(client: Client, root: str, draft: GuidelineVersion) -> None:
    sent = {"seen": fingerprint(draft.title), "text": " "}
    answer = client.post(f"{root}/draft/title/", sent, headers=HTMX)
    assert answer.status_code == 422 and "title" in text_of(answer)
    assert client.post(f"{root}/draft/title/", sent | {"text": "Better"}).status_code == 302
    assert kept(draft).title == "Better"
    stale = client.post(f"{root}/draft/title/", sent | {"text": "Mine"}, headers=HTMX)
    assert stale.status_code == 409 and "Better" in text_of(stale)


@pytest.mark.parametrize("part", [part for part in FORMS if part != "bounds"])
def test_what_is_shown_sent_back_changes_nothing(
    client: Client, root: str, draft: GuidelineVersion, part: str
) -> None:
    before = getattr(draft, part)
    rows = shown_rows(part, before)
    page = text_of(client.get(f"{root}/draft/{part}/"))
    assert page.count("<fieldset") == len(rows)
    sent = fields_of(part, rows) | {"seen": fingerprint(before), "save": "1"}
    assert client.post(f"{root}/draft/{part}/", sent).status_code == 302
    assert getattr(kept(draft), part) == before


def test_bounds_are_changed_and_said_where_wrong(client: Client, root: str, draft: GuidelineVersion) -> None:
    sent = shown_bounds(draft.bounds) | {"seen": fingerprint(draft.bounds)}
    assert client.post(f"{root}/draft/bounds/", sent, headers=HTMX).status_code == 200
    wrong = sent | {"bounds.response_words.min": "9", "bounds.response_words.max": "2"}
    answer = client.post(f"{root}/draft/bounds/", wrong, headers=HTMX)
    assert answer.status_code == 422 and 'data-field="bounds.response_words.max"' in text_of(answer)
    right = sent | {"bounds.response_words.min": "2", "bounds.categories.coding.prompt_words.min": "1",
                    "bounds.categories.coding.prompt_words.max": "7"}  # fmt: skip
    client.post(f"{root}/draft/bounds/", right)
    assert kept(draft).bounds["response_words"]["min"] == 2
    assert kept(draft).bounds["categories"]["coding"] == {"prompt_words": {"min": 1, "max": 7}}


def test_rows_come_and_go_with_what_was_typed(client: Client, root: str, draft: GuidelineVersion) -> None:
    rows = shown_rows("rubric", draft.rubric)
    rows[0]["name"] = "Typed, not saved"
    sent = fields_of("rubric", rows) | {"seen": fingerprint(draft.rubric)}
    more = text_of(client.post(f"{root}/draft/rubric/", sent | {"add": "rubric"}, headers=HTMX))
    assert more.count("<fieldset") == 6 and "Typed, not saved" in more and "<html" not in more
    plain = client.post(f"{root}/draft/rubric/", sent | {"add": "rubric.0.levels"})
    assert plain.status_code == 200 and 'name="rubric.0.levels.5.value"' in text_of(plain)
    less = text_of(client.post(f"{root}/draft/rubric/", sent | {"remove": "rubric.1"}, headers=HTMX))
    assert less.count("<fieldset") == 4 and "helpfulness" not in less
    fewer = client.post(f"{root}/draft/rubric/", sent | {"remove": "rubric.0.levels.4"}, headers=HTMX)
    assert 'name="rubric.0.levels.4.value"' not in text_of(fewer)
    assert kept(draft).rubric[0]["name"] == "Accuracy"


def test_errors_stand_beside_their_fields(client: Client, root: str, draft: GuidelineVersion) -> None:
    rows = shown_rows("examples", draft.examples)
    rows[1] |= {"why": " ", "category": "nowhere"}
    sent = fields_of("examples", rows) | {"seen": fingerprint(draft.examples)}
    region = client.post(f"{root}/draft/examples/", sent, headers=HTMX)
    assert region.status_code == 422 and "2 things to correct" in text_of(region)
    assert text_of(region).count("data-field=") == 2
    page = client.post(f"{root}/draft/examples/", sent | {"save": "1"})
    assert page.status_code == 422 and 'data-error-of="examples.1.why">This is needed.' in text_of(page)
    assert kept(draft).examples == draft.examples


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rubric.0.weight", "much"),
        ("rubric.0.weight", "-1"),
        ("rubric.0.key", ""),
        ("rubric.0.key", "x" * 61),
        ("rubric.1.key", "accuracy"),
        ("rubric.0.levels.0.value", "1.5"),
        ("rubric.0.levels.0.value", "9"),
        ("rubric.0.levels.0.anchor", ""),
        ("rubric.0.scale", "odd"),
        ("rubric.0.question", ""),
    ],
)
def test_a_wrong_criterion_is_refused(
    client: Client, root: str, draft: GuidelineVersion, field: str, value: str
) -> None:
    sent = fields_of("rubric", shown_rows("rubric", draft.rubric)) | {"seen": fingerprint(draft.rubric)}
    answer = client.post(f"{root}/draft/rubric/", sent | {field: value}, headers=HTMX)
    assert answer.status_code == 422 and "data-field=" in text_of(answer)
    assert kept(draft).rubric == draft.rubric


def test_a_part_that_another_part_needs_is_not_taken_away(
    client: Client, root: str, draft: GuidelineVersion
) -> None:
    sent = fields_of("categories", shown_rows("categories", draft.categories[1:]))
    answer = client.post(
        f"{root}/draft/categories/", sent | {"seen": fingerprint(draft.categories)}, headers=HTMX
    )
    assert answer.status_code == 422 and "open_qa" in text_of(answer)


def test_a_stale_part_is_not_overwritten(client: Client, root: str, draft: GuidelineVersion) -> None:
    sent = fields_of("examples", shown_rows("examples", draft.examples[:3]))
    assert client.post(f"{root}/draft/examples/", sent | {"seen": "old"}, headers=HTMX).status_code == 409
    page = client.post(f"{root}/draft/examples/", sent | {"seen": "old", "save": "1"})
    assert page.status_code == 409 and "Keep mine" in text_of(page)
    assert kept(draft).examples == draft.examples


def test_publishing_says_beforehand_how_many_are_reviewed_again(
    cast: Cast, client: Client, root: str, draft: GuidelineVersion
) -> None:
    a_submitted_demonstration(cast.writer)
    decided(cast.reviewer)
    decided(cast.second_reviewer)
    page = text_of(client.get(f"{root}/draft/publish/"))
    assert "1 demonstration is approved" in page and "Publish version 2" in page
    sent: dict[str, Any] = {"summary": "Shorter.", "material": "yes", "preview": "1"}
    counted = text_of(client.post(f"{root}/draft/publish/", sent, headers=HTMX))
    assert "1 approved demonstration will go" in counted and "<html" not in counted
    none = text_of(client.post(f"{root}/draft/publish/", sent | {"categories": ["coding"]}))
    assert "0 approved demonstrations will go" in none and "Shorter." in none
    assert kept(draft).number is None and not Job.objects.exists()

    del sent["preview"]
    seen = {"seen": fingerprint(guidelines.parts_of(draft))}
    for wrong, says in (
        ({"summary": " "}, "Write a summary"),
        ({"material": ""}, "Choose one"),
        ({"summary": "x" * 5001}, "5,000"),
        ({"categories": ["none"]}, "Use one or more"),
    ):
        answer = client.post(f"{root}/draft/publish/", sent | seen | wrong)
        assert answer.status_code == 422 and says in text_of(answer)
    stale = client.post(f"{root}/draft/publish/", sent | {"seen": "old"})
    assert stale.status_code == 409 and "Somebody else has changed" in text_of(stale)

    done = client.post(f"{root}/draft/publish/", sent | seen | {"categories": ["open_qa"]})
    assert done.headers["Location"] == f"{root}/2/"
    assert Job.objects.get().arguments == {"version": draft.pk}
    version = text_of(client.get(f"{root}/2/"))
    assert "Under this version" in version and "Earlier work, looked at again" in version


def test_only_admins_reach_the_draft(cast: Cast, root: str, draft: GuidelineVersion) -> None:
    for path in ("", "examples/", "sections/0/", "publish/"):
        for who in (cast.writer, cast.reviewer, cast.adjudicator):
            assert page_client(who).get(f"{root}/draft/{path}").status_code == 403
        assert page_client(cast.stranger).get(f"{root}/draft/{path}").status_code == 404
    lead = page_client(cast.lead)
    assert lead.get(f"{root}/draft/nothing/").status_code == 404
    assert lead.get(f"{root}/draft/sections/999/", headers=HTMX).status_code == 302


def test_what_the_pages_cost(cast: Cast, client: Client, root: str, draft: GuidelineVersion) -> None:
    costs = {}
    for path in ("draft/", "draft/rubric/", "draft/publish/", "1/", "1/diff/1/"):
        client.get(f"{root}/{path}")
        with statements() as seen:
            assert client.get(f"{root}/{path}").status_code == 200
        costs[path] = len(seen)
    assert costs == {"draft/": 3, "draft/rubric/": 3, "draft/publish/": 6, "1/": 9, "1/diff/1/": 5}
