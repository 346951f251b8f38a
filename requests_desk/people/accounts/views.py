"""One's own account: who one is here, API tokens, where one is signed in; and accepting an invitation."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from requests_desk.people import identifiers, queries
from requests_desk.people.accounts.forms import InvitationForm, LanguageForm, TokenForm
from requests_desk.people.models import User
from requests_desk.people.services import invitations, tokens
from requests_desk.people.services.signing_in import has_second_factor


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: MemberRequest) -> HttpResponse:
    """Show who one is here and the ways to one's settings; a POST chooses the language of one's mails."""
    user = request.user
    form = LanguageForm(request.POST or None, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        user.language = form.cleaned_data["language"]
        user.save(update_fields=["language"])
        messages.success(request, _("Saved."))
        return redirect("account_home")
    context = {
        "form": form,
        "memberships": user.memberships.select_related("agency", "unit").order_by("agency", "role"),
        "has_factor": has_second_factor(user),
        "sessions": UserSession.objects.filter(user=user).count(),
        "tokens": queries.live_tokens(user, at=timezone.now()).count(),
    }
    return render(request, "account/home.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required(enabled=lambda request: request.method == "POST")  # type: ignore[untyped-decorator]
def personal_tokens(request: MemberRequest) -> HttpResponse:
    """List one's API tokens; a POST makes one, shown this once, or takes one back."""
    user, at = request.user, timezone.now()
    if pk := identifiers.row_number(request.POST.get("revoke", "")):
        tokens.revoke(user, pk, by=user, at=at)
        messages.success(request, _("The token opens nothing any more."))
        return redirect("account_tokens")
    form = TokenForm(request.POST if request.method == "POST" else None)
    # Shown on the answer itself, never after a redirect: it would have to be kept somewhere meanwhile.
    secret = ""
    if form.is_valid():
        lifetime = timedelta(days=int(form.cleaned_data["days"]))
        secret = tokens.issue(user, name=form.cleaned_data["name"], at=at, lifetime=lifetime)
        form = TokenForm()
    context = {"form": form, "secret": secret, "tokens": queries.live_tokens(user, at=at)}
    return render(request, "account/tokens.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: MemberRequest) -> HttpResponse:
    """List where one is signed in; a POST ends one of them, or all the others."""
    rows = sorted(UserSession.objects.purge_and_list(request.user), key=lambda row: row.created_at, reverse=True)
    # The session at hand ends by logging out: ended here, its owner would wonder what broke.
    others = [row for row in rows if not row.is_current()]
    if request.method == "POST":
        wanted = request.POST.get("end", "")
        for row in others:
            if wanted in ("others", str(row.pk)):
                row.end()
        messages.success(request, _("Signed out there."))
        return redirect("account_sessions")
    return render(request, "account/sessions.html", {"sessions": rows, "others": others})


@never_cache
@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever was invited choose a password; reading the page uses nothing up."""
    at = timezone.now()
    try:
        # Used up by the password alone: mail scanners open every link before its reader does.
        invited = invitations.behind(token, at=at).user
        form = InvitationForm(invited, request.POST if request.method == "POST" else None)
        if form.is_valid():
            invitations.accept(token, password=form.cleaned_data["password1"], at=at)
            # Not signed in by it: the log-in asks for the second factor as well.
            messages.success(request, _("Your password is set. Log in with it."))
            return redirect("account_login")
    except invitations.Refused:
        return render(request, "account/invitation_gone.html", status=404)
    context = {"form": form, "invited": invited}
    return render(request, "account/invitation.html", context, status=422 if form.errors else 200)


@login_required
def no_password(request: MemberRequest) -> HttpResponse:
    """Send away whoever signs in by single sign-on alone: no second way in is opened beside it."""
    messages.warning(request, _("You log in by single sign-on, so there is no password to change here."))
    return redirect("account_home")
