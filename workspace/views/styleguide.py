"""Every component in every state, on one page, for those who build pages. Not registered in production."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from workspace.appearance import LOOKS, TONES
from workspace.models import Job
from workspace.refusals import Conflict
from workspace.views.door import page

CRITERION: dict[str, Any] = {
    "key": "accuracy",
    "name": "Accuracy",
    "question": "Is everything the response states true, and stated with the certainty it deserves?",
    "required": True,
    "levels": [
        {"value": 1, "anchor": "Wrong at its core, or it invents a fact, source, quotation or result."},
        {"value": 2, "anchor": "The core is right, but an error would mislead someone who acts on it."},
        {
            "value": 3,
            "anchor": "Right in the main; small slips, or a claim stated more firmly than is known.",
        },
        {"value": 4, "anchor": "No error found; one claim could be qualified."},
        {"value": 5, "anchor": "Everything checked holds, and what is uncertain is said to be so."},
    ],
}
MESSAGES = [
    {"role": "system", "content": "Answer in one paragraph."},
    {"role": "user", "content": "Why does water boil sooner on a *mountain*?"},
    {
        "role": "assistant",
        "content": (
            "Because the air presses on it with **less weight**.\n\n"
            "```python\nboils_at = 100 - metres / 300\n```\n\n"
            "| height | boils at |\n|---|---|\n| 0 m | 100 °C |\n| 3000 m | 90 °C |\n\n"
            "![A kettle](https://example.org/kettle.png)"
        ),
    },
    {"role": "user", "content": "لماذا يغلي الماء أسرع على **الجبل**؟"},
]


class SampleForm(forms.Form):
    """A field of each kind."""

    title = forms.CharField(label="Title", help_text="What people see in lists.")
    email = forms.EmailField(label="E-mail address")
    words = forms.CharField(label="Description", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    licence = forms.ChoiceField(label="Licence", choices=[("", "Choose one"), ("cc0", "CC0-1.0")])
    roles = forms.MultipleChoiceField(
        label="Roles",
        choices=[("annotator", "Annotator"), ("reviewer", "Reviewer")],
        widget=forms.CheckboxSelectMultiple,
    )
    blind = forms.BooleanField(label="Reviewers do not see who wrote it", required=False)


@page("site.styleguide")
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page; it reads no row of the database."""
    now = timezone.now()
    jobs = [
        Job(pk=1, state="queued"),
        Job(
            pk=2,
            state="running",
            done=4200,
            total=10000,
            started=now - timedelta(seconds=70),
            message="Writing rows",
        ),
        Job(pk=3, state="running", done=0),
        Job(pk=4, state="succeeded"),
        Job(
            pk=5,
            state="failed",
            error="Line 7 of the file is no JSON. Correct it, then import the file again.",
        ),
        Job(pk=6, state="cancelled"),
    ]
    context = {
        "screen": "review",
        "looks": LOOKS,
        "tones": TONES,
        "criterion": CRITERION,
        "nominal": {
            **CRITERION,
            "key": "fits",
            "name": "Fits the task",
            "required": False,
            "levels": CRITERION["levels"][:2],
        },
        "conversation": MESSAGES,
        "jobs": jobs,
        "empty_form": SampleForm(),
        "wrong_form": SampleForm(
            {"title": "", "email": "nobody", "roles": ["king"]}, prefix=None, auto_id="wrong_%s"
        ),
        "tabs": [
            {"name": "All", "url": "?", "current": True},
            {"name": "Returned", "url": "?state=returned", "count": 3},
        ],
        "refusal": Conflict("This is paused already; resume it first to change the reason."),
        "now": now,
    }
    return render(request, "styleguide/styleguide.html", context)
