"""The page of states in the documentation, written from the tables of allowed moves.

Enters: nothing but the tables. Leaves: the text of `docs/reference/states.md`. Called by `manage.py describe_states`
and by the test that holds the page to the tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from annotate.states import ASSIGNMENT_MOVES, DEMONSTRATION_MOVES
from review.states import RELEASE_MOVES, REVIEW_MOVES

_TABLES: dict[str, Mapping[str, frozenset[str]]] = {
    "Demonstration": DEMONSTRATION_MOVES,
    "Assignment": ASSIGNMENT_MOVES,
    "Review": REVIEW_MOVES,
    "Release": RELEASE_MOVES,
}
_HEAD = """# States

Written by `python manage.py describe_states` from the tables of allowed moves; a move that is not here is refused.
"""


def states_page() -> str:
    """Every table as a diagram and as a list, in Markdown."""
    return _HEAD + "".join(_section(name, moves) for name, moves in _TABLES.items())


def _section(name: str, moves: Mapping[str, frozenset[str]]) -> str:
    arrows = "\n".join(f"    {old} --> {new}" for old, ends in moves.items() for new in sorted(ends))
    rows = "\n".join(
        f"| {old} | {', '.join(sorted(ends)) or 'nothing: this is the end'} |" for old, ends in moves.items()
    )
    return f"\n## {name}\n\n```mermaid\nstateDiagram-v2\n{arrows}\n```\n\n| from | to |\n|---|---|\n{rows}\n"
