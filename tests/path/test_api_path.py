"""The whole path by programs alone: five scripted people, a running site, a token each; from a file to a release."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from benchmarks.scripted_people import Person, Refused
from tests.review.releasing import bytes_of
from tests.working_off import work_off_jobs

PEOPLE = {"writer": "annotator", "writer2": "annotator", "reviewer": "reviewer", "reviewer2": "reviewer"}
SLUG = "path"
ROWS = [
    {"instruction": "Why is the sky blue?", "input": "", "output": ""},
    {"instruction": "Shorten this.", "input": "A long text, “quotes”,\nand a second line.", "output": ""},
]
FIRST = "It is blue, and blue it is, as anybody can see who looks up at it for a while."
BETTER = "Air scatters short waves more than long ones, so blue light reaches us from everywhere.\n\n```\n1 / λ⁴\n```"


def command(capsys: pytest.CaptureFixture[str], *words: Any) -> str:
    """What a command prints on standard output."""
    capsys.readouterr()
    call_command(*map(str, words))
    return capsys.readouterr().out


@pytest.fixture
def people(live_server: Any, capsys: pytest.CaptureFixture[str]) -> dict[str, Person]:
    """The project and its people, made as an operator does."""
    command(capsys, "create_project", SLUG, "--title", "Path", "--reviews", 2)
    for name, role in {**PEOPLE, "admin": "admin"}.items():
        command(capsys, "add_member", SLUG, f"{name}@path.test", "--role", role)
    tokens = {
        name: command(capsys, "create_token", f"{name}@path.test").strip() for name in (*PEOPLE, "admin")
    }
    found = {name: Person(live_server.url, token) for name, token in tokens.items()}
    for name in PEOPLE:
        with pytest.raises(Refused) as refused:
            found[name].post(f"projects/{SLUG}/{'queue' if 'writer' in name else 'reviews'}/claim/")
        assert refused.value.answer.json()["type"].endswith("acknowledge-guideline")
        found[name].read_guideline(SLUG)
    return found


@pytest.mark.django_db(transaction=True)
def test_from_a_file_to_a_release(
    people: dict[str, Person], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    file.write_text(json.dumps(ROWS))
    told = command(capsys, "import_source", SLUG, file, "--format", "alpaca", "--licence", "CC-BY-4.0")
    assert json.loads(told)["imported"] == len(ROWS)

    first = people["writer"].write(SLUG, FIRST)
    return_and_rewrite(people, first["id"])
    second = people["writer2"].write(SLUG, FIRST)
    assert people["writer"].claim(SLUG) is None, "both tasks are taken"

    for name in ("reviewer", "reviewer2"):
        while people[name].review(SLUG) is not None:
            pass
    shown = people["admin"].get(f"projects/{SLUG}/demonstrations/?state=approved")["results"]
    assert sorted(one["id"] for one in shown) == sorted([first["id"], second["id"]])

    agree(people["admin"])
    directory = release(people["admin"], tmp_path)
    check(directory)
    again = tmp_path / "again"
    command(capsys, "build_release", SLUG, "--again", 1, "--out", again)
    assert bytes_of(again) == bytes_of(directory)
    command(capsys, "verify_release", directory)


def return_and_rewrite(people: dict[str, Person], key: str) -> None:
    """Both reviewers ask for changes, in words; the writer finds them, and writes anew."""
    with pytest.raises(Refused, match="422"):
        people["reviewer"].review(SLUG, "request_changes", level=1)
    words = {"reviewer": "Say why; this says only that.", "reviewer2": "The reason is missing."}
    for name, comment in words.items():
        review = people[name].review(SLUG, "request_changes", level=1, comment=comment)
        assert review["demonstration"]["id"] == key
    writer = people["writer"]
    assignment = writer.claim(SLUG)
    assert (assignment["demonstration"], assignment["round"]) == (key, 2)
    assert assignment["draft"]["messages"][-1]["content"] == FIRST
    (revision,) = writer.get(f"demonstrations/{key}/history/")["results"]
    assert sorted(one["comment"] for one in revision["reviews"]) == sorted(words.values())
    assert all("by" not in one for one in revision["reviews"]), "the writer does not learn who judged"
    draft = writer.save(assignment, BETTER)
    done = writer.post(f"assignments/{assignment['id']}/submit/", {"version": draft["version"]})
    assert (done["id"], done["revision"], done["state"]) == (key, 2, "submitted")


def agree(lead: Person) -> None:
    job = lead.post(f"projects/{SLUG}/agreement/")
    (done,) = work_off_jobs()
    assert (str(done.pk), done.state) == (job["id"], "succeeded")
    report = lead.get(f"projects/{SLUG}/agreement/")["results"][0]
    found = {(one["measure"], one["coefficient"]): one for one in report["results"]}
    percent = found[("decision", "percent_agreement")]
    assert (percent["value"], percent["raters"]) == (1.0, 2)


def release(lead: Person, tmp_path: Path) -> Path:
    started = lead.post(f"projects/{SLUG}/releases/")
    (done,) = work_off_jobs()
    assert (str(done.pk), done.state) == (started["job"]["id"], "succeeded")
    ready = lead.get(f"projects/{SLUG}/releases/1/")
    assert (ready["state"], ready["rows"]) == ("ready", len(ROWS))
    return lead.download(SLUG, 1, tmp_path / f"{SLUG}-0001")


def check(directory: Path) -> None:
    """`sha256sum -c` agrees, and each line is a row with everything that the path gave it."""
    checked = subprocess.run(
        ["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=directory, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
    rows = [
        json.loads(line) for path in (directory / "data").iterdir() for line in path.read_text().splitlines()
    ]
    assert sorted(row["prompt"].split("\n")[0] for row in rows) == sorted(row["instruction"] for row in ROWS)
    assert sorted(row["response"] for row in rows) == sorted([FIRST, BETTER])
    assert {row["context"] for row in rows} == {row["input"] for row in ROWS}
    assert {row["license"] for row in rows} == {"CC-BY-4.0"}
    assert all(row["reviews"] == 2 and row["approved"] <= timezone.now().isoformat() for row in rows)
