"""PURE. Every check, by dotted path, loaded at first use. Adding one is adding a file and a line."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from annotate.checks.base import Check, Finding, Subject

CHECKS = (
    "annotate.checks.completeness:Completeness",
    "annotate.checks.length:Length",
    "annotate.checks.fences:Fences",
)


def run_checks(subject: Subject) -> list[Finding]:
    """Everything that all checks find, in the order of the text."""
    found = [finding for path in CHECKS for finding in load(path).find(subject)]
    return sorted(found, key=lambda finding: (finding.message, finding.start))


@cache
def load(path: str) -> Check:
    """The check at `module:Class`, made once."""
    module, _, name = path.partition(":")
    check: Check = getattr(import_module(module), name)()
    return check
