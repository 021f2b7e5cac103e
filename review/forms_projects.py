"""The form of a new project: it parses; `workspace.projects.create_project` judges."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from workspace.forms import PlainForm


class NewProjectForm(PlainForm):
    """What a project needs to begin; everything else has a default that its settings can change."""

    title = forms.CharField(label=_("Title"), max_length=200, help_text=_("What people see."))
    slug = forms.CharField(
        label=_("Short name in addresses"),
        max_length=60,
        help_text=_("Lower-case letters, digits and single hyphens. It stays as it is."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea({"rows": 3, "dir": "auto"})
    )
    overlap = forms.IntegerField(label=_("Annotators for each task"), min_value=1, max_value=20, initial=1)
    reviews = forms.IntegerField(
        label=_("Independent reviews of each demonstration"), min_value=1, max_value=3, initial=2
    )
    blind = forms.BooleanField(
        label=_("Reviewers do not learn who wrote it, nor what other reviewers said"),
        required=False,
        initial=True,
    )
