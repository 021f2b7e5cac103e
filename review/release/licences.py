"""The licence of a release, put together from the licences of its sources.

Enters: SPDX expressions as they were given at import. Leaves: one SPDX expression for the whole, or a
refusal. Called by the act that freezes a release, and by the form that previews one. Source: SPDX
specification, annex on licence expressions, https://spdx.github.io/spdx-spec/.

Rows keep the licence of their own source; the combined expression says what someone must meet who uses all of
them. Whether two licences may legally be mixed is not decided here.
"""

import re
from collections.abc import Iterable
from functools import cache

from license_expression import (
    ExpressionError,
    ExpressionParseError,
    LicenseExpression,
    Licensing,
    get_spdx_licensing,
)

_own_terms = re.compile(r"(DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+").fullmatch


class UnknownLicence(ValueError):
    """An expression that does not say under which terms the rows are. Carries the expression."""

    def __init__(self, expression: str, why: str) -> None:
        self.expression = expression
        super().__init__(
            f"{why} Use a name from https://spdx.org/licenses/ such as CC-BY-4.0, several joined by AND "
            "or OR, or LicenseRef-NAME for terms of your own."
        )


def normal(expression: str) -> str:
    """Give an SPDX expression in its one normal form: the list's own spelling, repeats removed.

    Raises ``UnknownLicence`` for an empty or broken expression and for a name that is not on the SPDX list;
    ``LicenseRef-…`` names are taken as they are.

    >>> normal("mit and (apache-2.0 OR mit)")
    'MIT'
    >>> normal("CC-BY-SA-4.0 OR LicenseRef-House")
    'CC-BY-SA-4.0 OR LicenseRef-House'
    """
    return str(_parsed(expression).simplify())


def combined(expressions: Iterable[str]) -> str:
    """Give the expression that covers all of the sources: every one of them must be met.

    The order of the sources does not matter. Raises ``UnknownLicence`` as ``normal`` does, and where there is
    no source at all.

    >>> combined(["MIT", "CC-BY-4.0", "MIT"])
    'CC-BY-4.0 AND MIT'
    """
    parsed = [_parsed(expression) for expression in sorted(set(expressions))]
    if not parsed:
        raise UnknownLicence("", "The release has no source, so it has no licence.")
    whole = parsed[0] if len(parsed) == 1 else _licensing().AND(*parsed)
    return str(whole.simplify())


def refusal(expression: str) -> str | None:
    """Say in a sentence why an expression is refused, or give ``None`` where it is fine.

    >>> refusal("CC-BY-4.0") is None
    True
    >>> str(refusal("Free for all")).split(" Use ")[0]
    "'Free for all' is not a licence that SPDX knows."
    """
    try:
        _parsed(expression)
    except UnknownLicence as error:
        return str(error)
    return None


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()


def _parsed(expression: str) -> LicenseExpression:
    """Parse one expression and hold that every name in it is known."""
    if not expression.strip():
        raise UnknownLicence(expression, "The licence is empty.")
    try:
        parsed = _licensing().parse(expression, strict=True)
    except (ExpressionError, ExpressionParseError, AssertionError, IndexError) as error:
        # The last two are what the parser itself stumbles over in "()" and the like.
        raise UnknownLicence(expression, f"{expression!r} is not an SPDX licence expression.") from error
    unknown = [key for key in _licensing().unknown_license_keys(parsed) if not _own_terms(key)]
    if unknown:
        raise UnknownLicence(expression, f"{unknown[0]!r} is not a licence that SPDX knows.")
    return parsed
