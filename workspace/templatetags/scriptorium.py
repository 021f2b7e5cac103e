"""Template tags that every page has without loading them: icons, states, keys, Markdown, permissions, fields."""

from __future__ import annotations

import functools
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as draw

from workspace import counting, keymap
from workspace.access import Standing
from workspace.appearance import LOOKS, look
from workspace.models import Job
from workspace.pace import pace
from workspace.permissions import Answer
from workspace.prose import render_markdown

register = template.Library()


@register.simple_tag(name="icon")
def icon_tag(name: str, extra: str = "") -> SafeString:
    """An icon of Lucide that screen readers pass over. `extra`: icon-small, icon-large, icon-directional."""
    return icon(str(name), str(extra))


@functools.lru_cache(maxsize=256)
def icon(name: str, extra: str = "") -> SafeString:
    classes = f"icon {extra}".strip()
    return mark_safe(draw(name, size=18, aria_hidden="true", focusable="false", **{"class": classes}))


@register.inclusion_tag("components/state_badge.html")
def state_badge(kind: str, state: str) -> dict[str, Any]:
    """The badge of a state: colour, icon and word. `kind` and `state` as in `workspace.appearance.LOOKS`."""
    return {"look": look(kind, state), "state": state}


@register.filter
def word_for(state: str, kind: str) -> str:
    """The word for a state alone: `{{ demonstration.state|word_for:"demonstration" }}`."""
    return str(look(kind, state).word)


@register.simple_tag
def look_for(kind: str, state: str) -> Any:
    """The whole look: `{% look_for "notice" message.level_tag as look %}`; unknown notices look like information."""
    return LOOKS[kind].get(state) or LOOKS["notice"]["info"]


@register.filter
def markdown(text: str | None) -> SafeString:
    """What people wrote, as safe HTML. Put it into an element with class `prose` and `dir="auto"`."""
    return render_markdown(text or "")


@register.filter
def may(standing: Standing | None, action: str) -> Answer:
    """Whether the reader may: `{% if standing|may:"release.build" %}`; falsy with `.reason` when not."""
    return standing.may(action) if standing else Answer(False)


@register.filter
def bounded(count: int) -> str:
    """A bounded count as people read it: `10,000+` beyond what was counted."""
    return counting.shown(count)


@register.filter
def at_most(count: int, most: int) -> str:
    """A bounded count with its own bound: `{{ entry.count|at_most:99 }}`."""
    return counting.shown(count, most=most)


@register.simple_tag
def shortcut(action: str) -> SafeString:
    """The attributes that bind an element to its key: `<button {% shortcut "approve" %}>`."""
    key = keymap.BY_ACTION[action]
    return format_html(
        'data-shortcut="{}" data-keys="{}" data-keys-mac="{}"', action, key.key, key.mac or key.key
    )


@register.inclusion_tag("components/key.html")
def key(action: str) -> dict[str, Any]:
    """The key of an action as it is printed on its button."""
    return {"key": keymap.BY_ACTION[action]}


@register.simple_tag
def keys_of(*screens: str) -> list[Any]:
    """The keys of screens, for the sheet: `{% keys_of "everywhere" "write" as groups %}`."""
    return keymap.keys_of(*[screen for screen in screens if screen])


@register.simple_tag
def pace_of(job: Job) -> Any:
    """How fast a job goes and how long it still takes."""
    return pace(job.done, job.total, since=job.started, now=timezone.now())


@register.simple_tag
def widget(field: BoundField, **attributes: Any) -> SafeString:
    """The control of a form field in our style; help and errors are tied to it by Django."""
    control = field.field.widget
    style = "form-control"
    if isinstance(control, (CheckboxInput, CheckboxSelectMultiple, RadioSelect)):
        style = "form-choice"
    elif isinstance(control, Select):
        style = "form-select"
    named = {name.replace("_", "-"): value for name, value in attributes.items()}
    given = control.attrs.get("class", "")
    return field.as_widget(attrs={**named, "class": f"{style} {given}".strip()})


@register.filter
def is_choice(field: BoundField) -> bool:
    """Whether the field is made of check boxes or radio buttons, which carry their own labels."""
    return isinstance(field.field.widget, (CheckboxInput, CheckboxSelectMultiple, RadioSelect))


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether the field is several controls, which need a fieldset and a legend."""
    return bool(field.use_fieldset)
