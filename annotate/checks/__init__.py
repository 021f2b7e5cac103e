"""PURE. Automated checks of what is written: a family, one member a file, in one explicit registry."""

from annotate.checks.base import ERROR, NOTE, WARNING, Finding, Subject, blocking
from annotate.checks.registry import CHECKS, run_checks

__all__ = ["CHECKS", "ERROR", "NOTE", "WARNING", "Finding", "Subject", "blocking", "run_checks"]
