"""A person's own pages: the invitation they come in by, their profile, their API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from workspace import invitations, people, queries, tokens
from workspace.access import found
from workspace.forms import AccountForm, InvitationForm, TokenForm
from workspace.models import ApiToken, User
from workspace.refusals import Invalid
from workspace.views.door import page


@sensitive_post_parameters()
@never_cache
@page("site.accept_invitation", methods=("GET", "HEAD", "POST"))
def invitation(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """Choose a name and a password by a one-time link, and be logged in."""
    person = invitations.whose(uid, token)
    form = InvitationForm(request.POST or None, initial={"name": person.name})
    if request.method == "POST" and form.is_valid():
        try:
            user = invitations.accept(
                uid,
                token,
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
                now=timezone.now(),
            )
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            login(request, user)
            return redirect("/")
    status = 422 if form.is_bound else 200
    return render(request, "workspace/invitation.html", {"form": form, "person": person}, status=status)


@page("account.change", methods=("GET", "HEAD", "POST"))
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone, theme; and the tokens beside them."""
    user: User = request.user  # type: ignore[assignment]
    names = ("name", "language", "time_zone", "theme")
    form = AccountForm(request.POST or None, initial={name: getattr(user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            people.change_account(user, now=timezone.now(), **form.cleaned_data)
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("profile")
    return _profile(request, form=form, status=422 if form.is_bound else 200)


@never_cache
@page("token.manage", methods=("POST",))
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token and show it, this once: the answer is the page itself, not a redirect that would forget it."""
    form = TokenForm(request.POST, prefix="token")
    if not form.is_valid():
        return _profile(request, token_form=form, status=422)
    _row, text = tokens.create_token(request.user, name=form.cleaned_data["name"])  # type: ignore[arg-type]
    return _profile(request, fresh_token=text, status=201)


@page("token.manage", methods=("POST",))
def end_token(request: HttpRequest, key: str) -> HttpResponse:
    """Revoke a token of one's own."""
    user: User = request.user  # type: ignore[assignment]
    token = found(ApiToken.objects.filter(user=user), key, noun="token")
    tokens.revoke_token(token, by=user, now=timezone.now())
    messages.success(request, _("The token is revoked; calls with it are refused from now on."))
    return redirect("profile")


def _profile(
    request: HttpRequest,
    *,
    form: AccountForm | None = None,
    token_form: TokenForm | None = None,
    fresh_token: str = "",
    status: int = 200,
) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    names = ("name", "language", "time_zone", "theme")
    context = {
        "form": form or AccountForm(initial={name: getattr(user, name) for name in names}),
        "token_form": token_form or TokenForm(prefix="token"),
        "tokens": queries.tokens_of(user),
        "fresh_token": fresh_token,
    }
    return render(request, "workspace/profile.html", context, status=status)
