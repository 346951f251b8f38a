"""Whom and what the codes of a body mean."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from requests_desk.people.models import Agency, Unit, User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Reply, Ticket


def ticket(user: User, code: str, right: Right = Right.READ) -> Ticket:
    """Return a ticket. Raises Http404 where it does not exist for this person, Denied where the right is missing."""
    rows = access.visible(user).select_related("agency", "unit", "officer", "requester", "logged_by")
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404
    if right not in access.rights_on(user, found):
        raise access.Denied
    return found


def reply(user: User, code: str, pk: int, right: Right) -> Reply:
    """Return a reply of a ticket. Raises as `ticket` does, and Http404 where the ticket has no such reply."""
    own = ticket(user, code, right)
    found = own.replies.select_related("author", "signed_by", "ticket").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def agency_to_log_in(user: User, code: str) -> Agency:
    """Return the agency a person logs for: the named one, else the first of theirs. Raises Denied."""
    agencies = access.agencies(user, Right.LOG)
    if not agencies:
        raise access.Denied(_("You may not log requests."))
    found = next((agency for agency in agencies if code in ("", agency.code)), None)
    if found is None:
        raise ValidationError({"agency": [_("You log for no agency with this code.")]})
    return found


def unit(reference: str, agencies: Iterable[Agency]) -> Unit:
    """Return the unit with this code or id in one of the agencies. Raises ValidationError naming `unit`."""
    found = list(Unit.objects.filter(_named("code", reference), agency__in=list(agencies)))
    # A code may look like another's id: what is called so wins.
    found = [one for one in found if one.code == reference] or found
    # Two departments may use one code; taking the first would hand a request to strangers.
    if len(found) != 1:
        raise ValidationError(
            {"unit": [_("Several units have this code: give the id.") if found else _("No such unit in this agency.")]}
        )
    return found[0]


def officer(reference: str, agencies: Iterable[Agency]) -> User:
    """Return who works in one of the agencies under this user name or id. Raises ValidationError naming `officer`."""
    people: QuerySet[User] = User.objects.filter(memberships__agency__in=list(agencies)).distinct()
    found = list(people.filter(_named("username", reference)))
    found = [one for one in found if one.username == reference] or found
    if not found:
        raise ValidationError({"officer": [_("Nobody here has this user name or id.")]})
    return found[0]


def _named(field: str, reference: str) -> Q:
    # Longer than any key the database would refuse it, with an error nobody foresaw.
    is_id = reference.isascii() and reference.isdigit() and len(reference) < 19
    return Q(**{field: reference}) | (Q(pk=int(reference)) if is_id else Q())
