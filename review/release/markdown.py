"""Words of people inside of Markdown: shown as they were written, never taken as markup.

Enters: any text. Leaves: text for one paragraph or one table cell, or a whole table. Called by
``review.release.card``.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

_markup = re.compile(r"[\\`*_\[\]{}()<>|~$!^]")
_entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# GitHub and the hub make links of these without any markup, and numbers, dashes and hashes begin lists and
# titles.
_autolink = re.compile(r"(?<=\w)(:)(?=//)|(?<=www)(\.)|(@)", re.IGNORECASE)
_line_start = re.compile(r"^(\d+)([.)])|^([-+#=])")
_bidirectional = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def visible(text: str, keep: str = "") -> str:
    r"""Replace what would be invisible or reorder its surroundings by U+FFFD: controls, direction overrides.

    >>> visible("a\x00b\u202ec")
    'a\ufffdb\ufffdc'
    """
    return "".join(
        "\ufffd"
        if letter not in keep and (letter in _bidirectional or unicodedata.category(letter) in ("Cc", "Cs"))
        else letter
        for letter in text
    )


def plain(text: str) -> str:
    r"""Write any text so that Markdown shows it as it is, on one line: white space runs become one space.

    >>> plain("a|b <script> [x](y)")
    'a\\|b &lt;script&gt; \\[x\\]\\(y\\)'
    >>> plain("- one\n- two")
    '\\- one - two'
    """
    line = visible(" ".join(text.split()))
    line = line.replace("&", "&amp;")
    line = _markup.sub(lambda found: _entities.get(found[0], f"\\{found[0]}"), line)
    line = _autolink.sub(lambda found: f"\\{found[0]}", line)
    return _line_start.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", line)


def paragraphs(text: str) -> str:
    """Write a longer text: its paragraphs stay apart, everything else as in ``plain``."""
    return "\n\n".join(plain(part) for part in re.split(r"\n\s*\n", text) if part.strip())


def code(text: str) -> str:
    """Write a value as inline code on one line, whatever backticks or bars are in it."""
    shown = visible(" ".join(text.split())).replace("|", "\\|")
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") or not shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """Write a table. Cells come as finished Markdown; the columns in ``numbers`` are set to the right.

    >>> print(table(["Name", "Rows"], [["a", "1"]], numbers=[1]))
    | Name | Rows |
    | --- | ---: |
    | a | 1 |
    """
    right = set(numbers)
    rule = ["---:" if place in right else "---" for place in range(len(heads))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))
