"""The combined licence of a release, and what is refused in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.release.licences import UnknownLicence, combined, normal, refusal

KNOWN = [
    "MIT",
    "CC-BY-4.0",
    "Apache-2.0 OR MIT",
    "GPL-2.0-only WITH Classpath-exception-2.0",
    "LicenseRef-House",
]


@pytest.mark.parametrize(
    ("expressions", "whole"),
    [
        (["MIT"], "MIT"),
        (["mit", "MIT"], "MIT"),
        (["CC-BY-SA-3.0", "CC-BY-4.0"], "CC-BY-4.0 AND CC-BY-SA-3.0"),
        (["Apache-2.0 OR MIT", "CC-BY-4.0"], "CC-BY-4.0 AND (Apache-2.0 OR MIT)"),
        (["LicenseRef-House", "cc0-1.0"], "CC0-1.0 AND LicenseRef-House"),
    ],
)
def test_a_release_is_under_all_of_its_licences(expressions: list[str], whole: str) -> None:
    assert combined(expressions) == whole


@given(st.lists(st.sampled_from(KNOWN), min_size=1))
def test_the_order_of_sources_does_not_matter(expressions: list[str]) -> None:
    whole = combined(expressions)
    assert whole == combined(reversed(expressions)) == combined([*expressions, *expressions])
    assert combined([whole]) == whole == normal(whole)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "  ",
        "NONE",
        "NOASSERTION",
        "CC-BY",
        "proprietary",
        "MIT AND",
        "()",
        "( ( AND MIT",
        "MIT; DROP",
        "apache 2.0",
    ],
)
def test_what_is_not_a_known_licence_is_refused_with_what_to_do(expression: str) -> None:
    sentence = refusal(expression)
    assert sentence is not None
    assert "https://spdx.org/licenses/" in sentence
    with pytest.raises(UnknownLicence):
        combined(["MIT", expression])


@given(st.text(alphabet="MIT()ANDOR -.+/&|é\x00\n", max_size=20) | st.text(max_size=20))
def test_any_text_is_an_expression_or_a_refusal(expression: str) -> None:
    if refusal(expression) is None:
        assert normal(normal(expression)) == normal(expression)


def test_no_source_is_refused() -> None:
    with pytest.raises(UnknownLicence, match="no source"):
        combined([])
