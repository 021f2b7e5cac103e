"""The forms of the ground floor's pages: they parse what was typed; the acts judge it.

A form's fields carry the labels and helps that people read. `refuse` puts an act's words beside the fields.
"""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from workspace.permissions import ROLES
from workspace.refusals import Refusal


class PlainForm(forms.Form):
    """A form that takes the words of a refused act."""

    def refuse(self, refusal: Refusal) -> None:
        """Show the words of a refused act beside the fields it names, or above the form."""
        named = {name: words for name, words in refusal.errors.items() if name in self.fields}
        for name, words in named.items():
            self.add_error(name, list(words) if isinstance(words, (list, tuple)) else str(words))
        if not named:
            self.add_error(None, refusal.detail)


class InvitationForm(PlainForm):
    name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text=_("At least eight characters, and none of the usual ones."),
    )
    again = forms.CharField(
        label=_("Password, once more"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("The two passwords are not alike; type it again."))
        return values


class Words(forms.CharField):
    """Several words in one box, separated by spaces, commas or semicolons: a list without repeats."""

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**{"required": False, "max_length": 2000, **keywords})

    def to_python(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return list(value)
        text = super().to_python(value) or ""
        return list(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, (list, tuple)) else value


ROLE_CHOICES = [
    ("annotator", _("Annotator: writes demonstrations")),
    ("reviewer", _("Reviewer: scores and decides")),
    ("adjudicator", _("Adjudicator: settles disagreement")),
    ("admin", _("Admin: runs the project")),
]
assert tuple(role for role, _words in ROLE_CHOICES) == ROLES


class MemberForm(PlainForm):
    """What a member may do and take."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=ROLE_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = Words(label=_("Languages"), help_text=_("Codes such as en ar de; empty means all."))
    categories = Words(
        label=_("Categories"), help_text=_("Keys of the guideline's categories; empty means all.")
    )


class NewMemberForm(MemberForm):
    email = forms.CharField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "off"})
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("For somebody who is new on this site.")
    )
    field_order = ("email", "name", "roles", "languages", "categories")


class PeopleFileForm(PlainForm):
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns email, name, roles, languages, categories; several values in a cell are separated by "
            "spaces or semicolons. Either every line is taken, or none."
        ),
        widget=forms.ClearableFileInput({"accept": ".csv,text/csv"}),
    )


class ProjectForm(PlainForm):
    """The settings of a project; leases in minutes."""

    title = forms.CharField(label=_("Title"), max_length=200)
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea({"rows": 3, "dir": "auto"})
    )
    overlap = forms.IntegerField(
        label=_("Overlap"),
        min_value=1,
        max_value=20,
        help_text=_(
            "How many annotators answer the same task independently. Holds for tasks added from now on."
        ),
    )
    overlap_share = forms.FloatField(
        label=_("Overlap share"),
        min_value=0,
        max_value=1,
        help_text=_("For which share of the tasks: 1 is all of them, 0.2 a fifth drawn by lot."),
        widget=forms.NumberInput({"step": "any"}),
    )
    reviews = forms.IntegerField(
        label=_("Reviews"),
        min_value=1,
        max_value=3,
        help_text=_("How many reviewers judge each demonstration independently."),
    )
    blind = forms.BooleanField(
        label=_("Blind review"),
        required=False,
        help_text=_("Reviewers see neither who wrote nor what another reviewer said."),
    )
    writing_minutes = forms.IntegerField(
        label=_("Writing lease, in minutes"),
        min_value=5,
        max_value=7 * 24 * 60,
        help_text=_("How long a task stays with its writer; working on it renews the time."),
    )
    review_minutes = forms.IntegerField(
        label=_("Review lease, in minutes"), min_value=5, max_value=7 * 24 * 60
    )


class PauseForm(PlainForm):
    """What to pause is one choice, "kind:target"."""

    what = forms.ChoiceField(label=_("What to pause"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Everybody who asks for work reads it, as you type it."),
        widget=forms.TextInput({"dir": "auto"}),
    )

    def __init__(self, choices: list[tuple[str, Any]], *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["what"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 1:
            self.fields["what"].widget = forms.HiddenInput()


class AccountForm(PlainForm):
    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput({"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language of the pages"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"))
    theme = forms.ChoiceField(
        label=_("Theme"),
        choices=[("system", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        zones = sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})
        self.fields["time_zone"].choices = [(zone, zone) for zone in zones]  # type: ignore[attr-defined]


class TokenForm(PlainForm):
    name = forms.CharField(
        label=_("What the token is for"), max_length=80, widget=forms.TextInput({"autocomplete": "off"})
    )
