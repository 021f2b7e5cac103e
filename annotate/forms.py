"""The forms of the writer's pages: they parse what was typed; the acts judge it.

The desk's form holds, for each message that the writer writes, a `role` and a `content`, in the order of the
conversation; the version of the draft they were written over; and the category.
"""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from annotate.conversation import ROLES, Message
from annotate.states import SKIP_REASONS
from workspace.forms import PlainForm

SKIP_WORDS = {
    "unclear": _("The task is unclear"),
    "unsafe": _("The task is unsafe"),
    "expertise": _("Not my expertise"),
    "broken": _("The task is broken"),
    "other": _("Another reason"),
}
assert tuple(SKIP_WORDS) == tuple(SKIP_REASONS)


@dataclass(frozen=True)
class Typed:
    """What stood in the editor when it was sent."""

    messages: list[Message]
    version: int
    category: str | None


def typed_in(post: QueryDict) -> Typed:
    """What the desk's form sent. A browser sends line ends as CR LF; the text is kept with LF, as scripts send it."""
    roles, contents = post.getlist("role"), post.getlist("content")
    messages = [
        # The page sends no other role; whoever does has written a response.
        {
            "role": role if role in ROLES else "assistant",
            "content": content.replace("\r\n", "\n").replace("\r", "\n"),
        }
        for role, content in zip(roles, contents, strict=False)
    ]
    version = post.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    return Typed(messages, number, post.get("category") or None)


def rearranged(written: list[Message], change: str) -> list[Message]:
    """The messages after the button `change` was pressed; as they were where it names nothing that can be done.

    `add-user` and `add-assistant` append an empty one; `remove-N`, `up-N` and `down-N` speak of the N-th from 0.
    """
    what, _sign, which = change.partition("-")
    messages = [dict(message) for message in written]
    if what == "add" and which in ("user", "assistant"):
        return [*messages, {"role": which, "content": ""}]
    place = int(which) if which.isascii() and which.isdigit() and len(which) < 5 else -1
    if not 0 <= place < len(messages):
        return messages
    if what == "remove":
        del messages[place]
    elif what in ("up", "down"):
        other = place + (1 if what == "down" else -1)
        if 0 <= other < len(messages):
            messages[place], messages[other] = messages[other], messages[place]
    return messages


class SkipForm(PlainForm):
    """Why a task is given back for good. Its controls belong to the form of the desk: what is typed comes along."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=_("Why do you skip it?"),
        choices=list(SKIP_WORDS.items()),
        widget=forms.RadioSelect({"form": "desk-form"}),
    )
    words = forms.CharField(
        label=_("In a few words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({"rows": 2, "dir": "auto", "form": "desk-form"}),
        help_text=_("Needed for another reason; the lead reads it."),
    )
