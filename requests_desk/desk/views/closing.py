"""End a request on its page (P15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import CloseForm
from requests_desk.desk.views.verb import Data, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import closing


def _form(ticket: Ticket, data: Data | None) -> CloseForm:
    return CloseForm(data, initial={"seen_seq": ticket.ledger_seq})


def _close(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    closing.close(ticket, data["ending"], note=data["note"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("The request is closed.")


CLOSE = Verb(
    right=Right.CLOSE,
    title=_("Close the request"),
    hint="",
    button=_("Close the request"),
    form=_form,
    act=_close,
)
