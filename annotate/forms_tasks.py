"""The forms of the pages for sources and tasks: they parse what was typed; the acts judge it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from annotate.sources.limits import SourceRefused
from annotate.sources.mapping import parse_mapping
from annotate.sources.registry import FORMATS, open_format
from annotate.states import TASK_KINDS
from workspace.forms import PlainForm
from workspace.models import Member

KIND_WORDS = {
    "respond": _("Respond: a prompt is given, the writer answers"),
    "compose": _("Compose: a brief is given, the writer makes up prompt and answer"),
    "edit": _("Edit: a prompt and a draft are given, the writer improves the draft"),
    "converse": _("Converse: the writer continues a conversation"),
}
assert tuple(KIND_WORDS) == TASK_KINDS

# The kinds that fit into the boxes of a form; conversations come by file or by the API.
TYPED_KINDS = ("respond", "compose", "edit")


def _formats() -> list[tuple[str, str]]:
    # Read at first use: each format's module is loaded for its title.
    return [(name, open_format(name).title) for name in FORMATS]


class SourceForm(PlainForm):
    """A file, and what is said about it."""

    file = forms.FileField(label=_("File"), help_text=_("Plain or gzip, UTF-8."))
    format = forms.ChoiceField(label=_("Format"), choices=lazy(_formats, list))
    licence = forms.CharField(
        label=_("Licence"),
        max_length=200,
        help_text=_("An SPDX name such as CC-BY-4.0 or MIT; LicenseRef-NAME for terms of your own."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=200, required=False, help_text=_("The file's name unless you give one.")
    )
    mapping = forms.CharField(
        label=_("Columns"),
        required=False,
        max_length=4000,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false"}),
        help_text=_(
            "Where the file's columns have other names than the format's: one field=column a line, as in "
            "prompt=Question. A dot reaches inside, as in context=instances.0.input; metadata.NAME=column keeps a "
            "column beside the task."
        ),
    )
    kind = forms.ChoiceField(
        label=_("Kind of task"),
        required=False,
        choices=[("", _("the format's own")), *KIND_WORDS.items()],
    )
    language = forms.CharField(
        label=_("Language"), required=False, max_length=20, help_text=_("Of rows that name none, as in en.")
    )
    category = forms.CharField(
        label=_("Category"), required=False, max_length=100, help_text=_("Of rows that name none.")
    )
    url = forms.CharField(label=_("Web address"), required=False, max_length=500)
    limit = forms.IntegerField(
        label=_("Take only the first rows"), required=False, min_value=1, max_value=10_000_000
    )
    skip_bad = forms.BooleanField(
        label=_("Leave bad rows out and import the good ones"),
        required=False,
        help_text=_("Otherwise one bad row keeps the whole file out."),
    )
    dry_run = forms.BooleanField(label=_("Only check the file; import nothing"), required=False)

    def clean_mapping(self) -> dict[str, str]:
        pairs = [line.strip() for line in self.cleaned_data["mapping"].splitlines() if line.strip()]
        try:
            return parse_mapping(pairs)
        except SourceRefused as refused:
            raise forms.ValidationError(refused.message) from refused


class TaskForm(PlainForm):
    """One task typed by hand."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind, KIND_WORDS[kind]) for kind in TYPED_KINDS])
    prompt = forms.CharField(
        label=_("Prompt"),
        required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("For respond and edit: what is asked."),
    )
    context = forms.CharField(
        label=_("Context"),
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=_("Material that the prompt speaks of, shown folded above the answer."),
    )
    brief = forms.CharField(
        label=_("Brief"),
        required=False,
        widget=forms.Textarea({"rows": 3, "dir": "auto"}),
        help_text=_("For compose: what to make up."),
    )
    draft_response = forms.CharField(
        label=_("Draft"),
        required=False,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
        help_text=_("For edit: the answer that is to be improved."),
    )
    category = forms.CharField(label=_("Category"), required=False, max_length=100)
    language = forms.CharField(label=_("Language"), required=False, max_length=20)
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        coerce=int,
        initial=2,
        choices=[(0, _("0: first")), (1, "1"), (2, _("2: usual")), (3, "3"), (4, _("4: last"))],
    )
    external_id = forms.CharField(label=_("Your own id"), required=False, max_length=200)
    reserved_for = forms.TypedMultipleChoiceField(
        label=_("Reserved for"),
        coerce=int,
        required=False,
        help_text=_("Nobody else gets this task. Choose nobody to give it to whoever comes."),
    )

    def __init__(self, writers: list[Member], *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.fields["reserved_for"].choices = [(str(member.pk), str(member.user)) for member in writers]  # type: ignore[attr-defined]
        if not writers:
            del self.fields["reserved_for"]

    def values(self) -> tuple[dict[str, Any], list[int]]:
        """The task as the API would send it, without the boxes that were left empty; and whom it is reserved for."""
        typed = dict(self.cleaned_data)
        reserved = typed.pop("reserved_for", [])
        return {name: value for name, value in typed.items() if value != ""}, reserved


class OverlapForm(PlainForm):
    overlap = forms.IntegerField(
        label=_("Overlap"), min_value=1, max_value=20, help_text=_("How many writers answer the same task.")
    )
    overlap_share = forms.FloatField(
        label=_("Overlap share"),
        min_value=0,
        max_value=1,
        help_text=_("For which share of the tasks: 1 is all of them, 0.2 a fifth drawn by lot."),
        widget=forms.NumberInput({"step": "any"}),
    )
