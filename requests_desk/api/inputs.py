"""The bodies this API takes, and what the domain gets of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rest_framework import serializers

from requests_desk.api.fields import Built, Instant, InstantOrDay, Reference, Strict, Text
from requests_desk.people.models import Unit
from requests_desk.tickets import splitting
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.services import reply_checks
from requests_desk.tickets.services.incoming import Asked, Request
from requests_desk.tickets.services.replies import Draft
from requests_desk.tickets.words import (
    ANSWERED_BY,
    CallOutcome,
    Channel,
    Ending,
    Entry,
    Kind,
    Priority,
    Reason,
    ReplyChannel,
    ReplyKind,
    SendAt,
    State,
)

LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
MOST_PHONES, PHONES_LENGTH = 20, 500
MOST_ROWS, USUAL_ROWS = 200, 50
LARGEST_SEQ = 2**31 - 1
LARGEST_NUMBER, MOST_NUMBERS = 2**15 - 1, 1000
LARGEST_ID, MOST_DOCUMENTS = 2**63 - 1, 50


def _text(**more: Any) -> Text:
    return Text(required=False, allow_blank=True, default="", **more)


class RequesterIn(Strict):
    name = _text()
    organisation = _text()
    tax_code = _text()
    phones = serializers.ListField(
        child=Text(max_length=PHONES_LENGTH, allow_blank=True),
        max_length=MOST_PHONES,
        default=list,
        help_text="As written; one may hold several numbers.",
    )
    email = _text()
    address = _text()


class NewTicket(Strict):
    channel = serializers.ChoiceField(choices=Channel.choices)
    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.INFORMATION)
    field = _text()
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL)
    text = Text(allow_blank=True)
    received_at = Instant(allow_null=True, default=None, help_text="Left out: this very moment.")
    received_reason = _text()
    wanted_by = Instant(allow_null=True, default=None)
    external_deadline = Instant(allow_null=True, default=None, help_text="What another body asks of us beside ours.")
    external_number = _text()
    entry = serializers.ChoiceField(
        choices=Entry.choices, allow_blank=True, default="", help_text="How it was taken down."
    )
    arrival_number = _text(help_text="The number of its arrival stamp.")
    arrived_date = serializers.DateField(
        allow_null=True, default=None, help_text="The day of a stamp that names no hour: that day's opening counts."
    )
    reply_by = serializers.ChoiceField(choices=ANSWERED_BY, allow_blank=True, default="")
    unit = Reference(allow_null=True, default=None, help_text="Code or id of a unit of the agency.")
    agency = _text(help_text="Code of the agency, for who logs for several.")
    language = serializers.ChoiceField(choices=LANGUAGES, default="vi")
    requester = RequesterIn(required=False)
    items = serializers.ListField(
        child=Text(allow_blank=True),
        max_length=splitting.MOST,
        allow_null=True,
        default=None,
        help_text="Its questions one by one. Left out: as they are numbered in the text; empty: it asks one thing.",
    )

    def request(self, *, unit: Unit | None, submission: str) -> Request:
        """Return what came in as the domain knows it."""
        values = dict(self.validated_data)
        asked = dict(values.pop("requester", {}))
        values |= {"unit": unit, "submission": submission}
        # Decided before: the domain gets the agency itself.
        del values["agency"]
        values["items"] = None if values["items"] is None else tuple(values["items"])
        return Request(**values, asked=Asked(**asked | {"phones": tuple(asked.get("phones", ()))}))


class Act(Strict):
    """A body that may say what its writer had read last."""

    seen_seq = serializers.IntegerField(min_value=0, max_value=LARGEST_SEQ, allow_null=True, default=None)


class CallIn(Strict):
    outcome = serializers.ChoiceField(choices=CallOutcome.choices)
    spoke_to = _text()
    at = Instant(allow_null=True, default=None)
    said = _text()


class NewReply(Act):
    kind = serializers.ChoiceField(choices=ReplyKind.choices)
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    text = _text()
    reason = serializers.ChoiceField(choices=Reason.choices, allow_blank=True, default="")
    done = _text()
    promised_at = InstantOrDay(allow_null=True, default=None, help_text="A day means its closing.")
    contact = _text()
    ground = _text()
    receiving_body = _text()
    document_number = _text()
    happened_at = Instant(allow_null=True, default=None)
    call = CallIn(required=False, allow_null=True, default=None)
    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER),
        max_length=MOST_NUMBERS,
        allow_null=True,
        default=None,
        help_text="Numbers of the questions it settles. Left out: every open one no reply on its way speaks of.",
    )
    documents = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_ID),
        max_length=MOST_DOCUMENTS,
        default=list,
        help_text="Published documents that go with it, by the number in their address.",
    )
    send_at = serializers.ChoiceField(
        choices=SendAt.choices, default=SendAt.NOW, help_text="Of a mail. `opening` is refused where that is after due."
    )

    def draft(self, ticket: Ticket) -> Draft:
        """Return the reply as the domain knows it."""
        values = dict(self.validated_data)
        del values["seen_seq"], values["send_at"]
        call = values.pop("call") or {}
        promised = values["promised_at"]
        if promised is not None and not isinstance(promised, datetime):
            # A day is its closing by the ticket's own calendar, which no program has to know (P5).
            values["promised_at"] = reply_checks.closing_of(ticket, promised)
        # A call says when it was; the field beside it is for letters and counters.
        values["happened_at"] = call.get("at") or values["happened_at"]
        values["items"] = None if values["items"] is None else tuple(values["items"])
        values["documents"] = tuple(dict.fromkeys(values["documents"]))
        said = {"call_outcome": call.get("outcome", ""), "spoke_to": call.get("spoke_to", "")}
        return Draft(**values, **said, said=call.get("said", ""))


class Items(Act):
    items = serializers.ListField(
        child=Text(allow_blank=True), max_length=splitting.MOST, help_text="Its questions; none: it asks one thing."
    )


class Close(Act):
    ending = serializers.ChoiceField(choices=Ending.choices)
    note = _text(help_text="The requester's own words when withdrawn, the reason when invalid.")


class Assign(Act):
    unit = Reference(help_text="Code or id of a unit of the agency.")
    officer = Reference(allow_null=True, default=None, help_text="User name or id.")


class NewNote(Strict):
    text = Text()


class Correction(Act):
    received_at = Instant()
    reason = Text()


class NewMessage(Act):
    text = Text()
    about = serializers.ChoiceField(
        choices=[(name, name) for name in ("more", "not_to_the_point", "thanks")],
        default="more",
        help_text="After a delivered answer, all but `thanks` take the request up again.",
    )
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.HOTLINE)
    received_at = Instant(allow_null=True, default=None, help_text="Left out: this very moment.")


class Merge(Strict):
    into = Text(max_length=24, help_text="Code of the request that lives on.")
    reason = Text()


class Nothing(Strict):
    """An empty body."""


class Approve(Act):
    number = _text(help_text="Number and symbol of a letter.")


class GiveBack(Act):
    reason = Text(help_text="What to change.")


class CarryOut(Act):
    PROOF = ("document_number", "spoke_to", "said", "happened_at")

    document_number = _text()
    spoke_to = _text()
    said = _text()
    happened_at = Instant(allow_null=True, default=None)


class ListQuery(Built):
    cursor = Text(required=False, allow_blank=True, default="", help_text="The cursor of `next`, or all of `next`.")
    unit = Reference(required=False, allow_null=True, default=None, help_text="Code or id.")
    officer = Reference(required=False, allow_null=True, default=None, help_text="User name or id; `me`.")
    state = serializers.ChoiceField(choices=State.choices, allow_blank=True, default="")
    channel = serializers.ChoiceField(choices=Channel.choices, allow_blank=True, default="")
    q = Text(required=False, allow_blank=True, default="", max_length=200)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=USUAL_ROWS)
