"""Which static files of installed packages are collected: those that a page of ours uses.

Named by `STATICFILES_FINDERS`. Collecting and compressing what no page asks for (a second API viewer, the browsable
API that is switched off) would take most of the first start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.storage import Storage

UNUSED = ("drf_spectacular_sidecar/redoc/*", "rest_framework/*", "django_htmx/htm*", "django_htmx/ext/*")


class UsedAppFiles(AppDirectoriesFinder):
    """The packages' static files, without those that nothing uses."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield what is to be collected, as Django's own finder does."""
        yield from super().list([*(ignore_patterns or ()), *UNUSED])
