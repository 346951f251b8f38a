"""Who works here: added and invited, given and taken roles, handed over and let go."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from requests_desk.desk.pages import DeskRequest
from requests_desk.desk.people_forms import HandOverForm, NewPersonForm, PersonForm, RoleForm
from requests_desk.desk.settings_pages import settings_page, show
from requests_desk.desk.views.settings.presence import attempt
from requests_desk.people import identifiers, mail, queries, tasks
from requests_desk.people.models import Unit, User
from requests_desk.people.services import invitations, signing_in, staff
from requests_desk.tickets import access
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment, leaving

LINK = "invitation_link"


@settings_page
def people(request: DeskRequest) -> HttpResponse:
    """List everybody, with their roles; those who left stand last."""
    return show(request, "people.html", {"people": queries.staff(request.agency)})


@settings_page
def new(request: DeskRequest) -> HttpResponse:
    """Add somebody with a first role, and invite them."""
    form = NewPersonForm(request.POST if request.method == "POST" else None, agency=request.agency)
    at = timezone.now()
    if request.method == "POST" and attempt(form, lambda: _add(request, form, at)):
        person = User.objects.get(username=form.cleaned_data["username"])
        _invite(request, person, at=at)
        return redirect("settings:person", pk=person.pk)
    return show(request, "person_new.html", {"form": form}, status=422 if form.errors else 200)


@settings_page
def person(request: DeskRequest, pk: int) -> HttpResponse:
    """Show a person; a POST names its `action`."""
    found, at = _found(request, pk), timezone.now()
    # Who works elsewhere too is not ours alone: a new address here would open their desk there.
    own = staff.may_manage(request.user, found)
    action = request.POST.get("action", "")
    if action in WAYS_IN and own:
        WAYS_IN[action](request, found, at)
        return redirect("settings:person", pk=pk)
    known = {name: getattr(found, name) for name in staff.DETAILS}
    details = PersonForm(request.POST if action == "details" else None, initial=known)
    role = RoleForm(request.POST if action == "give" else None, agency=request.agency)
    done = action == "take" and _take(request, found, at)
    if action == "details" and own:
        done = attempt(details, lambda: staff.change(found, details=details.cleaned_data, by=request.user, at=at))
    elif action == "give":
        done = attempt(role, lambda: staff.give(found, request.agency, **role.cleaned_data, by=request.user, at=at))
    if done:
        messages.success(request, _("Saved."))
        return redirect("settings:person", pk=pk)
    context = {
        "person": found,
        "details": details,
        "role": role,
        "own": own,
        # Once: reloading the page, or the next person at this screen, does not find it again.
        "link": request.session.pop(f"{LINK}:{pk}", ""),
        "has_factor": signing_in.has_second_factor(found),
        "history": queries.history(found, request.agency)[:50],
    }
    return show(request, "person.html", context, status=422 if action else 200)


@settings_page
def leave(request: DeskRequest, pk: int) -> HttpResponse:
    """Show what lies on somebody's desk, hand it over with one reason, and let them go."""
    found, at = _found(request, pk), timezone.now()
    tickets = leaving.open_tickets(found, request.agency)
    mine = tickets.filter(pk__in=access.visible(request.user).values("pk")).order_by("code")
    form = HandOverForm(
        request.POST if request.POST.get("action") == "hand_over" else None, choices=_takers(request, found)
    )
    if request.POST.get("action") == "hand_over" and form.is_valid() and _handed(request, form, list(mine), at):
        return redirect("settings:person_leave", pk=pk)
    if request.POST.get("action") == "leave" and _gone(request, found, at):
        return redirect("settings:people")
    context = {"person": found, "tickets": mine, "hidden": tickets.count() - mine.count(), "form": form}
    return show(request, "person_leave.html", context, status=422 if request.method == "POST" else 200)


def _found(request: DeskRequest, pk: int) -> User:
    found = queries.staff(request.agency).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _add(request: DeskRequest, form: NewPersonForm, at: datetime) -> None:
    data = form.cleaned_data
    with transaction.atomic():  # nobody without a role is left behind by a form that does not fit
        user = staff.add(request.agency, username=data["username"], details=data, by=request.user, at=at)
        staff.give(user, request.agency, role=data["role"], unit=data["unit"], by=request.user, at=at)


def _invite(request: DeskRequest, person: User, at: datetime) -> None:
    """Send the invitation, or, where no mail can go, show its link once to whoever passes it on."""
    if person.email and mail.is_available():
        tasks.start(tasks.mail_invitation, user_id=person.pk, by_id=request.user.pk)
        messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": person.email})
        return
    request.session[f"{LINK}:{person.pk}"] = invitations.url(invitations.issue(person, by=request.user, at=at))


def _reset(request: DeskRequest, person: User, at: datetime) -> None:
    signing_in.reset_second_factor(person, by=request.user, at=at)
    messages.success(request, _("The second step is gone; they set up a new one at the next log-in."))


def _sign_out(request: DeskRequest, person: User, at: datetime) -> None:
    signing_in.sign_out_everywhere(person, by=request.user, at=at)
    messages.success(request, _("Signed out everywhere."))


WAYS_IN = {"invite": _invite, "reset": _reset, "sign_out": _sign_out}


def _take(request: DeskRequest, person: User, at: datetime) -> bool:
    chosen = identifiers.row_number(request.POST.get("membership", "")) or 0
    held = person.memberships.filter(agency=request.agency, pk=chosen).first()
    if held is None:
        return False
    try:
        staff.take(held, by=request.user, at=at)
    except staff.LastAdministrator:
        messages.error(request, _("This is the last administrator: give the role to somebody else first."))
        return False
    return True


def _takers(request: DeskRequest, leaver: User) -> list[tuple[str, str]]:
    """Return whom requests can be given to: each unit, and each of its people."""
    choices: list[tuple[str, str]] = []
    for unit in request.agency.units.order_by("name").prefetch_related("memberships__user"):
        choices.append((f"{unit.pk}:", str(unit)))
        people = {m.user for m in unit.memberships.all() if m.user.is_active and m.user_id != leaver.pk}
        able = [one for one in people if access.Right.REPLY in access.held(one)]
        choices += [(f"{unit.pk}:{one.pk}", f"{unit} · {one}") for one in sorted(able, key=str)]
    return choices


def _handed(request: DeskRequest, form: HandOverForm, tickets: list[Ticket], at: datetime) -> bool:
    unit_pk, _colon, user_pk = form.cleaned_data["to"].partition(":")
    unit = Unit.objects.get(pk=unit_pk, agency=request.agency)
    officer = User.objects.get(pk=user_pk) if user_pk else None
    reason = form.cleaned_data["reason"]
    try:
        assignment.assign_many(tickets, unit=unit, officer=officer, reason=reason, by=request.user, at=at)
    except assignment.NoneAssigned as error:
        form.add_error("to", "; ".join(f"{code}: {why}" for code, why in error.refused.items()))
        return False
    messages.success(request, _("Handed over."))
    return True


def _gone(request: DeskRequest, person: User, at: datetime) -> bool:
    try:
        leaving.leave(person, request.agency, by=request.user, at=at)
    except leaving.StillHolds:
        messages.error(request, _("Requests still lie on their desk: hand them over first."))
    except staff.LastAdministrator:
        messages.error(request, _("This is the last administrator: give the role to somebody else first."))
    else:
        messages.success(request, _("%(name)s works here no longer. What they did stays.") % {"name": person})
        return True
    return False
