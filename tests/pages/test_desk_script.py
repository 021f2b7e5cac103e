"""What the script of the writer's desk asks the server: saving, findings, regions; and what the desk costs."""

from __future__ import annotations

from annotate.models import Assignment
from tests.conftest import page_client
from tests.counting import statements
from tests.factories import TEXT, a_member, a_submitted_demonstration, a_task
from tests.pages.test_desk import fields, held, post, url

__all__ = ["held"]


# --- For the script -----------------------------------------------------------------------------------------------


def test_the_script_saves_with_the_same_form_and_reads_the_version(cast, held):
    answer = post(cast.writer, held, "desk-draft", fields())
    assert answer.status_code == 200 and answer.json()["version"] == 1 and answer.json()["lease_until"]
    stale = post(cast.writer, held, "desk-draft", fields("Other words.", version=0))
    assert stale.status_code == 409 and stale.json()["reason"] == "stale"
    assert stale.json()["draft"]["version"] == 1
    assert stale.json()["draft"]["messages"] == [{"role": "assistant", "content": TEXT}]
    wrong = post(cast.writer, held, "desk-draft", fields("a\x00b", version=1))
    assert wrong.status_code == 422 and wrong.json()["reason"] == "invalid"
    Assignment.objects.filter(pk=held.pk).update(state="submitted")
    moved = post(cast.writer, held, "desk-draft", fields("Other words.", version=1))
    assert moved.status_code == 409 and moved.json()["reason"] == "moved"


def test_the_script_learns_that_one_is_logged_out(client, cast, held):
    headers = {"HX-Request": "true"}
    assert client.post(url(cast.writer, "desk-draft", held.pk), fields(), headers=headers).status_code == 401


def test_the_checks_are_those_of_the_submission(cast, held):
    open_fence = fields("Ten words stand here so that only the fence is wrong:\n```python\nx = 1")
    client = page_client(cast.writer)
    region = client.post(url(cast.writer, "desk-checks", held.pk), open_fence, headers={"HX-Request": "true"})
    assert region.text.lstrip().startswith('<div id="checks"')
    assert 'data-message="1"' in region.text and "never closed" in region.text
    page = client.post(url(cast.writer, "desk-submit", held.pk), open_fence)
    assert region.text.strip() in page.text


def test_the_regions_are_those_of_the_page(cast, held):
    client = page_client(cast.writer)
    client.post(url(cast.writer, "desk-save", held.pk), fields())
    page = client.get(url(cast.writer, "desk", held.pk)).text
    for name in ("checks",):
        region = client.post(
            url(cast.writer, f"desk-{name}", held.pk), fields(), headers={"HX-Request": "true"}
        )
        assert region.text.strip() in page


# --- Cost ---------------------------------------------------------------------------------------------------------


def test_the_desk_costs_the_same_however_much_there_is(cast, held):
    client = page_client(cast.writer)
    with statements() as few:
        client.get(url(cast.writer, "write"))
    for _ in range(12):
        a_task(cast.project, overlap=2)
    other = a_member(cast.project, "annotator")
    for _ in range(6):
        a_submitted_demonstration(other)
    with statements() as many:
        client.get(url(cast.writer, "write"))
    assert len(many) == len(few) <= 12, "\n".join(many)


def test_a_save_by_the_script_costs_few_statements(cast, held):
    client = page_client(cast.writer)
    client.post(url(cast.writer, "desk-draft", held.pk), fields())
    with statements() as seen:
        client.post(url(cast.writer, "desk-draft", held.pk), fields("Other words.", version=1))
    assert len(seen) <= 8, "\n".join(seen)
