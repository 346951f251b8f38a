"""Correct the time of receipt on a request's page (P1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import moment_field, text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import corrections


class CorrectionForm(Seen):
    received_at = moment_field(_("Time of receipt"), required=True)
    reason = text_field(_("Reason"), rows=2, required=True)


def _form(ticket: Ticket, data: Data | None) -> CorrectionForm:
    return CorrectionForm(ticket, data, prefix_id="correct", received_at=ticket.received_at)


def _act(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    corrections.correct(ticket, **data, by=by, at=at)
    return _("The time of receipt is corrected; what is due moved with it.")


CORRECT = Verb(
    right=Right.BACKDATE,
    title=_("Correct the time of receipt"),
    hint=_("Deadlines are computed anew; the old time, the new one and the reason stay in the history."),
    button=_("Correct"),
    form=_form,
    act=_act,
)
