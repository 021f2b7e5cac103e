"""The parts that pages are made of: states, keys, the rubric, conversations."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client

from annotate.content.loading import default_guideline
from tests.pages.reading import text_of
from workspace.appearance import LOOKS, TONES
from workspace.keymap import BY_ACTION, KEYS, SCREENS


def render(source: str, **values: Any) -> str:
    return str(Template(source).render(Context(values)))


@pytest.mark.parametrize(
    ("kind", "state"), [(kind, state) for kind, states in LOOKS.items() for state in states]
)
def test_every_state_is_colour_and_icon_and_word(kind: str, state: str) -> None:
    assert LOOKS[kind][state].tone in TONES
    html = render("{% state_badge kind state %}", kind=kind, state=state)
    assert f"tone-{LOOKS[kind][state].tone}" in html
    assert "<svg" in html
    assert re.sub("<[^>]+>", "", html).strip() == str(LOOKS[kind][state].word)


def test_the_looks_know_every_state_of_the_tables() -> None:
    from annotate import states as writing
    from review import states as reviewing
    from workspace.models.jobs import JOB_STATES

    assert set(LOOKS["demonstration"]) == set(writing.DEMONSTRATION_STATES)
    assert set(LOOKS["assignment"]) == set(writing.ASSIGNMENT_STATES)
    assert set(LOOKS["task"]) == set(writing.TASK_STATES)
    assert set(LOOKS["slot"]) == set(writing.SLOT_STATES)
    assert set(LOOKS["review"]) == set(reviewing.REVIEW_STATES)
    assert set(LOOKS["decision"]) == set(reviewing.DECISIONS)
    assert set(LOOKS["adjudication"]) == set(reviewing.ADJUDICATION_STATES)
    assert set(LOOKS["release"]) == set(reviewing.RELEASE_STATES)
    assert set(LOOKS["job"]) == set(JOB_STATES)


def test_no_key_means_two_things_on_one_screen() -> None:
    for screen in SCREENS:
        keys = [key.key for key in KEYS if key.screen in (screen, "everywhere")]
        assert len(keys) == len(set(keys))
    assert len(BY_ACTION) == len(KEYS)


def test_a_key_is_printed_on_its_button_and_left_out_of_its_name() -> None:
    html = render('<button {% shortcut "approve" %}>Approve{% key "approve" %}</button>')
    assert 'data-shortcut="approve" data-keys="a"' in html
    assert '<kbd class="key" aria-hidden="true">' in html


def test_a_criterion_is_a_radio_group_named_as_the_criterion() -> None:
    criterion = default_guideline()["rubric"][0]
    html = render(
        '{% include "components/rubric_criterion.html" with criterion=criterion value=4 only %}',
        criterion=criterion,
    )
    assert 'role="radiogroup" aria-labelledby="score-accuracy-name"' in html
    assert '<span id="score-accuracy-name">Accuracy</span>' in html
    assert html.count('type="radio" name="score-accuracy"') == len(criterion["levels"])
    assert re.findall(r'value="(\d)"[^>]*checked', html) == ["4"]


def test_a_conversation_shows_words_rendered_and_raw() -> None:
    messages = [{"role": "user", "content": "<b>*Why*</b>"}, {"role": "assistant", "content": "So."}]
    html = render(
        '{% include "components/conversation.html" with messages=messages only %}', messages=messages
    )
    assert "&lt;b&gt;<em>Why</em>&lt;/b&gt;" in html
    assert 'data-raw tabindex="0">\n&lt;b&gt;*Why*&lt;/b&gt;</pre>' in html


def test_the_style_guide_shows_every_component(db: None) -> None:
    page = text_of(Client().get("/styleguide/"))
    assert page.count('class="state tone-') >= sum(len(states) for states in LOOKS.values())
