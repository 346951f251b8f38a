"""Close a request to whom it is about, open it again, or propose that it is invalid (P13, P15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import set_rows, text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import Unit, User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import closing, sealing
from requests_desk.tickets.words import SEALED_KINDS, State


class SealForm(Seen):
    units = forms.ModelMultipleChoiceField(label=_("Units it is about"), queryset=Unit.objects.none(), required=False)
    people = forms.ModelMultipleChoiceField(label=_("People it is about"), queryset=User.objects.none(), required=False)

    def __init__(self, ticket: Ticket, data: Data | None = None) -> None:
        super().__init__(ticket, data, prefix_id="seal")
        set_rows(self, "units", ticket.agency.units.order_by("name"))
        set_rows(self, "people", people_of(ticket.agency_id))


class ReasonForm(Seen):
    reason = text_field(_("Reason"), rows=2, required=True)


def people_of(agency_id: int) -> Any:
    """Return who works in an agency, by name."""
    return User.objects.filter(memberships__agency=agency_id, is_active=True).distinct().order_by("full_name")


def _seal(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    sealing.seal(ticket, units=data["units"], people=data["people"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Sealed. Whom it is about sees nothing of it any more.")


def _unseal(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    sealing.unseal(ticket, reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("No longer sealed.")


def _propose_spam(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    closing.propose_spam(ticket, reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Proposed as invalid: a second person decides. The deadline runs on.")


SEAL = Verb(
    right=Right.SEAL,
    title=_("Seal: it is about our own people"),
    hint=_("Only the leadership sees a sealed request, and nobody it is about, not even among the leadership."),
    button=_("Seal the request"),
    form=SealForm,
    act=_seal,
)
UNSEAL = Verb(
    right=Right.UNSEAL,
    title=_("Open the seal"),
    hint=_("The desk sees the request again. The reason is kept as a note."),
    button=_("Open the seal"),
    form=lambda ticket, data: ReasonForm(ticket, data, prefix_id="unseal"),
    act=_unseal,
    # A report of harassment stays sealed whatever anybody decides: its kind says so (P12).
    fits=lambda ticket, rights: ticket.sealed and ticket.kind not in SEALED_KINDS,
)
PROPOSE_SPAM = Verb(
    right=Right.CLOSE,
    title=_("Propose as invalid"),
    hint=_("Advertising, a test, nonsense: once half its time is gone, one person proposes and another one ends it."),
    button=_("Propose as invalid"),
    form=lambda ticket, data: ReasonForm(ticket, data, prefix_id="spam"),
    act=_propose_spam,
    fits=lambda ticket, rights: ticket.state != State.CLOSED,
)
