"""What the frame itself asks for: the list of the project switcher, and the theme."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from workspace import people
from workspace.models import Member, User
from workspace.views.door import page

MOST_SWITCHED = 30


@page("project.list")
def switch(request: HttpRequest) -> HttpResponse:
    """The projects one belongs to, fetched when the switcher is first opened: one statement, no cost elsewhere."""
    mine = Member.objects.filter(user=request.user, active=True).select_related("project")  # type: ignore[misc]
    projects = [member.project for member in mine.order_by("project__title")[:MOST_SWITCHED]]
    return render(request, "workspace/frame/_projects-list.html", {"projects": projects})


@page("account.change", methods=("POST",))
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark or the system's theme, and come back to where one was."""
    user: User = request.user  # type: ignore[assignment]
    people.change_account(
        user,
        name=str(user),
        language=user.language,
        time_zone=user.time_zone,
        theme=request.POST.get("theme", ""),
        now=timezone.now(),
    )
    return redirect(next_of(request))


def next_of(request: HttpRequest, otherwise: str = "/") -> str:
    """Where the form's `next` leads, if that is a page of this site; else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else otherwise
