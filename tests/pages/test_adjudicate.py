"""The adjudicator's desk: the list, the reviews side by side, the decision; closed to whoever took part."""

from __future__ import annotations

from typing import Any

import pytest

from annotate.models import Demonstration
from review.models import Adjudication, Review
from tests.conftest import Cast, page_client
from tests.counting import statements
from tests.factories import a_member, a_submitted_demonstration, decided, full_scores
from tests.pages.reading import text_of
from workspace.access import Standing


def dispute(cast: Cast) -> Adjudication:
    """A demonstration that one reviewer approves and the other rejects."""
    written = a_submitted_demonstration(cast.writer)
    decided(cast.reviewer, "approve", comment="Fine as it is.")
    decided(cast.second_reviewer, "reject", comment="The claim is wrong.", level=2)
    return Adjudication.objects.get(demonstration=written)


@pytest.fixture
def disputed(cast: Cast) -> Adjudication:
    return dispute(cast)


def address(cast: Cast, disputed: Adjudication | None = None) -> str:
    return f"/p/{cast.project.slug}/adjudicate/" + (f"{disputed.pk}/" if disputed else "")


def settle(who: Standing, cast: Cast, disputed: Adjudication, **data: Any) -> Any:
    return page_client(who).post(address(cast, disputed), data)


def test_the_list_says_what_waits_why_and_for_how_long(cast: Cast, disputed: Adjudication) -> None:
    shown = text_of(page_client(cast.adjudicator).get(address(cast)))
    assert address(cast, disputed) in shown and "The reviews disagree" in shown and "0\xa0minutes" in shown
    settled = text_of(page_client(cast.adjudicator).get(address(cast) + "?state=resolved"))
    assert address(cast, disputed) not in settled


def test_the_reviews_stand_side_by_side_with_what_differs_marked(cast: Cast, disputed: Adjudication) -> None:
    shown = text_of(page_client(cast.adjudicator).get(address(cast, disputed)))
    assert "Review 1" in shown and "Review 2" in shown
    assert "Fine as it is." in shown and "The claim is wrong." in shown
    assert shown.count('<tr class="differs">') == 5
    for who in (cast.writer, cast.reviewer, cast.second_reviewer):
        assert who.user.email not in shown and f">{who.user.name}<" not in shown


def test_a_decision_with_a_reason_settles(cast: Cast, disputed: Adjudication) -> None:
    answer = settle(cast.adjudicator, cast, disputed, decision="approve", reason="The claim holds.")
    assert (answer.status_code, answer["Location"]) == (302, address(cast))
    written = Demonstration.objects.get()
    assert (written.state, written.rating_reviews) == ("approved", 2)
    shown = text_of(page_client(cast.adjudicator).get(address(cast, disputed)))
    assert "The claim holds." in shown and "Final decision" not in shown


def test_own_scores_take_the_place_of_the_reviewers(cast: Cast, disputed: Adjudication) -> None:
    review = Review.objects.filter(revision=disputed.revision)[0]
    scores = {f"own-{key}": level for key, level in full_scores(review, 3).items()}
    settle(cast.adjudicator, cast, disputed, decision="approve", reason="Middling.", **scores)
    assert Demonstration.objects.get().rating_reviews == 1
    assert set(Adjudication.objects.get().scores) == {name.removeprefix("own-") for name in scores}


def test_what_is_missing_is_said_and_everything_typed_comes_back(cast: Cast, disputed: Adjudication) -> None:
    answer = settle(cast.adjudicator, cast, disputed, decision="reject", reason=" ", **{"own-accuracy": "4"})
    shown = text_of(answer)
    assert answer.status_code == 422
    assert "Write the reason" in shown and "“Safety” must be scored." in shown
    assert 'value="reject" checked' in shown
    assert 'value="4" aria-describedby="own-accuracy-4" checked' in shown
    assert Adjudication.objects.get().state == "open"


def test_whoever_took_part_is_told_so(cast: Cast) -> None:
    both = a_member(cast.project, "annotator", "adjudicator", name="both")
    written = a_submitted_demonstration(both)
    decided(cast.reviewer, "approve")
    decided(cast.second_reviewer, "reject")
    own = Adjudication.objects.get(demonstration=written)
    browser = page_client(both)

    listed = text_of(browser.get(address(cast)))
    assert address(cast, own) not in listed
    assert "1 open dispute is not listed: whoever wrote or reviewed" in listed
    for answer in (
        browser.get(address(cast, own)),
        settle(both, cast, own, decision="approve", reason="Mine is right."),
    ):
        assert answer.status_code == 403
        assert "Whoever wrote or reviewed a demonstration may not adjudicate it." in text_of(answer)
    assert Adjudication.objects.get().state == "open"


def test_settled_twice_is_refused_with_a_sentence(cast: Cast, disputed: Adjudication) -> None:
    settle(cast.adjudicator, cast, disputed, decision="approve", reason="Holds.")
    again = settle(cast.adjudicator, cast, disputed, decision="reject", reason="No.")
    assert again.status_code == 409 and "settled already" in text_of(again)


def test_reviewers_and_writers_have_no_such_desk(cast: Cast, disputed: Adjudication) -> None:
    for who in (cast.writer, cast.reviewer):
        assert page_client(who).get(address(cast)).status_code == 403
        assert page_client(who).get(address(cast, disputed)).status_code == 403


def test_the_pages_cost_the_same_however_much_waits(cast: Cast) -> None:
    costs = []
    for _ in range(3):
        disputed = dispute(cast)
        browser = page_client(cast.adjudicator)
        with statements() as listed:
            browser.get(address(cast))
        with statements() as one:
            browser.get(address(cast, disputed))
        costs.append((len(listed), len(one)))
    assert costs == [costs[0]] * 3
    assert costs[0][0] <= 6 and costs[0][1] <= 10
