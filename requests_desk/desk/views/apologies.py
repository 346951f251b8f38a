"""Apologise for a late reply, on a request's page: written here, signed by a leader."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from requests_desk.desk import known
from requests_desk.desk.forms import text_field
from requests_desk.desk.views.verb import Data, Seen, Verb
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Apology, Ticket
from requests_desk.tickets.services import apologies
from requests_desk.tickets.words import ApologyState


class ApologyForm(Seen):
    text = text_field(_("Text of the apology"), rows=10, required=True, help_text=_("Fill in every gap."))


class OneApology(Seen):
    """A form about the apology that waits to be signed."""

    apology = forms.ModelChoiceField(queryset=Apology.objects.none(), widget=forms.HiddenInput)

    def __init__(self, ticket: Ticket, data: Data | None, *, prefix_id: str) -> None:
        rows = Apology.objects.filter(ticket=ticket, state=ApologyState.SUBMITTED).select_related("ticket")
        first = rows.first()
        super().__init__(ticket, data, prefix_id=prefix_id, apology=first)
        field = self.fields["apology"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
        field.queryset = rows
        self.shown = first.text if first else ""


class SignForm(OneApology):
    number = forms.CharField(
        label=_("Number and symbol"), required=False, help_text=_("Of the letter, where there is no e-mail address.")
    )


class GiveBackForm(OneApology):
    reason = text_field(_("What to change"), rows=2, required=True)


def _write(ticket: Ticket, data: Data | None) -> ApologyForm:
    first = {} if data is not None else {"text": apologies.drafted(ticket)}
    return ApologyForm(ticket, data, prefix_id="apology", **first)


def _submit(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    apologies.submit(ticket, data["text"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("The apology lies on the leadership's desk.")


def _sign(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    apologies.sign(data["apology"], number=data["number"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("The apology is signed and on its way.")


def _give_back(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    apologies.give_back(data["apology"], reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Returned to its author.")


def _waits(ticket: Ticket, rights: Collection[Right]) -> bool:
    return bool(ticket.waiting_for) and any(one.state == ApologyState.SUBMITTED for one in ticket.apologies.all())


SUBMIT = Verb(
    right=Right.REPLY,
    title=_("Apologise for the delay"),
    hint=_("A promise was broken. The leadership signs the apology; it is no reply and meets no deadline."),
    button=_("Submit to the leadership"),
    form=_write,
    act=_submit,
    fits=lambda ticket, rights: apologies.is_owed(ticket, missed=known.of(ticket, "missed")),
)
SIGN = Verb(
    right=Right.SIGN,
    title=_("Sign the apology"),
    hint=_("It goes by mail at once, or as a letter with its number."),
    button=_("Sign and send"),
    form=lambda ticket, data: SignForm(ticket, data, prefix_id="sign_apology"),
    act=_sign,
    fits=_waits,
)
GIVE_BACK = Verb(
    right=Right.SIGN,
    title=_("Return the apology for revision"),
    hint="",
    button=_("Return for revision"),
    form=lambda ticket, data: GiveBackForm(ticket, data, prefix_id="return_apology"),
    act=_give_back,
    fits=_waits,
)
