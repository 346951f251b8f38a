"""Merge a request into another of the same requester, take it back, or link the two (P8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import links, merging, refusing
from requests_desk.tickets.words import Ending, State


class MergeForm(forms.Form):
    into = forms.CharField(label=_("Code of the request it is merged into"), max_length=24)
    reason = text_field(_("Reason"), rows=2, required=True)


class LinkForm(forms.Form):
    to = forms.CharField(label=_("Code of the request it may be about the same as"), max_length=24)


def _form(ticket: Ticket, data: Data | None) -> MergeForm:
    return MergeForm(data, auto_id="id_merge_%s")


def _merge(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    survivor = _other(by, data["into"], Right.MERGE, field="into")
    merging.merge(survivor, ticket, reason=data["reason"], by=by, at=at)
    return _("Merged into %(code)s.") % {"code": survivor.code}


def _link(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    other = _other(by, data["to"], Right.READ, field="to")
    links.tie(ticket, other, by=by, at=at)
    return _("Linked to %(code)s. Each keeps its own deadline.") % {"code": other.code}


def _other(by: User, code: str, right: Right, *, field: str) -> Ticket:
    try:
        return access.get(by, identifiers.read_code(code), right)
    except Ticket.DoesNotExist:
        # The same words for one that is not there and one that is not theirs (P13).
        raise refusing.Refused({field: [str(_("No request of yours has this code."))]}) from None


def _unmerge(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    merging.unmerge(ticket, by=by, at=at)
    return _("The merge is taken back.")


MERGE = Verb(
    right=Right.MERGE,
    title=_("Merge into another request"),
    hint=_("Of the same requester only. The other one keeps the earlier time of receipt, both stories and every miss."),
    button=_("Merge"),
    form=_form,
    act=_merge,
    fits=lambda ticket, rights: ticket.state != State.CLOSED,
)
LINK = Verb(
    right=Right.LOG,
    title=_("Link to another request"),
    hint=_("Possibly about the same. Each keeps its own deadline."),
    button=_("Link"),
    form=lambda ticket, data: LinkForm(data, auto_id="id_link_%s"),
    act=_link,
)
UNMERGE = Verb(
    right=Right.MERGE,
    title=_("Take the merge back"),
    hint=_("Within a day, while the other request is open."),
    button=_("Take the merge back"),
    form=lambda ticket, data: Seen(ticket, data, prefix_id="unmerge"),
    act=_unmerge,
    fits=lambda ticket, rights: ticket.ending == Ending.MERGED,
)
