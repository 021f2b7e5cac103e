"""What anybody writes becomes HTML that cannot do harm, whatever it is."""

from __future__ import annotations

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.utils.safestring import SafeString

from workspace.prose import ATTRIBUTES, SCHEMES, TAGS, render_document, render_markdown

SHARED = Path(
    os.environ.get("SCRIPTORIUM_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data"
)
PAYLOADS = SHARED / "security" / "xss-payload-list.head1000.txt"
NAUGHTY = SHARED / "security" / "blns.json"

# A browser drops tabs and newlines, then reads letters, digits and +.- up to a colon as a scheme.
SCHEME = re.compile(r"[\x00-\x20]*([A-Za-z][A-Za-z0-9+.\-\t\r\n]*):")


class Elements(HTMLParser):
    """Collects the elements of a fragment as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Elements(html).found:
        assert tag in TAGS
        allowed = ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        assert set(attributes) <= allowed
        href = attributes.get("href")
        scheme = SCHEME.match(href or "")
        assert scheme is None or scheme[1].lower() in SCHEMES, href
        if tag == "a":
            assert attributes["rel"] == "nofollow noopener"


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the shared data folder is not here")
def test_a_thousand_attacks_stay_words() -> None:
    for payload in PAYLOADS.read_text(encoding="utf-8", errors="replace").splitlines():
        for text in (
            payload,
            f"[x]({payload})",
            f"![x]({payload})",
            f"```{payload}\n{payload}\n```",
            f"# {payload}",
        ):
            assert_harmless(render_markdown(text))
            assert_harmless(render_document(text).html)


@pytest.mark.skipif(not NAUGHTY.exists(), reason="the shared data folder is not here")
def test_every_naughty_string_is_shown_harmlessly() -> None:
    for text in json.loads(NAUGHTY.read_text(encoding="utf-8")):
        assert_harmless(render_markdown(text))


def test_html_is_shown_as_the_text_that_it_is() -> None:
    html = render_markdown('<script>alert(1)</script> and <b onclick="x()">bold</b>')
    assert isinstance(html, SafeString)
    assert Elements(html).text.strip() == '<script>alert(1)</script> and <b onclick="x()">bold</b>'


def test_a_remote_image_becomes_a_link() -> None:
    ((_p, _), (tag, attributes)) = Elements(render_markdown("![A kettle](https://example.org/k.png)")).found
    assert (tag, attributes["href"], attributes["class"]) == ("a", "https://example.org/k.png", "image-link")


def test_an_image_without_words_shows_its_address() -> None:
    assert (
        Elements(render_markdown("![](https://example.org/k.png)")).text.strip()
        == "https://example.org/k.png"
    )


def test_links_that_are_no_pages_lose_their_address() -> None:
    for address in ("javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"):
        assert "href" not in render_markdown(f"[a]({address})").replace("[a](", "")


def test_code_keeps_its_language_and_its_direction() -> None:
    assert '<pre dir="ltr" tabindex="0"><code class="language-python">a &lt; b\n' in render_markdown(
        "```python\na < b\n```"
    )


def test_a_fence_cannot_name_a_class_of_ours() -> None:
    assert "class" not in render_markdown('```"><b\nx\n```')


def test_tables_and_struck_text_are_rendered() -> None:
    html = render_markdown("| a | b |\n|---|---|\n| ~~1~~ | 2 |")
    assert "<s>1</s>" in html
    assert [tag for tag, _ in Elements(html).found].count("td") == 2


def test_headings_sink_below_those_of_the_page() -> None:
    assert "<h3" in render_markdown("# Title")
    assert "<h6" in render_markdown("##### Deep")


def test_every_block_finds_its_own_direction() -> None:
    blocks = [
        tag
        for tag, found in Elements(render_markdown("# ا\n\nb\n\n- c\n\n> d")).found
        if found.get("dir") == "auto"
    ]
    assert set(blocks) == {"h3", "p", "ul", "li", "blockquote"}


def test_a_document_has_a_table_of_contents_with_anchors_of_its_own() -> None:
    document = render_document("## Honesty\n\n## Honesty\n\n### *Very* honest\n\n## 正直\n\n## ")
    assert [heading.anchor for heading in document.headings] == [
        "section-honesty",
        "section-honesty-2",
        "section-very-honest",
        "section-正直",
        "section-part",
    ]
    assert [heading.level for heading in document.headings] == [2, 2, 3, 2, 2]
    for heading in document.headings:
        assert f'id="{heading.anchor}"' in document.html
