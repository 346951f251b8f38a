"""Approve a reply on a request's page, return it, or log that a signed one went (P5)."""

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
from requests_desk.tickets.models import Reply, Ticket
from requests_desk.tickets.services import approval, refusing, signing
from requests_desk.tickets.services.replies import Draft
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import ReplyState


class OneReply(Seen):
    """A form about one reply of the request: the oldest in this state unless it names another."""

    reply = forms.ModelChoiceField(queryset=Reply.objects.none(), widget=forms.HiddenInput)
    state = ReplyState.SUBMITTED

    def __init__(self, ticket: Ticket, data: Data | None, *, prefix_id: str) -> None:
        rows = Reply.objects.filter(ticket=ticket, state=self.state).select_related("ticket").order_by("pk")
        super().__init__(ticket, data, prefix_id=prefix_id, reply=rows.first() if data is None else None)
        field = self.fields["reply"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  declared so above
        field.queryset = rows


class ApproveForm(OneReply, WithFiles):
    number = forms.CharField(label=_("Number and symbol"), required=False, help_text=_("Of a letter."))


class ReturnForm(OneReply):
    reason = text_field(_("What to change"), rows=2, required=True)


class CarryOutForm(OneReply, WithFiles):
    state = ReplyState.APPROVED
    document_number = forms.CharField(label=_("Number and symbol"), required=False)
    spoke_to = forms.CharField(label=_("Who answered"), required=False)
    happened_at = moment_field(_("When it took place"), help_text=_("Empty means now."))


def _approve(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    signed = {"number": data["number"], "files": data["files"]}
    reply = approval.approve(data["reply"], **signed, by=by, at=at, seen_seq=data["seen_seq"], may_undo=True)
    is_gone = reply.state in (ReplyState.SENT, ReplyState.WAITING)
    return _("Approved; the reply is on its way.") if is_gone else _("Approved; it waits to be handed over or posted.")


def _return(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    approval.give_back(data["reply"], reason=data["reason"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Returned to its author.")


def _carry_out(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    reply: Reply = data["reply"]
    proof = {name: data[name] for name in ("document_number", "spoke_to", "happened_at")}
    draft = Draft(kind=reply.kind, channel=reply.channel, **proof)
    approval.carry_out(reply, draft, by=by, at=at, seen_seq=data["seen_seq"], files=data["files"])
    return _("The reply is recorded.")


def _take_back(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    approval.take_back(data["reply"], by=by, at=at, seen_seq=data["seen_seq"])
    return _("Taken back: change it in the form of its kind and submit it again.")


class UndoForm(Seen):
    """A form about one reply that waits to go."""

    reply = forms.IntegerField(widget=forms.HiddenInput)


def _undo(ticket: Ticket, data: dict[str, Any], by: User, at: datetime) -> Any:
    reply = ticket.replies.select_related("ticket").filter(pk=data["reply"]).first()
    if reply is None or reply.state != ReplyState.WAITING:
        raise refusing.NotNow("gone", str(_("Too late: the reply has gone.")))
    # Whatever else happened to the request meanwhile, what did not go may be taken back.
    taken = approval.take_back(reply, by=by, at=at)
    if taken.state == ReplyState.SUBMITTED:
        return _("Taken back, nothing was sent: it waits for the signature again.")
    return _("Taken back, nothing was sent: it stands in the form again.")


def _may_sign(ticket: Ticket, rights: Collection[Right]) -> bool:
    return bool(ticket.waiting_for) and signing.SIGNS[ticket.waiting_for] in rights


APPROVE = Verb(
    right=Right.SIGN_UNIT,
    title=_("Approve the reply"),
    hint=_("Mail goes at once; a letter waits to be posted, a call to be made. Attach the document as it was signed."),
    button=_("Approve"),
    form=lambda ticket, data: ApproveForm(ticket, data, prefix_id="approve"),
    act=_approve,
    fits=_may_sign,
)
RETURN = Verb(
    right=Right.SIGN_UNIT,
    title=_("Return for revision"),
    hint="",
    button=_("Return for revision"),
    form=lambda ticket, data: ReturnForm(ticket, data, prefix_id="return"),
    act=_return,
    fits=_may_sign,
)
CARRY_OUT = Verb(
    right=Right.REPLY,
    title=_("Log that the approved reply went"),
    hint=_("For a letter its number and the signed document, for a call who answered; one nobody took is a reply."),
    button=_("Save"),
    form=lambda ticket, data: CarryOutForm(ticket, data, prefix_id="carry_out"),
    act=_carry_out,
    fits=lambda ticket, rights: any(one.state == ReplyState.APPROVED for one in ticket.replies.all()),
)
UNDO = Verb(
    right=Right.REPLY,
    title=_("Take back what waits to go"),
    hint="",
    button=_("Undo"),
    form=lambda ticket, data: UndoForm(ticket, data, prefix_id="undo"),
    act=_undo,
    fits=lambda ticket, rights: False,  # its button stands at the top of the page
)
TAKE_BACK = Verb(
    right=Right.REPLY,
    title=_("Take the submitted reply back"),
    hint=_("To write it anew before it is signed."),
    button=_("Take it back"),
    form=lambda ticket, data: OneReply(ticket, data, prefix_id="take_back"),
    act=_take_back,
    fits=lambda ticket, rights: bool(ticket.waiting_for),
)
