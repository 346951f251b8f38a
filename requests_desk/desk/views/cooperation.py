"""Ask other units for their part of a request, on its page; deliver a part or return it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk.forms import moment_field, set_rows, text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import Unit, User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import AskedPart, Ticket
from requests_desk.tickets.services import cooperation
from requests_desk.tickets.words import PartState, State


class AskForm(Seen):
    unit = forms.ModelChoiceField(label=_("Unit"), queryset=Unit.objects.none())
    question = text_field(_("What it is asked"), rows=3, required=True)
    due_at = moment_field(
        _("Its part is due"), required=True, help_text=_("Before the request itself is due: you still have to answer.")
    )

    def __init__(self, ticket: Ticket, data: Data | None) -> None:
        super().__init__(ticket, data, prefix_id="ask_part")
        set_rows(self, "unit", ticket.agency.units.exclude(pk=ticket.unit_id or 0).order_by("name"))


class OnePart(Seen):
    """A form about one part that waits."""

    part = forms.ModelChoiceField(queryset=AskedPart.objects.none(), widget=forms.HiddenInput)

    def __init__(self, ticket: Ticket, data: Data | None, *, prefix_id: str, **initial: Any) -> None:
        super().__init__(ticket, data, prefix_id=prefix_id, **initial)
        field = self.fields["part"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
        field.queryset = AskedPart.objects.filter(ticket=ticket).select_related("unit", "ticket")


class DeliverForm(OnePart):
    text = text_field(_("What your unit has to say"), rows=4, required=True)


class GiveBackForm(OnePart):
    reason = text_field(_("Why it is returned"), rows=2, required=True)


def shown(ticket: Ticket, asked: Iterable[AskedPart], reader: User, *, can_reply: bool) -> list[dict[str, Any]]:
    """Return the parts asked of other units, each with the forms its reader may use."""
    parts = []
    for part in asked:
        waits = part.state == PartState.ASKED and ticket.state != State.CLOSED
        row: dict[str, Any] = {"part": part, "waits": waits, "can_withdraw": waits and can_reply}
        if waits and cooperation.may_settle(reader, part):
            one = {"part": part.pk}
            row["deliver"] = DeliverForm(ticket, None, prefix_id=f"deliver_{part.pk}", **one)
            row["give_back"] = GiveBackForm(ticket, None, prefix_id=f"give_back_{part.pk}", **one)
        parts.append(row)
    return parts


def _ask(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    part = cooperation.ask(ticket, **data, by=by, at=at)
    return _("%(unit)s is asked for its part. The deadline of the request runs on.") % {"unit": part.unit}


def _deliver(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    cooperation.deliver(**data, by=by, at=at)
    return _("Delivered to the lead unit.")


def _give_back(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    cooperation.give_back(**data, by=by, at=at)
    return _("Returned to the lead unit.")


def _withdraw(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    cooperation.withdraw(data["part"], by=by, at=at)
    return _("The unit is no longer asked.")


ASK = Verb(
    right=Right.REPLY,
    title=_("Ask another unit for its part"),
    hint=_("The request stays yours. Its people may read it and write notes."),
    button=_("Ask the unit"),
    form=AskForm,
    act=_ask,
    fits=lambda ticket, rights: not ticket.sealed and ticket.state not in (State.REPLIED, State.CLOSED),
)


def _beside(right: Right, title: Any, button: Any, act: Any, form: type[OnePart], *, name: str) -> Verb:
    """Return a verb that stands beside the part it is about; as a panel it only comes back with what to change."""
    return Verb(
        right=right,
        title=title,
        hint="",
        button=button,
        form=lambda ticket, data: form(ticket, data, prefix_id=name),
        act=act,
        fits=lambda ticket, rights: False,
    )


DELIVER = _beside(
    Right.NOTE, _("Deliver the part of your unit"), _("Deliver"), _deliver, DeliverForm, name="deliver_part"
)
GIVE_BACK = _beside(
    Right.NOTE, _("Return what your unit is asked"), _("Return it"), _give_back, GiveBackForm, name="return_part"
)
WITHDRAW = _beside(
    Right.REPLY, _("No longer ask the unit"), _("No longer needed"), _withdraw, OnePart, name="withdraw_part"
)
