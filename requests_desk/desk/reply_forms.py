"""The form of a reply: one for all four kinds, so that changing the kind loses nothing (P5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from requests_desk.desk import chosen_documents
from requests_desk.desk.chosen_documents import WithDocuments
from requests_desk.desk.forms import moment_field, set_choices, text_field
from requests_desk.people import identifiers
from requests_desk.people.models import User
from requests_desk.tickets import rules
from requests_desk.tickets.models import Draft, Item, Reply, Ticket
from requests_desk.tickets.moments import office_time
from requests_desk.tickets.services import items
from requests_desk.tickets.upload_forms import WithFiles
from requests_desk.tickets.words import ANSWERED_BY, CallOutcome, Reason, ReplyChannel, ReplyKind, SendAt

WAYS = [*ANSWERED_BY, (ReplyChannel.SMS.value, _("SMS, of progress only"))]
# How much of a question tells it from the others.
QUESTION_LENGTH = 120
# What one kind alone needs; a kind that does not passes it over, and it stays typed.
OF_SOME_KINDS = {name for needs in rules.REPLY_NEEDS.values() for name in needs}


class ReplyForm(WithDocuments, WithFiles):
    """A reply of any kind: what its kind needs, and the proof its channel needs; the rest is not looked at."""

    channel = forms.ChoiceField(label=_("Way of replying"), choices=WAYS)
    items = forms.TypedMultipleChoiceField(
        label=_("Questions this reply settles"),
        help_text=_("The deadline runs on until the last one is settled, or an interim reply says when."),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = forms.ChoiceField(label=_("Why not in full yet"), choices=[("", "—"), *Reason.choices], required=False)
    done = text_field(_("What was done"), rows=2)
    text = text_field(_("Text of the reply"), rows=6)
    promised_at = moment_field(_("Promised date of final reply"))
    contact = forms.CharField(label=_("Contact"), required=False)
    ground = forms.CharField(label=_("Legal ground"), required=False)
    receiving_body = forms.CharField(label=_("Receiving body"), required=False)
    call_outcome = forms.ChoiceField(label=_("Call"), choices=[("", "—"), *CallOutcome.choices], required=False)
    spoke_to = forms.CharField(label=_("Who answered"), required=False)
    said = text_field(_("What was said"), rows=2)
    document_number = forms.CharField(label=_("Number and symbol"), required=False)
    happened_at = moment_field(_("When it took place"), help_text=_("Empty means now."))
    send_at = forms.ChoiceField(label=_("When it goes"), choices=SendAt, required=False, widget=forms.RadioSelect)
    seen_seq = forms.IntegerField(widget=forms.HiddenInput, required=False)
    # The returned reply, or the draft, that this one takes the place of.
    draft = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, kind: str, asked: Sequence[Item] = (), opens_at: datetime | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, auto_id="id_reply_%s", **kwargs)
        self.kind = kind
        if opens_at:
            later = _("When the office opens, %(at)s") % {"at": office_time(opens_at)}
            set_choices(self, "send_at", [(SendAt.NOW.value, str(SendAt.NOW.label)), (SendAt.OPENING.value, later)])
        else:
            del self.fields["send_at"]  # the office is open: now it is
        set_choices(self, "items", [(str(item.number), _question(item)) for item in asked])
        if len(asked) < 2:  # there is none to choose
            del self.fields["items"]

    @property
    def in_grid(self) -> list[forms.BoundField]:
        """Return what is asked for, but for when it goes, and what a panel of its own asks."""
        return [field for field in self if field.name not in ("send_at", *chosen_documents.NAMES)]

    @property
    def kinds(self) -> list[tuple[str, bool]]:
        """Return the kinds a reply may be of, and which one this is."""
        return [(kind.value, kind == self.kind) for kind in ReplyKind]

    def clean(self) -> dict[str, Any]:
        """Pass over what this kind does not need, whatever stands there."""
        # Changing the kind must lose nothing typed and stumble over nothing it does not ask for (P5).
        foreign = OF_SOME_KINDS - set(rules.REPLY_NEEDS[self.kind])
        if self.kind == ReplyKind.INTERIM:  # it settles none
            foreign |= {"items"}
        for name in foreign:
            self.cleaned_data.pop(name, None)
            self._errors.pop(name, None)  # type: ignore[attr-defined]  # Django's own place for them
        return self.cleaned_data


def reply_form(
    ticket: Ticket,
    *,
    kind: str,
    by: User,
    asked: Sequence[Item],
    drafts: Sequence[Reply],
    opens_at: datetime | None,
    begun: Mapping[str, Draft],
    at: datetime,
) -> ReplyForm:
    """Return the form of a reply as its page opens: with what was begun, returned or taken back, else what is known."""
    # The latest: an earlier one was written anew since.
    returned = next((one for one in reversed(drafts) if kind in ("", one.kind)), None)
    typed = begun[place].data if (place := place_of(ticket)) in begun else {}
    first = _usual(ticket, asked, by=by, at=at)
    if returned:
        first |= _as_typed(returned)
    # Over the returned reply: what was begun is what its writer changed in it.
    first |= typed
    usual = ReplyKind.TRANSFER if ticket.kind in rules.HAND_OVER else ReplyKind.ANSWER
    wanted = [kind, str(typed.get("kind", "")), returned.kind if returned else "", usual]
    # The address first: who pressed "Interim reply" meant that, whatever lies begun.
    chosen = next(one for one in wanted if one in ReplyKind.values)
    return ReplyForm(kind=chosen, asked=asked, opens_at=opens_at, initial=first)


def place_of(ticket: Ticket) -> str:
    """Return where what is typed into the form of a ticket's reply is kept."""
    return f"reply:{ticket.code}"


def _usual(ticket: Ticket, asked: Sequence[Item], *, by: User, at: datetime) -> dict[str, Any]:
    tomorrow = timezone.localtime(at + timedelta(days=1)).replace(hour=17, minute=0)
    phone = identifiers.group_phone(by.phone or ticket.agency.hotline)
    ground, receiving_body = rules.HAND_OVER.get(ticket.kind, ("", ""))
    return {
        "channel": ReplyChannel.EMAIL if ticket.requester.email else ReplyChannel.CALL,
        "contact": ", ".join(part for part in (by.full_name, phone) if part),
        "seen_seq": ticket.ledger_seq,
        "promised_at": tomorrow,
        "send_at": SendAt.NOW,
        "items": items.unspoken(ticket, asked),
        "ground": ground,
        "receiving_body": receiving_body,
    }


def _question(item: Item) -> str:
    """Return a question as a box beside it names it."""
    line = " ".join(item.text.split())
    return f"{item.number}. {line if len(line) <= QUESTION_LENGTH else line[: QUESTION_LENGTH - 1] + '…'}"


def _as_typed(reply: Reply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in ReplyForm.base_fields if hasattr(reply, name)} | {"draft": reply.pk}
