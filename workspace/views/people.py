"""The People page: who is in the project, taking people in one by one or from a file, and each person's own page."""

from __future__ import annotations

from collections.abc import Iterable
from smtplib import SMTPException
from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from workspace import invitations, people, queries
from workspace.access import Standing, found
from workspace.forms import ROLE_CHOICES, MemberForm, NewMemberForm, PauseForm, PeopleFileForm
from workspace.models import Member
from workspace.paging import page_of
from workspace.people_file import LARGEST_FILE
from workspace.refusals import Conflict, Invalid
from workspace.views.door import project_page

logger = structlog.get_logger(__name__)


@project_page("member.list")
def index(request: HttpRequest) -> HttpResponse:
    """The list, with its filters, and the two ways of adding people."""
    return _index(request)


@never_cache
@project_page("member.change", methods=("POST",))
def add(request: HttpRequest) -> HttpResponse:
    """Take one person in."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = NewMemberForm(request.POST)
    if form.is_valid():
        try:
            member, created = people.add_member(
                standing.project, **form.cleaned_data, by=standing.user, now=timezone.now()
            )
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            said = _("%(who)s was added.") if created else _("%(who)s was a member already, and was changed.")
            messages.success(request, said % {"who": member.user.email})
            return _welcomed(request, [member])
    return _index(request, form=form, status=422)


@never_cache
@project_page("member.change", methods=("POST",))
def upload(request: HttpRequest) -> HttpResponse:
    """Take in everybody of a file, or nobody."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    form = PeopleFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _index(request, file_form=form, status=422)
    try:
        content = form.cleaned_data["file"].read(LARGEST_FILE + 1)
        added = people.add_people_from_csv(standing, content, now=timezone.now())
    except Conflict as refusal:
        form.refuse(refusal)
        return _index(request, file_form=form, status=422)
    except Invalid as refusal:
        return _index(request, file_form=form, faults=refusal.extra["lines"], status=422)
    new = sum(created for _member, created in added)
    said = ngettext("%(count)d person was added.", "%(count)d people were added.", new) % {"count": new}
    messages.success(request, said)
    return _welcomed(request, [member for member, _created in added])


@project_page("member.change", methods=("GET", "HEAD", "POST"))
def person(request: HttpRequest, key: str) -> HttpResponse:
    """One member: roles, languages, categories."""
    member = _member(request, key)
    names = ("roles", "languages", "categories")
    form = MemberForm(request.POST or None, initial={name: getattr(member, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            people.change_member(request.standing, member, now=timezone.now(), **form.cleaned_data)  # type: ignore[attr-defined]
        except (Invalid, Conflict) as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("people", slug=member.project.slug)
    return _person(request, member, form=form, status=422 if form.is_bound else 200)


@never_cache
@project_page("member.change", methods=("POST",))
def link(request: HttpRequest, key: str) -> HttpResponse:
    """A fresh link for a member: sent where mail works, shown otherwise."""
    return _welcomed(request, [_member(request, key)], again=True)


@project_page("member.change", methods=("POST",))
def remove(request: HttpRequest, key: str) -> HttpResponse:
    """End a membership."""
    member = _member(request, key)
    people.remove_member(request.standing, member, now=timezone.now())  # type: ignore[attr-defined]
    said = _("%(who)s is no longer a member. Their finished work stays; add them again to undo this.")
    messages.success(request, said % {"who": member})
    return redirect("people", slug=member.project.slug)


def _member(request: HttpRequest, key: str) -> Member:
    project = request.standing.project  # type: ignore[attr-defined]
    return found(queries.members_of(project), key, noun="member")


def _welcomed(request: HttpRequest, members: Iterable[Member], *, again: bool = False) -> HttpResponse:
    """Give links to those who have no password yet (`again`: to whoever asked for one): by mail, or to copy."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    links: list[dict[str, Any]] = []
    for member in members:
        user = member.user
        if user.has_usable_password() and not again:
            continue
        if settings.MAIL_CONFIGURED:
            address = request.build_absolute_uri(invitations.path_for(user))
            if _sent(request, member, address):
                continue
        if again or invitations.may_hand_out(standing, user):
            path = invitations.hand_out(standing, user)
            links.append({"member": member, "link": request.build_absolute_uri(path)})
    if not links:
        return redirect("people", slug=standing.project.slug)
    return _index(request, links=links, status=201)


def _sent(request: HttpRequest, member: Member, address: str) -> bool:
    try:
        invitations.send(member.user, link=address, project_title=member.project.title)
    except (SMTPException, OSError) as error:
        logger.warning("mail not sent", error=str(error))
        said = _("The mail to %(who)s could not be sent; give them the link below.")
        messages.warning(request, said % {"who": member.user.email})
        return False
    messages.success(request, _("A link was mailed to %(who)s.") % {"who": member.user.email})
    return True


def _index(
    request: HttpRequest,
    *,
    form: NewMemberForm | None = None,
    file_form: PeopleFileForm | None = None,
    faults: Any = (),
    links: Any = (),
    status: int = 200,
) -> HttpResponse:
    project = request.standing.project  # type: ignore[attr-defined]
    filters = {name: request.GET.get(name, "")[:100] for name in ("q", "role", "state")}
    context = {
        "page": page_of(request, queries.members_of(project, **filters)),
        "filters": filters,
        "roles": ROLE_CHOICES,
        "form": form or NewMemberForm(initial={"roles": ["annotator"]}),
        "file_form": file_form or PeopleFileForm(),
        "faults": faults,
        "links": links,
        "mail": settings.MAIL_CONFIGURED,
    }
    return render(request, "workspace/people/index.html", context, status=status)


def _person(request: HttpRequest, member: Member, *, form: MemberForm, status: int) -> HttpResponse:
    standing: Standing = request.standing  # type: ignore[attr-defined]
    target = f"member:{member.pk}"
    context = {
        "member": member,
        "form": form,
        "pause": queries.pauses_of(standing.project).filter(kind="member", target=str(member.pk)).first(),
        "pause_form": PauseForm([(target, str(member))], initial={"what": target}),
        "may_link": settings.MAIL_CONFIGURED or invitations.may_hand_out(standing, member.user),
        "mail": settings.MAIL_CONFIGURED,
    }
    return render(request, "workspace/people/person.html", context, status=status)
