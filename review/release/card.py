"""``README.md``, the dataset card: what a person must know before they train on a release.

Enters: the facts of a release and the entries of its data files. Leaves: the card as text.
Called by ``review.release.sealing`` and by the page that shows a card.

Everything that a person typed goes through ``review.release.markdown``, so that no title, category or source
can make markup, close the head or break a table.
"""

import json
from collections.abc import Mapping, Sequence

from review.release import formats
from review.release.facts import AgreementFacts, ReleaseFacts
from review.release.files import FileEntry
from review.release.frontmatter import front_matter
from review.release.markdown import code, paragraphs, plain, table, visible
from review.release.rows import FIELDS, SPLITS


def card(facts: ReleaseFacts, data: Sequence[FileEntry]) -> str:
    """Write the card. The same facts and files give the same text.

    ``data`` are the entries of the data files, for the table of checksums.
    """
    parts = [
        f"# {plain(facts.title)}, release {facts.number}",
        *_holds(facts),
        *_made(facts),
        *_judged(facts),
        *_sources(facts),
        *_loading(facts),
        *_files(data),
        *_limits(facts),
    ]
    return f"{front_matter(facts)}\n" + "\n\n".join(part for part in parts if part) + "\n"


def _holds(facts: ReleaseFacts) -> list[str]:
    form = formats.load(facts.format)
    splits = [[split, f"{facts.splits[split]:,}"] for split in SPLITS if facts.splits.get(split)]
    parts = [
        paragraphs(facts.description),
        "## What it holds",
        f"{_counted(facts.rows, 'demonstration')}: prompts and responses, each approved in review. "
        f"Released on {plain(facts.created)} as {code(facts.name)} in the format "
        f"{code(facts.format)}. {form.says}",
        table(["Split", "Rows"], splits, numbers=[1]) if splits else "It has no rows.",
    ]
    if facts.format in ("records", "csv"):
        parts += [
            "### Fields",
            table(["Field", "Meaning"], [[code(key), told] for key, told in FIELDS.items()]),
        ]
    parts += _counts("Categories", "Category", facts.categories, facts.rows)
    parts += _counts("Languages", "Language", facts.languages, facts.rows)
    return parts


def _counts(title: str, head: str, counts: Mapping[str, int], total: int) -> list[str]:
    """Write a table of counts, the largest first, equal ones by name."""
    if not counts:
        return []
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = [
        [plain(name) or "(none)", f"{held:,}", f"{held / total:.1%}" if total else ""]
        for name, held in ordered
    ]
    return [f"### {title}", table([head, "Rows", "Share"], rows, numbers=[1, 2])]


def _made(facts: ReleaseFacts) -> list[str]:
    parts = [
        "## How it was made",
        f"{_counted(facts.annotators, 'writer')} took part, following a written guideline. The data "
        "names them only by pseudonyms that are stable within this project.",
    ]
    if facts.guideline_versions:
        rows = [
            [
                str(each.number),
                plain(each.title),
                plain(each.published),
                f"{each.rows:,}",
                plain(each.summary),
            ]
            for each in sorted(facts.guideline_versions, key=lambda each: each.number)
        ]
        heads = ["Version", "Title", "Published", "Rows", "What changed"]
        parts += ["### Guideline versions", table(heads, rows, numbers=[0, 3])]
    if facts.filters:
        told = json.dumps(dict(facts.filters), sort_keys=True, indent=2, ensure_ascii=False)
        parts += ["### Filters", "````json\n" + visible(told, keep="\n") + "\n````"]
    if facts.excluded:
        ordered = sorted(facts.excluded.items(), key=lambda pair: (-pair[1], pair[0]))
        left_out = [[plain(why), f"{count:,}"] for why, count in ordered]
        parts += ["### Left out", table(["Reason", "Rows"], left_out, numbers=[1])]
    return parts


def _judged(facts: ReleaseFacts) -> list[str]:
    each = "one review" if facts.reviews_per_row == 1 else f"{facts.reviews_per_row} independent reviews"
    parts = [
        "## Review and agreement",
        f"{_counted(facts.reviewers, 'reviewer')} took part. The plan asks for {each} of "
        "every demonstration.",
        paragraphs(facts.review_plan),
    ]
    if not facts.agreement:
        return [*parts, "Agreement between reviewers was not measured for this release."]
    heads = ["Measure", "Coefficient", "Value", "Interval", "Items", "Raters", "Ratings"]
    return [*parts, table(heads, map(_agreed, facts.agreement), numbers=[2, 4, 5, 6])]


def _counted(count: int, noun: str) -> str:
    return f"One {noun}" if count == 1 else f"{count:,} {noun}s"


def _agreed(line: AgreementFacts) -> list[str]:
    value = plain(line.reason) or "undefined" if line.value is None else f"{line.value:.3f}"
    known = line.low is not None and line.high is not None
    interval = f"{line.low:.3f} to {line.high:.3f}" if known else ""
    counts = [f"{line.items:,}", f"{line.raters:,}", f"{line.ratings:,}"]
    return [plain(line.measure), plain(line.coefficient), value, interval, *counts]


def _sources(facts: ReleaseFacts) -> list[str]:
    parts = ["## Sources and licences", f"The release as a whole is under {code(facts.licence)}."]
    if facts.sources:
        rows = [
            [plain(each.name), code(each.licence), f"{each.rows:,}", code(each.url) if each.url else ""]
            for each in sorted(facts.sources, key=lambda each: each.name)
        ]
        parts.append(table(["Source", "Licence", "Rows", "Address"], rows, numbers=[2]))
    cited = [each for each in sorted(facts.sources, key=lambda each: each.name) if each.citation.strip()]
    if cited:
        parts += ["### Citations", *(f"{plain(each.name)}: {plain(each.citation)}" for each in cited)]
    return parts


def _loading(facts: ReleaseFacts) -> list[str]:
    extension = formats.load(facts.format).extension
    read = "read_csv(path, keep_default_na=False)" if extension == "csv" else "read_json(path, lines=True)"
    split = next((split for split in SPLITS if facts.splits.get(split)), "train")
    lines = [
        "```python",
        "from datasets import load_dataset",
        f'data = load_dataset("./{facts.name}")',
        "",
        "from pathlib import Path",
        "import pandas",
        f'paths = sorted(Path("./{facts.name}/data").glob("{split}-*.{extension}"))',
        f"frame = pandas.concat((pandas.{read} for path in paths), ignore_index=True)",
        "```",
    ]
    return ["## How to load it", "\n".join(lines)]


def _files(data: Sequence[FileEntry]) -> list[str]:
    rows = [
        [code(entry.path), f"{entry.rows or 0:,}", f"{entry.bytes:,}", code(entry.sha256)]
        for entry in sorted(data)
    ]
    return [
        "## Checksums",
        "`sha256sum -c SHA256SUMS` checks every file; `manifest.json` says what each one holds.",
        table(["File", "Rows", "Bytes", "SHA-256"], rows, numbers=[1, 2]) if rows else "",
    ]


def _limits(facts: ReleaseFacts) -> list[str]:
    if not facts.limits:
        return [
            "## Known limits",
            "None were written down for this release. That does not mean there are none.",
        ]
    return ["## Known limits", "\n".join(f"- {plain(limit)}" for limit in facts.limits)]
