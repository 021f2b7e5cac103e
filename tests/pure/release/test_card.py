"""The card says what there is to know, and nothing that a person typed can break it."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from review.release.card import card
from review.release.facts import (
    AgreementFacts,
    GuidelineFacts,
    ReleaseFacts,
    SourceFacts,
)
from review.release.files import FileEntry
from review.release.frontmatter import size_category
from review.release.markdown import code, plain, visible
from review.release.rows import FIELDS, RECORD_KEYS

from .making import facts
from .shared_data import shared

DATA = [FileEntry("data/train-00000-of-00001.jsonl", 12345, "ab" * 32, 7)]


def parts_of(text: str) -> tuple[dict[str, Any], str]:
    """Cut a card as the hub does: at the first line of three dashes after the first."""
    assert text.startswith("---\n")
    head, body = text[4:].split("\n---\n", 1)
    return yaml.safe_load(head), body


def parsed(body: str) -> list[Token]:
    return MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(body)


def skeleton(text: str) -> list[tuple[str, str, str]]:
    """What a card is made of, without its words: the block tokens, and inline ones that are markup."""
    made = []
    for token in parsed(parts_of(text)[1]):
        made.append((token.type, token.tag, token.info))
        for child in token.children or []:
            if child.type not in ("text", "text_special", "code_inline", "softbreak"):
                made.append((child.type, child.tag, ""))
    return made


def typed(word: str) -> ReleaseFacts:
    """A release in which everything that a person can type is ``word``."""
    return facts(
        title=word,
        categories={word: 7},
        languages={word: 7},
        sources=[SourceFacts(name=word, licence=word, rows=7, url=word, citation=f"x {word}")],
        guideline_versions=[GuidelineFacts(number=3, title=word, published=word, rows=7, summary=word)],
        agreement=[AgreementFacts(measure=word, coefficient=word, value=None, reason=f"x {word}")],
        excluded={word: 1},
        filters={"q": word, word: [word]},
        limits=[f"x {word}"],
        tags=[word],
        licence=word,
        description="",
        review_plan="",
    )


PLAIN_SKELETON = skeleton(card(typed("word"), DATA))


def holds_together(word: str) -> None:
    """Hold that the card of naughty words has the bones of the card of plain ones, and shows the words."""
    text = card(typed(word), DATA)
    head, body = parts_of(text)
    assert set(head) >= {"pretty_name", "license", "size_categories", "task_categories", "tags", "configs"}
    assert isinstance(head["pretty_name"], str)
    assert head["configs"][0]["data_files"][0] == {"split": "train", "path": "data/train-*.jsonl"}
    assert skeleton(text) == PLAIN_SKELETON
    assert "<script" not in MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(body).lower()


def test_the_head_is_what_the_hub_reads() -> None:
    head, _ = parts_of(card(facts(languages={"en": 4, "pt-BR": 2, "no": 1, "und": 1, "???": 1}), DATA))
    assert head == {
        "pretty_name": "Demo demonstrations",
        "license": "cc-by-4.0",
        "language": ["en", "no", "pt"],
        "size_categories": ["n<1K"],
        "task_categories": ["text-generation"],
        "tags": ["instruction-tuning"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": "train", "path": "data/train-*.jsonl"},
                    {"split": "test", "path": "data/test-*.jsonl"},
                ],
            }
        ],
    }


def test_a_mixture_of_licences_is_another_licence_with_a_name() -> None:
    head, body = parts_of(card(facts(licence="CC-BY-4.0 AND CC-BY-SA-3.0"), DATA))
    assert (head["license"], head["license_name"]) == ("other", "cc-by-4.0-and-cc-by-sa-3.0")
    assert "`CC-BY-4.0 AND CC-BY-SA-3.0`" in body


def test_the_card_says_all_that_was_promised() -> None:
    text = card(
        facts(limits=["Only English."], review_plan="Blind, two of two.", description="First.\n\nSecond."),
        DATA,
    )
    for line in (
        "# Demo demonstrations, release 3",
        "7 demonstrations",
        "| train | 5 |",
        "| brainstorming | 7 | 100.0% |",
        "| en | 7 | 100.0% |",
        "| 3 | How to write | 2026-01-01T00:00:00Z | 7 | New. |",
        "4 writers took part",
        "3 reviewers took part. The plan asks for 2 independent reviews",
        "Blind, two of two.",
        "| decision | krippendorff\\_alpha | 0.712 | 0.600 to 0.800 | 40 | 3 | 90 |",
        "| honest | cohen\\_kappa | Only one level occurs. |  | 0 | 0 | 0 |",
        "| seed | `CC-BY-4.0` | 7 | `https://example.org/seed` |",
        "| not approved | 11 |",
        'load_dataset("./demo-0003")',
        f"| `data/train-00000-of-00001.jsonl` | 7 | 12,345 | `{'ab' * 32}` |",
        "- Only English.",
        "First.\n\nSecond.",
    ):
        assert line in text


def test_every_field_of_a_row_is_explained() -> None:
    assert tuple(FIELDS) == RECORD_KEYS
    text = card(facts(), DATA)
    assert all(f"| `{key}` |" in text for key in RECORD_KEYS)
    assert "| `annotator_id` |" not in card(facts(format="messages"), DATA)


def test_one_is_said_as_one() -> None:
    text = card(facts(splits={"train": 1}, annotators=1, reviewers=1, reviews_per_row=1), DATA)
    for words in (
        "One demonstration:",
        "One writer took part",
        "One reviewer took part",
        "one review of every",
    ):
        assert words in text


def test_a_release_without_rows_still_has_a_card() -> None:
    text = card(facts(splits={}, categories={}, languages={}), [])
    assert "It has no rows." in text
    assert "configs" not in parts_of(text)[0]


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1000, "1K<n<10K"),
        (99_999, "10K<n<100K"),
        (1_000_000, "1M<n<10M"),
        (999 * 10**9, "100B<n<1T"),
        (10**12, "n>1T"),
    ],
)
def test_sizes_have_the_hubs_names(rows: int, named: str) -> None:
    assert size_category(rows) == named


@pytest.mark.parametrize(
    "word",
    [
        "---\nlicense: mit\n---",
        "a\n---\nb",
        "| a | b |\n|---|---|",
        "```\n# out",
        "````\n# out",
        "# title",
        "- item",
        "1. item",
        "1) item",
        "> quote",
        "[x](javascript:alert(1))",
        "![x](https://example.org/x.png)",
        "<script>alert(1)</script>",
        "<https://example.org>",
        "*a* _b_ **c** ~~d~~ `e` ``f``",
        "a\\",
        "a\\|b",
        "`|`",
        "`",
        "&lt;script&gt;",
        "no",
        "null",
        "1e3",
        "!!python/object:os.system",
        "*alias &anchor",
        "{{ 7 * 7 }}",
        "=====",
        "+",
        "\u202eabc",
        "a\x00b\x1b[31m",
        "\u2028a\u0085b",
        "[^1]: note",
        "    code",
    ],
)
def test_no_word_breaks_the_card(word: str) -> None:
    holds_together(word)


@settings(deadline=None, max_examples=100)
@given(
    st.text(alphabet="-|`*_#<>[]()!&\\\n\r\t~+=.:@\"'{}1a \u202e", min_size=1, max_size=12).filter(str.strip)
)
def test_no_mixture_of_markup_breaks_the_card(word: str) -> None:
    holds_together(word)


def test_no_naughty_string_breaks_the_card() -> None:
    for word in json.loads(shared("security/blns.json").read_text(encoding="utf-8")):
        if word.strip():
            holds_together(word)


def test_no_scripting_payload_breaks_the_card() -> None:
    payloads = shared("security/xss-payload-list.head1000.txt").read_text(encoding="utf-8").splitlines()
    for word in payloads[::5]:
        if word.strip():
            holds_together(word)


@given(st.text(max_size=30))
def test_plain_text_is_shown_as_it_was_written(word: str) -> None:
    body = plain(word)
    inline = [token for token in parsed(f"x {body} x") if token.type == "inline"]
    said = "".join(child.content for token in inline for child in token.children or [])
    assert said == f"x {visible(' '.join(word.split()))} x"


def test_code_holds_backticks_and_bars() -> None:
    assert code("a") == "`a`"
    assert code("`a`") == "`` `a` ``"
    assert code("a|b") == "`a\\|b`"


def test_the_same_facts_are_the_same_card() -> None:
    assert card(facts(), DATA) == card(replace(facts(), categories={"brainstorming": 7}), list(DATA))


def test_a_slug_that_could_lead_elsewhere_is_refused() -> None:
    for slug in ("../x", "a/b", "", "a b", "a\n"):
        with pytest.raises(ValueError, match="project's slug"):
            facts(project=slug)
