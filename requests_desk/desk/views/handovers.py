"""Hand a request over to another unit, on its page; accept one or return it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk import known
from requests_desk.desk.forms import set_choices, set_rows, text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import Unit, User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Handover, Ticket
from requests_desk.tickets.services import handovers
from requests_desk.tickets.words import HandoverState, State


class OfferForm(Seen):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    reason = text_field(_("Reason"), rows=2, required=True)

    def __init__(self, ticket: Ticket, data: Data | None) -> None:
        super().__init__(ticket, data, prefix_id="hand_over")
        set_rows(self, "unit", ticket.agency.units.exclude(pk=ticket.unit_id or 0).order_by("name"))
        units = known.of(ticket, "units")
        if units is not None:  # it stands on every page: they are not asked for again
            others = [(unit.pk, str(unit)) for unit in units if unit.pk != ticket.unit_id]
            set_choices(self, "unit", [("", "---------"), *others])


class OneHandover(Seen):
    """A form about the hand-over that waits; its reason is shown above it."""

    handover = forms.ModelChoiceField(queryset=Handover.objects.none(), widget=forms.HiddenInput)

    def __init__(self, ticket: Ticket, data: Data | None, *, prefix_id: str) -> None:
        waiting = handovers.pending(ticket)
        super().__init__(ticket, data, prefix_id=prefix_id, handover=waiting)
        field = self.fields["handover"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
        field.queryset = Handover.objects.filter(ticket=ticket, state=HandoverState.PENDING).select_related("ticket")
        self.shown = waiting.reason if waiting else ""


class ReturnForm(OneHandover):
    reason = text_field(_("Why it is returned"), rows=2, required=True)


def _offer(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    handovers.offer(ticket, unit=data["unit"], reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Handed over; the unit must accept it. The deadline runs on.")


def _accept(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    handovers.accept(data["handover"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Accepted.")


def _give_back(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    handovers.give_back(data["handover"], reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Returned to the unit it came from.")


def _waits(ticket: Ticket, rights: Collection[Right]) -> bool:
    may_wait = ticket.officer_id is None and ticket.unit_id is not None
    return may_wait and any(one.state == HandoverState.PENDING for one in ticket.handovers.all())


HAND_OVER = Verb(
    right=Right.REPLY,
    title=_("Hand over to another unit"),
    hint=_("The unit accepts it or returns it with a reason; until then it lies there. The deadline runs on."),
    button=_("Hand over"),
    form=OfferForm,
    act=_offer,
    fits=lambda ticket, rights: ticket.state != State.CLOSED and not _waits(ticket, rights),
    key="h",
)
ACCEPT = Verb(
    right=Right.REPLY,
    title=_("Accept the hand-over"),
    hint="",
    button=_("Accept"),
    form=lambda ticket, data: OneHandover(ticket, data, prefix_id="accept"),
    act=_accept,
    fits=_waits,
)
GIVE_BACK = Verb(
    right=Right.REPLY,
    title=_("Return the hand-over"),
    hint="",
    button=_("Return it"),
    form=lambda ticket, data: ReturnForm(ticket, data, prefix_id="give_back"),
    act=_give_back,
    fits=_waits,
)
