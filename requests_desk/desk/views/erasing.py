"""Carry out a wish to be forgotten: what can go goes, what must stay stays, and the page says which before."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import own_data
from requests_desk.tickets.services import data_rights
from requests_desk.tickets.words import Kind, State

FATES = {
    "whole": _("every word goes: its term is over"),
    "who": _("who asked goes; the record is kept for its term"),
    "open": _("stays: it is open, and is finished first"),
}


class ErasureForm(Seen):
    """Shows what would become of each request of whoever asks."""

    def __init__(self, ticket: Ticket, data: Data | None = None) -> None:
        super().__init__(ticket, data, prefix_id="erase")
        # Told before the button, since nothing of it can be taken back.
        rows = own_data.planned(ticket, at=timezone.now())
        lines = [f"{row.code}: {FATES[fate]}" for row, fate in rows]
        self.shown = "\n".join(lines) or gettext("No other request of this requester.")


def _carry_out(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    done = data_rights.carry_out(ticket, by=by, at=at)
    said = _("Forgotten whole: %(whole)s; who asked: %(who)s; kept: %(kept)s. Now answer: what was kept, and why.")
    return said % done._asdict()


def _is_asked(ticket: Ticket, rights: Collection[Right]) -> bool:
    return ticket.kind == Kind.PERSONAL_DATA and ticket.state != State.CLOSED


ERASE = Verb(
    right=Right.ERASE,
    title=_("Erase what is held about this requester"),
    hint=_("It cannot be taken back. To refuse, send a refusal with its ground instead."),
    button=_("Erase now"),
    form=ErasureForm,
    act=_carry_out,
    fits=_is_asked,
)
