"""The YAML head of a dataset card, in the names that the dataset hub knows.

Enters: the facts of a release. Leaves: the text between and with its two ``---`` lines. Called by
``review.release.card``. Source: hub-docs ``datasetcard.md``; *Repository licenses*,
https://huggingface.co/docs/hub/repositories-licenses.
"""

import re
from typing import Any

import yaml

from review.release import formats
from review.release.facts import ReleaseFacts
from review.release.markdown import visible
from review.release.rows import SPLITS

# SPDX names that the hub knows by its own identifier; any other expression is "other" with a name.
HUB_LICENCES = {
    **{
        spdx: spdx.lower()
        for spdx in (
            "AFL-3.0",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "CC-BY-2.0",
            "CC-BY-2.5",
            "CC-BY-3.0",
            "CC-BY-4.0",
            "CC-BY-NC-2.0",
            "CC-BY-NC-3.0",
            "CC-BY-NC-4.0",
            "CC-BY-NC-ND-3.0",
            "CC-BY-NC-ND-4.0",
            "CC-BY-NC-SA-2.0",
            "CC-BY-NC-SA-3.0",
            "CC-BY-NC-SA-4.0",
            "CC-BY-ND-4.0",
            "CC-BY-SA-3.0",
            "CC-BY-SA-4.0",
            "CC0-1.0",
            "CDLA-Permissive-1.0",
            "CDLA-Permissive-2.0",
            "CDLA-Sharing-1.0",
            "ISC",
            "MIT",
            "MPL-2.0",
            "Unlicense",
        )
    },
    "ODC-By-1.0": "odc-by",
    "ODbL-1.0": "odbl",
    "PDDL-1.0": "pddl",
}
_SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
_language = re.compile(r"[a-z]{2,3}(?=$|[-_])").match


def front_matter(facts: ReleaseFacts) -> str:
    """Write the YAML head. Texts of people go in as one visible line each; YAML quotes what it must."""
    extension = formats.load(facts.format).extension
    held = [split for split in SPLITS if facts.splits.get(split)]
    head: dict[str, Any] = {"pretty_name": _line(facts.title), **_licence(facts.licence)}
    languages = sorted(
        {found[0] for tag in facts.languages if (found := _language(tag.lower()))} - {"und", "mul"}
    )
    if languages:
        head["language"] = languages
    head["size_categories"] = [size_category(facts.rows)]
    head["task_categories"] = ["text-generation"]
    head["tags"] = list(dict.fromkeys(["instruction-tuning", *map(_line, facts.tags)]))
    if held:
        files = [{"split": split, "path": f"data/{split}-*.{extension}"} for split in held]
        head["configs"] = [{"config_name": "default", "data_files": files}]
    text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, default_flow_style=False, width=100_000)
    return f"---\n{text}---\n"


def size_category(rows: int) -> str:
    """Name the hub's size class of a number of rows.

    >>> size_category(999), size_category(1000), size_category(2_500_000)
    ('n<1K', '1K<n<10K', '1M<n<10M')
    """
    if rows < 1000:
        return "n<1K"
    place = len(str(rows)) - 4
    if place >= len(_SIZES) - 1:
        return "n>1T"
    return f"{_SIZES[place]}<n<{_SIZES[place + 1]}"


def _licence(expression: str) -> dict[str, str]:
    """Give the hub's licence fields for an SPDX expression."""
    if expression in HUB_LICENCES:
        return {"license": HUB_LICENCES[expression]}
    name = re.sub(r"[^a-z0-9.]+", "-", expression.lower()).strip("-")
    return {"license": "other", "license_name": name or "unknown"}


def _line(text: str) -> str:
    return visible(" ".join(text.split()))
