"""The published vectors of the shared data folder, as tables and expected figures.

In: the folder's JSON files. Out: `Vector`. Called by the tests of agreement.
"""

from __future__ import annotations

import csv
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import review.agreement as agreement

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("SCRIPTORIUM_SHARED_DATA", ROOT.parent / "shared" / "data"))
ABSENT = "the shared data folder is absent; set SCRIPTORIUM_SHARED_DATA"


@dataclass(frozen=True)
class Vector:
    """One file: its ratings, and its expected figures by key."""

    name: str
    content: dict[str, Any]

    @property
    def ratings(self) -> Any:
        """Items by raters, or long form for the crowd sets."""
        if "ratings" in self.content:
            return self.content["ratings"]
        if "data" in self.content:
            return _crowd(FOLDER / self.content["data"])
        categories = self.content["categories"]
        if self.content["table_kind"].startswith("contingency"):
            return [
                [categories[row], categories[column]]
                for row, cells in enumerate(self.content["table"])
                for column, count in enumerate(cells)
                for _ in range(count)
            ]
        width = max(map(sum, self.content["table"]))
        spelled = [
            [categories[place] for place, count in enumerate(counts) for _ in range(count)]
            for counts in self.content["table"]
        ]
        return [row + [None] * (width - len(row)) for row in spelled]

    def compute(self, key: str, **options: Any) -> agreement.Estimate:
        """The figure that a key of the file names, over the file's ratings."""
        name, arguments = call_of(key)
        scale = self.content.get("categories", [])
        if "weights" in arguments and scale and isinstance(scale[0], str):
            arguments.setdefault("categories", scale)  # the order of words is the file's, not the alphabet's
        found: agreement.Estimate = getattr(agreement, name)(self.ratings, **arguments, **options)
        return found


def call_of(key: str) -> tuple[str, dict[str, Any]]:
    """`cohen_kappa[weights=linear]` as a function's name and its arguments."""
    match = re.fullmatch(r"(\w+)(?:\[(.*)\])?", key)
    assert match, key
    arguments: dict[str, Any] = {}
    for part in re.split(r",(?=\w+=)", match[2] or ""):
        if part:
            name, _, value = part.partition("=")
            arguments[name] = [int(level) for level in value.split("|")] if name == "categories" else value
    return match[1], arguments


def vectors() -> list[Vector]:
    """Every vector, in the order of names; none where the folder is absent."""
    files = sorted((FOLDER / "agreement").glob("*.json"))
    return [Vector(file.stem, json.loads(file.read_text())) for file in files]


def _crowd(path: Path) -> Any:
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return agreement.long(
        [row["orig_id"] for row in rows],
        [row["!amt_worker_ids"] for row in rows],
        [float(row["response"]) for row in rows],
    )
