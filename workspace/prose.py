"""Markdown as people wrote it, rendered so that no text can do harm: the only place that makes HTML of words.

Enters: what anybody wrote. Leaves: HTML of a short list of tags, cleaned a second time. Raw HTML is shown as text,
remote images become links, links carry `nofollow noopener`. Called by the template filter `markdown` and by pages that
need a table of contents.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "ul", "ol", "li", "a"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "*": {"dir"},
    "a": {"href", "title", "class"},
    "code": {"class"},
    "pre": {"tabindex"},
    "table": {"tabindex"},
    "ol": {"start"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
SCHEMES = {"http", "https", "mailto"}
LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,30}")
_BLOCKS = {"p", "li", "ul", "ol", "blockquote", "table", "th", "td", "h1", "h2", "h3", "h4", "h5", "h6"}
_NO_LETTERS = re.compile(r"[^\w]+")


@dataclass(frozen=True)
class Heading:
    """One line of a table of contents: `level` counts from 1, `anchor` is the id in the page."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Document:
    """A rendered text with its headings."""

    html: SafeString
    headings: tuple[Heading, ...]


def render_markdown(text: str, *, top: int = 3) -> SafeString:
    """`text` as safe HTML. Parameters: `top`, the level that its highest headings get in the page (1 to 6).

    >>> render_markdown("A *word*.")
    '<p dir="auto">A <em>word</em>.</p>\\n'
    """
    tokens = _MARKDOWN.parse(text)
    _shift(tokens, by=top - 1)
    return _cleaned(tokens)


@functools.lru_cache(maxsize=64)
def render_document(text: str, *, top: int = 2) -> Document:
    """`text` as safe HTML with anchors at its headings, and the list of them; kept, for guidelines are read often."""
    tokens = _MARKDOWN.parse(text)
    headings = _anchored(tokens)
    _shift(tokens, by=top - min((heading.level for heading in headings), default=1))
    return Document(_cleaned(tokens), headings)


def _anchored(tokens: Sequence[Token]) -> tuple[Heading, ...]:
    found: list[Heading] = []
    taken: set[str] = set()
    for place, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = "".join(child.content for child in tokens[place + 1].children or [])
        base = anchor = f"section-{_NO_LETTERS.sub('-', words.lower()).strip('-')[:60] or 'part'}"
        number = 2
        while anchor in taken:
            anchor, number = f"{base}-{number}", number + 1
        taken.add(anchor)
        token.attrSet("id", anchor)
        found.append(Heading(int(token.tag[1]), anchor, words))
    return tuple(found)


def _shift(tokens: Sequence[Token], *, by: int) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, max(1, int(token.tag[1]) + by))}"


def _cleaned(tokens: Sequence[Token]) -> SafeString:
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener",
        attribute_filter=_kept,
    )
    return mark_safe(clean)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute that may stay, or None: classes only as we write them."""
    if attribute == "class":
        mine = "image-link" if tag == "a" else f"language-{value.removeprefix('language-')}"
        return value if value == mine else None
    if attribute == "dir":
        return value if value in ("auto", "ltr") else None
    if attribute == "tabindex":
        return value if value == "0" else None
    return value


def _directed(state: StateCore) -> None:
    """Let every block find its own direction: one answer may hold Arabic and English."""
    for token in state.tokens:
        if token.nesting == 1 and token.tag in _BLOCKS:
            token.attrSet("dir", "auto")
            if token.tag == "table":
                token.attrSet("tabindex", "0")


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A link in the place of an image: looking at a page must not call on another site."""
        token = tokens[idx]
        words = self.renderInlineAsText(token.children or [], options, env)
        link = Token("link_open", "a", 1)
        link.attrs = {"href": token.attrs.get("src", ""), "class": "image-link"}
        name = Token("text", "", 0, content=words or str(token.attrs.get("src", "")))
        return self.renderToken([link], 0, options, env) + self.text([name], 0, options, env) + "</a>"

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        name = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        language = f' class="language-{name}"' if LANGUAGE.fullmatch(name) else ""
        code = self.text([Token("text", "", 0, content=token.content)], 0, options, env)
        # What is too wide scrolls in its own box, which the keyboard must reach.
        return f'<pre dir="ltr" tabindex="0"><code{language}>{code}</code></pre>\n'

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        code = self.text([Token("text", "", 0, content=tokens[idx].content)], 0, options, env)
        return f'<pre dir="ltr" tabindex="0"><code>{code}</code></pre>\n'


def _markdown() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.push("directed", _directed)
    return parser


_MARKDOWN = _markdown()
