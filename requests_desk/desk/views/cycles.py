"""What the requester says after they asked: kept, or the start of a new cycle (P7)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import moment_field, text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import cycles
from requests_desk.tickets.services.cycles import Words
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import Channel, CycleReason, State

ABOUT = [
    ("more", _("Adds or asks something")),
    ("not_to_the_point", _("Not answered to the point")),
    ("thanks", _("A mere thank-you")),
]
SAID = {
    "": _("The message is kept with the request."),
    "cycle": _("Taken up again: a new deadline runs from when the message was received."),
    "ticket": _("More than 30 days after the answer: the message became the new request %(code)s."),
}


class MessageForm(WithFiles, Seen):
    about = forms.ChoiceField(label=_("What it does"), choices=ABOUT)
    channel = forms.ChoiceField(label=_("Channel of receipt"), choices=Channel)
    text = text_field(_("What they said"), rows=3, required=True)
    received_at = moment_field(_("Time of receipt"), help_text=_("Empty means now."))


def _message_form(ticket: Ticket, data: Data | None) -> MessageForm:
    return MessageForm(ticket, data, prefix_id="message", channel=Channel.HOTLINE)


def _message(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    about, text, seen = data["about"], data["text"], data["seen_seq"]
    if about == "not_to_the_point":
        came = {"channel": data["channel"], "received_at": data["received_at"]}
        taken = cycles.reopen(ticket, text, **came, by=by, at=at, seen_seq=seen, files=data["files"])
    else:
        words = Words(text, data["channel"], data["received_at"], is_thanks=about == "thanks", files=data["files"])
        taken = cycles.message_received(ticket, words, by=by, at=at, seen_seq=seen)
    return str(SAID[taken.opened]) % {"code": taken.ticket.code}


def _thanks(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    cycles.mark_thanks(ticket, by=by, at=at, seen_seq=data["seen_seq"])
    return _("The cycle is annulled; the request stands where it stood before.")


def _is_opened_by_message(ticket: Ticket, rights: Collection[Right]) -> bool:
    return (
        ticket.cycle > 1
        and ticket.state in (State.RECEIVED, State.ASSIGNED)
        and any(one.number == ticket.cycle and one.reason == CycleReason.MESSAGE for one in ticket.cycles.all())
    )


MESSAGE = Verb(
    right=Right.LOG,
    title=_("Message of the requester"),
    hint=_("After a delivered answer it starts a new cycle with its own deadline, unless it is a mere thank-you."),
    button=_("Keep the message"),
    form=_message_form,
    act=_message,
)
THANKS = Verb(
    right=Right.LOG,
    title=_("It was a mere thank-you"),
    hint=_("Ends the cycle that the message opened. What was missed in it stays."),
    button=_("Annul the cycle"),
    form=lambda ticket, data: Seen(ticket, data, prefix_id="thanks"),
    act=_thanks,
    fits=_is_opened_by_message,
)
