"""PURE. A guideline version as one file, Markdown below YAML front matter, so that guidelines can live in a repository.

Enters: the parts of a version, or the text of a file. Leaves: the text, or the parts; what was written is read back
exactly. The shape is checked by `annotate.content.loading`. Called by `annotate.guideline_exchange`, the commands
`export_guideline` and `import_guideline`, and the page that offers a version as a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from annotate.content.loading import FENCE, PARTS, check_guideline

# Said of a published version, for people who read the file; an import gives its own number and asks again.
TOLD = ("number", "material", "material_categories")
LARGEST_FILE = 4_000_000
_NO_FRONT_MATTER = (
    'A guideline file begins with YAML front matter between two lines "---"; this one does not.'
)
_WIDTH = 110


def write_guideline(guideline: Mapping[str, Any]) -> str:
    """The file of a version.

    Parameters: `guideline`, a mapping with the keys of `PARTS`, and any of `TOLD`.
    Returns: text that `read_guideline` turns into the same parts, character by character.

    >>> write_guideline({"title": "T", "summary": "S", "categories": [], "bounds": {}, "rubric": [], "examples": [],
    ...                  "body": "# Words"}).splitlines()[:3]
    ['---', 'title: T', 'summary: S']
    """
    order = ("title", *TOLD, "summary", "categories", "bounds", "rubric", "examples")
    matter = {key: guideline[key] for key in order if key in guideline}
    front = yaml.dump(matter, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return f"{FENCE}{front}{FENCE}{guideline['body']}"


def read_guideline(text: str) -> dict[str, Any]:
    """The parts of a version, read from the text of its file.

    Returns: a dict with exactly the keys of `PARTS`.
    Raises: ValueError with a sentence that says what is wrong and where.

    >>> read_guideline("# Only words")
    Traceback (most recent call last):
    ...
    ValueError: A guideline file begins with YAML front matter between two lines "---"; this one does not.
    """
    if len(text) > LARGEST_FILE:
        raise ValueError(f"The file has {len(text):,} characters; it may have {LARGEST_FILE:,}.")
    if text.startswith("---\r\n"):
        # Saved on Windows: the same guideline. Elsewhere a carriage return is what somebody wrote.
        text = text.replace("\r\n", "\n")
    opening, _, rest = text.removeprefix("\ufeff").partition(FENCE)
    front, separator, body = ("\n" + rest).partition("\n" + FENCE)
    if opening or not separator:
        raise ValueError(_NO_FRONT_MATTER)
    matter = _matter(front)
    guideline = {key: value for key, value in matter.items() if key not in TOLD} | {"body": body}
    check_guideline(guideline)
    if not _can_be_kept(guideline):
        raise ValueError(
            "The file holds a character with the code 0, or half of one, which no database keeps."
        )
    return {part: guideline[part] for part in PARTS}


def _matter(front: str) -> dict[str, Any]:
    try:
        matter = yaml.load(front, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ValueError(f"The front matter of the guideline is not valid YAML: {error}") from error
    except RecursionError as error:
        raise ValueError("The front matter of the guideline is nested too deeply.") from error
    if not isinstance(matter, dict):
        raise ValueError("The front matter of the guideline must be a mapping of keys to values.")
    if "body" in matter:
        raise ValueError("The body of a guideline stands below the front matter, not in it.")
    return matter


def _can_be_kept(value: Any) -> bool:
    """Whether every text in `value` is one that a database takes."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return all(_can_be_kept(one) for one in inner)


class _Loader(yaml.SafeLoader):
    """YAML without references: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                None, None, "references (`*name`) are not read; write it out", event.start_mark
            )
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """YAML for people: text of several lines stands as lines, and nothing is a reference."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    # Where a block would change the text (tabs, odd line ends, trailing blanks), the library writes it in quotes.
    plain = data.isprintable() or "\n" in data
    style = "|" if "\n" in data and all(line.isprintable() for line in data.split("\n")) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=style if plain else '"')


_Dumper.add_representer(str, _text)
