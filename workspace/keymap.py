"""The keymap, the one place that knows a key: it feeds the listeners, the labels on buttons and the `?` sheet.

A template marks an element with `{% shortcut "approve" %}` and prints the key with `{% key "approve" %}`;
`static/js/shortcuts.js` presses the marked element. A key is written as `Control+Enter`, `Alt+ArrowDown` or `a`; `0-9`
stands for any digit. Keys without Control, Alt or Meta never fire while somebody types, and can be switched off.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EVERYWHERE, LISTS, WRITE, REVIEW, ADJUDICATE = "everywhere", "lists", "write", "review", "adjudicate"

SCREENS: dict[str, str | Promise] = {
    EVERYWHERE: _("Everywhere"),
    LISTS: _("In lists"),
    WRITE: _("At the writer's desk"),
    REVIEW: _("At the reviewer's desk"),
    ADJUDICATE: _("At the adjudicator's desk"),
}


@dataclass(frozen=True)
class Key:
    """`action` names it for templates and scripts; `mac` is its key on a Mac where that differs."""

    action: str
    key: str
    sentence: str | Promise
    screen: str
    mac: str = ""

    @property
    def label(self) -> str:
        return shown(self.key)

    @property
    def mac_label(self) -> str:
        return shown(self.mac or self.key, mac=True)

    @property
    def single(self) -> bool:
        """Whether it is a key without a modifier, which can be switched off."""
        return "+" not in self.key


KEYS = (
    Key("keys", "?", _("Show the keys of this page"), EVERYWHERE),
    Key("search", "/", _("Go to the search field"), EVERYWHERE),
    Key("next_page", "n", _("Next page"), LISTS),
    Key("save", "Control+s", _("Save the draft now"), WRITE, mac="Meta+s"),
    Key("submit", "Control+Enter", _("Submit for review"), WRITE, mac="Meta+Enter"),
    Key("preview", "Alt+p", _("Show the text as a reader will see it"), WRITE),
    Key("message_down", "Alt+ArrowDown", _("Move this message down"), WRITE),
    Key("message_up", "Alt+ArrowUp", _("Move this message up"), WRITE),
    Key("score", "0-9", _("Score the criterion in focus, and go to the next"), REVIEW),
    Key("next_criterion", "Alt+ArrowDown", _("Next criterion"), REVIEW),
    Key("previous_criterion", "Alt+ArrowUp", _("Previous criterion"), REVIEW),
    Key("approve", "a", _("Approve"), REVIEW),
    Key("request_changes", "r", _("Request changes"), REVIEW),
    Key("reject", "x", _("Reject"), REVIEW),
    Key("skip_review", "s", _("Skip this review"), REVIEW),
    Key("undo", "u", _("Undo the last decision"), REVIEW),
    Key("comment", "c", _("Comment on the selected text or message"), REVIEW),
    Key("raw", "t", _("Switch between rendered and raw text"), REVIEW),
    Key("earlier", "d", _("Show what changed since the earlier revision"), REVIEW),
    Key("resolve", "Control+Enter", _("Send the final decision"), ADJUDICATE, mac="Meta+Enter"),
)
BY_ACTION = {key.action: key for key in KEYS}

_NAMES = {"Control": "Ctrl", "ArrowDown": "↓", "ArrowUp": "↑", "0-9": "0–9"}
_MAC_NAMES = {**_NAMES, "Control": "⌃", "Meta": "⌘", "Alt": "⌥", "Enter": "↩"}


def shown(key: str, *, mac: bool = False) -> str:
    """A key as it is printed on a button.

    >>> shown("Control+Enter"), shown("Meta+Enter", mac=True), shown("a"), shown("Alt+ArrowDown", mac=True)
    ('Ctrl+Enter', '⌘↩', 'A', '⌥↓')
    """
    names = _MAC_NAMES if mac else _NAMES
    parts = [names.get(part, part.upper() if len(part) == 1 else part) for part in key.split("+")]
    return "".join(parts) if mac else "+".join(parts)


def keys_of(*screens: str) -> list[tuple[str | Promise, list[Key]]]:
    """The keys of the given screens, each screen with its name, in the order of the table."""
    return [(SCREENS[screen], [key for key in KEYS if key.screen == screen]) for screen in screens]
