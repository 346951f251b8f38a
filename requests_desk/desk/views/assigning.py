"""Put a request on the desk of a unit and of somebody in it, on its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import AssignForm
from requests_desk.desk.views.verb import Data, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import assignment


def _form(ticket: Ticket, data: Data | None) -> AssignForm:
    now = {"unit": ticket.unit_id, "officer": ticket.officer_id, "seen_seq": ticket.ledger_seq}
    return AssignForm(data, agency=ticket.agency, initial=now)


def _assign(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    assignment.assign(ticket, **data, by=by, at=at)
    return _("Assigned.")


ASSIGN = Verb(
    right=Right.ASSIGN,
    title=_("Assign"),
    hint="",
    button=_("Assign"),
    form=_form,
    act=_assign,
    stands_open=lambda ticket: ticket.unit_id is None,
)
