"""The settings of a process that a test starts: those of the test, in the test's own database."""

from __future__ import annotations

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES

# Read without the variable only where the doctests of every module are collected.
DATABASES["default"]["NAME"] = os.environ.get("TEST_DATABASE", DATABASES["default"]["NAME"])
