"""The form of a new release: it parses what was chosen; `review.publishing` judges it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from review.release import formats
from workspace.forms import PlainForm
from workspace.refusals import Refusal

_FORMAT_WORDS = {
    "records": _("records: every field, one JSON object a line"),
    "messages": _("messages: conversations, for chat fine-tuning"),
    "prompt_completion": _("prompt_completion: prompt and completion, for TRL"),
    "alpaca": _("alpaca: instruction, input, output"),
    "sharegpt": _("sharegpt: conversations, for LLaMA-Factory and Axolotl"),
    "csv": _("csv: a table that spreadsheets open safely"),
}


class NewReleaseForm(PlainForm):
    """Format, filters and shares. Choices come from the project; nothing chosen means all."""

    format = forms.ChoiceField(
        label=_("Format"), choices=[(name, _FORMAT_WORDS.get(name, name)) for name in formats.FORMATS]
    )
    categories = forms.MultipleChoiceField(
        label=_("Categories"), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    guideline_versions = forms.TypedMultipleChoiceField(
        label=_("Guideline versions"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    min_rating = forms.DecimalField(
        label=_("Lowest quality rating"),
        required=False,
        min_value=1,
        max_value=5,
        help_text=_("From 1 to 5; what was rated lower is left out."),
        widget=forms.NumberInput({"step": "0.1"}),
    )
    validation = forms.FloatField(label=_("Share for validation"), required=False, min_value=0, max_value=1)
    test = forms.FloatField(
        label=_("Share for test"),
        required=False,
        min_value=0,
        max_value=1,
        help_text=_("From 0 to 1; everything else is for training. Answers to one task stay together."),
    )
    retired_sources = forms.BooleanField(label=_("Rows of retired sources too"), required=False)

    def __init__(self, *arguments: Any, choices: dict[str, list[tuple[Any, str]]], **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        for name, values in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = values
            if len(values) < 2:
                # One choice is no choice.
                del self.fields[name]

    def refuse(self, refusal: Refusal) -> None:
        """Put the act's words where the form has the field: it knows filters and shares by longer names."""
        for name, words in list(refusal.errors.items()):
            here = "test" if name == "splits" else name.removeprefix("filters.")
            refusal.errors[here] = refusal.errors.pop(name, words)
        super().refuse(refusal)

    @property
    def asked(self) -> dict[str, Any]:
        """What was chosen, as the act takes it."""
        values = self.cleaned_data
        names = ("categories", "languages", "guideline_versions", "min_rating", "retired_sources")
        filters = {name: values[name] for name in names if values.get(name)}
        if "min_rating" in filters:
            filters["min_rating"] = str(filters["min_rating"])
        held_out = {name: values[name] for name in ("validation", "test") if values.get(name)}
        return {"format": values["format"], "filters": filters, "splits": held_out}
