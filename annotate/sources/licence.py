"""SPDX licence expressions: the one spelling of each, and why one is refused.

In: what somebody typed at import. Out: the normal form, or a refusal in a sentence. Called by the importing
acts and by ``review.release.licences``, which joins those of a release. Source: SPDX specification, annex on
licence expressions, https://spdx.github.io/spdx-spec/.
"""

from __future__ import annotations

import re
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
    return str(parsed(expression).simplify())


def refusal(expression: str) -> str | None:
    """Say in a sentence why an expression is refused, or give ``None`` where it is fine.

    >>> refusal("CC-BY-4.0") is None
    True
    >>> str(refusal("Free for all")).split(" Use ")[0]
    "'Free for all' is not a licence that SPDX knows."
    """
    try:
        parsed(expression)
    except UnknownLicence as error:
        return str(error)
    return None


@cache
def licensing() -> Licensing:
    """The list of SPDX, loaded at first use."""
    return get_spdx_licensing()


def parsed(expression: str) -> LicenseExpression:
    """Parse one expression and hold that every name in it is known; ``UnknownLicence`` otherwise."""
    if not expression.strip():
        raise UnknownLicence(expression, "The licence is empty.")
    try:
        found = licensing().parse(expression, strict=True)
    except (ExpressionError, ExpressionParseError, AssertionError, IndexError) as error:
        # The last two are what the parser itself stumbles over in "()" and the like.
        raise UnknownLicence(expression, f"{expression!r} is not an SPDX licence expression.") from error
    unknown = [key for key in licensing().unknown_license_keys(found) if not _own_terms(key)]
    if unknown:
        raise UnknownLicence(expression, f"{unknown[0]!r} is not a licence that SPDX knows.")
    return found
