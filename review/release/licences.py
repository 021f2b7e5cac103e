"""The licence of a release, put together from the licences of its sources.

Enters: SPDX expressions as they were given at import. Leaves: one SPDX expression for the whole, or a
refusal. Called by the act that freezes a release, and by the form that previews one. Source: SPDX
specification, annex on licence expressions, https://spdx.github.io/spdx-spec/.

Rows keep the licence of their own source; the combined expression says what someone must meet who uses all of
them. Whether two licences may legally be mixed is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterable

from annotate.sources.licence import UnknownLicence, licensing, normal, parsed, refusal

__all__ = ["UnknownLicence", "combined", "normal", "refusal"]


def combined(expressions: Iterable[str]) -> str:
    """Give the expression that covers all of the sources: every one of them must be met.

    The order of the sources does not matter. Raises ``UnknownLicence`` as ``normal`` does, and where there is
    no source at all.

    >>> combined(["MIT", "CC-BY-4.0", "MIT"])
    'CC-BY-4.0 AND MIT'
    """
    found = [parsed(expression) for expression in sorted(set(expressions))]
    if not found:
        raise UnknownLicence("", "The release has no source, so it has no licence.")
    whole = found[0] if len(found) == 1 else licensing().AND(*found)
    return str(whole.simplify())
