"""What this API answers. Codes and user names stand for units and people, as in the bodies it takes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.models import Notification
from requests_desk.api.fields import Built
from requests_desk.tickets.models import Attachment, Delivery, Reply
from requests_desk.tickets.queries.promise import Promise
from requests_desk.tickets.services.intake import Logged
from requests_desk.tickets.words import (
    CallOutcome,
    Channel,
    Ending,
    Entry,
    EventKind,
    Kind,
    Reason,
    ReplyChannel,
    ReplyKind,
    ReplyState,
    State,
)
from sla.models import BreachCause, MilestoneName

RULES = [("A", "consecutive hours"), ("B", "days off skipped"), ("W", "working time")]


class Out(Built):
    """An answer, or a part of one."""


def _code(source: str, **more: Any) -> serializers.CharField:
    return serializers.CharField(source=source, allow_null=True, **more)


class ReplyMissingItem(Out):
    number = serializers.IntegerField()
    needs = serializers.ListField(child=serializers.CharField())


class ErrorOut(Out):
    code = serializers.CharField()
    detail = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]  # the name is the wire's
        child=serializers.ListField(child=serializers.CharField())
    )
    needs = serializers.ListField(child=serializers.CharField(), required=False)
    items = ReplyMissingItem(many=True, required=False)
    seq = serializers.IntegerField(required=False)
    kind = serializers.CharField(required=False)


class WarningOut(Out):
    code = serializers.CharField()
    field = serializers.CharField()
    detail = serializers.CharField()


class PromiseOut(Out):
    rule = serializers.ChoiceField(choices=RULES)
    due_at = serializers.DateTimeField()
    due_a_at = serializers.DateTimeField()
    due_b_at = serializers.DateTimeField()
    next_due_at = serializers.DateTimeField(allow_null=True)


class CreatedOut(PromiseOut):
    code = serializers.CharField()
    lookup_code = serializers.CharField(allow_null=True)
    status_url = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    received_at = serializers.DateTimeField()
    logged_at = serializers.DateTimeField()
    warnings = WarningOut(many=True)


def created(logged: Logged, promise: Promise, warnings: list[dict[str, str]]) -> dict[str, Any]:
    """Return what CreatedOut shows; the two secrets are there only when the ticket is new."""
    # Sent again under its key it is the same request, but its secrets were shown once.
    path = f"s/{logged.link_token}/" if logged.link_token else "status/"
    names = ("code", "state", "received_at", "logged_at", "next_due_at")
    own = {name: getattr(logged.ticket, name) for name in names}
    return (
        own
        | promise._asdict()
        | {
            "lookup_code": logged.lookup_code or None,
            "status_url": f"{settings.PUBLIC_BASE_URL}/{path}",
            "warnings": warnings,
        }
    )


class RequesterBrief(Out):
    name = serializers.CharField()
    organisation = serializers.CharField()


class RequesterOut(RequesterBrief):
    tax_code = serializers.CharField()
    phones = serializers.ListField(child=serializers.CharField(), source="typed_phones")
    email = serializers.CharField()
    address = serializers.CharField()


class TicketBase(Out):
    code = serializers.CharField()
    agency = serializers.CharField(source="agency.code")
    kind = serializers.ChoiceField(choices=Kind.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    field = serializers.CharField()
    received_at = serializers.DateTimeField()
    logged_at = serializers.DateTimeField()
    wanted_by = serializers.DateTimeField(allow_null=True)
    external_deadline = serializers.DateTimeField(allow_null=True)
    external_number = serializers.CharField()
    unit = _code("unit.code")
    unit_name = _code("unit.name")
    officer = _code("officer.username")
    officer_name = _code("officer.full_name")
    state = serializers.ChoiceField(choices=State.choices)
    sealed = serializers.BooleanField()
    ending = serializers.ChoiceField(choices=Ending.choices, allow_blank=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(allow_null=True)


class TicketRow(TicketBase):
    summary = serializers.CharField()
    requester = RequesterBrief()
    open_milestone = serializers.ChoiceField(choices=MilestoneName.choices, allow_null=True)
    breach_count = serializers.IntegerField()


class PageOut(Out):
    next = serializers.CharField(allow_null=True)
    results = TicketRow(many=True)


class MilestoneOut(Out):
    name = serializers.ChoiceField(choices=MilestoneName.choices)
    number = serializers.IntegerField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    met_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end_reason = serializers.CharField()


class DeliveryOut(Out):
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    destination = serializers.CharField()
    state = serializers.SerializerMethodField()
    reached_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()

    def get_state(self, delivery: Delivery) -> str:
        """Return `waiting`, `reached` or `failed`."""
        # A bounce that came after the mail was accepted counts more (P4).
        return "failed" if delivery.failed_at else "reached" if delivery.reached_at else "waiting"


class ReplyOut(Out):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ReplyKind.choices)
    channel = serializers.ChoiceField(choices=ReplyChannel.choices)
    text = serializers.CharField()
    reason = serializers.ChoiceField(choices=Reason.choices, allow_blank=True)
    done = serializers.CharField()
    promised_at = serializers.DateTimeField(allow_null=True)
    contact = serializers.CharField()
    ground = serializers.CharField()
    receiving_body = serializers.CharField()
    document_number = serializers.CharField()
    call_outcome = serializers.ChoiceField(choices=CallOutcome.choices, allow_blank=True)
    spoke_to = serializers.CharField()
    said = serializers.CharField()
    happened_at = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField(source="author.username")
    created_at = serializers.DateTimeField()
    reached_at = serializers.DateTimeField(allow_null=True)
    approval = serializers.ChoiceField(choices=ReplyState.choices, source="state")
    return_reason = serializers.CharField()
    items = serializers.ListField(child=serializers.IntegerField())
    documents = serializers.ListField(child=serializers.IntegerField())
    signed_by = _code("signed_by.username")
    signed_at = serializers.DateTimeField(allow_null=True)
    deliveries = DeliveryOut(many=True, source="deliveries.all")


class ReplyCreated(ReplyOut):
    state = serializers.SerializerMethodField()
    next_due_at = serializers.DateTimeField(allow_null=True, source="ticket.next_due_at")
    seq = serializers.IntegerField(source="ticket.ledger_seq")

    @extend_schema_field(serializers.ChoiceField(choices=[*State.choices, *ReplyState.choices]))
    def get_state(self, reply: Reply) -> str:
        """Return where the request stands, or `submitted` while the reply waits for approval."""
        return str(reply.ticket.state if reply.state == ReplyState.SENT else reply.state)


class MessageOut(Out):
    id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=[("in", "in"), ("note", "note")])
    channel = serializers.CharField()
    text = serializers.CharField()
    author = _code("author.username")
    at = serializers.DateTimeField()


class FileOut(Out):
    id = serializers.IntegerField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    state = serializers.ChoiceField(choices=Attachment.State.choices)
    reason = serializers.CharField()
    message = serializers.IntegerField(source="message_id", allow_null=True)
    reply = serializers.IntegerField(source="reply_id", allow_null=True)
    is_signed = serializers.BooleanField()
    added_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, file: Attachment) -> str:
        """Return where its bytes are, for who may read the request."""
        assert file.ticket is not None  # noqa: S101  only what was attached is shown
        return f"{settings.PUBLIC_BASE_URL}/api/v1/tickets/{file.ticket.code}/files/{file.pk}/"


class ItemOut(Out):
    cycle = serializers.IntegerField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    result = serializers.ChoiceField(choices=ReplyKind.choices, allow_blank=True, help_text="Empty while it is open.")
    reply = serializers.IntegerField(source="settled_by_id", allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)


class ItemsOut(Out):
    items = ItemOut(many=True)
    seq = serializers.IntegerField()


class TicketOut(TicketBase, PromiseOut):
    text = serializers.CharField()
    entry = serializers.ChoiceField(choices=Entry.choices, allow_blank=True)
    arrival_number = serializers.CharField()
    received_reason = serializers.CharField()
    reply_by = serializers.CharField()
    language = serializers.CharField()
    logged_by = _code("logged_by.username")
    status_url = serializers.CharField()
    seq = serializers.IntegerField(source="ledger_seq")
    requester = RequesterOut()
    milestones = MilestoneOut(many=True)
    items = ItemOut(many=True)
    replies = ReplyOut(many=True)
    messages = MessageOut(many=True)
    files = FileOut(many=True)


class Acted(Out):
    """Where a request stands after it was assigned or closed."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=State.choices)
    unit = _code("unit.code")
    officer = _code("officer.username")
    ending = serializers.ChoiceField(choices=Ending.choices, allow_blank=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    next_due_at = serializers.DateTimeField(allow_null=True)
    seq = serializers.IntegerField(source="ledger_seq")


class Heard(Out):
    """Where a message of the requester landed, and what it opened."""

    opened = serializers.ChoiceField(choices=["", "cycle", "ticket"])
    message = serializers.IntegerField(source="message.pk", allow_null=True, default=None)
    code = serializers.CharField(source="ticket.code")
    state = serializers.ChoiceField(choices=State.choices, source="ticket.state")
    cycle = serializers.IntegerField(source="ticket.cycle")
    next_due_at = serializers.DateTimeField(allow_null=True, source="ticket.next_due_at")
    seq = serializers.IntegerField(source="ticket.ledger_seq")


ACTED = ("code", "state", "unit", "officer", "ending", "closed_at", "next_due_at", "ledger_seq")


class Paused(Acted):
    until_at = serializers.DateTimeField()


class Acknowledged(Out):
    acknowledged = serializers.IntegerField(help_text="How many alerts climb no further.")


class EventOut(Out):
    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    at = serializers.DateTimeField()
    actor = _code("actor.username")
    facts = serializers.DictField()
    hash = serializers.CharField()
    previous = serializers.CharField()


class AttemptOut(Out):
    number = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    result = serializers.CharField()
    detail = serializers.CharField()


class NotificationOut(Out):
    key = serializers.CharField()
    channel = serializers.CharField()
    cause = serializers.CharField()
    destination = serializers.CharField()
    state = serializers.ChoiceField(choices=Notification.State.choices)
    created_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    failed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    attempts = AttemptOut(many=True, source="tries.all")


class BreachOut(Out):
    milestone = serializers.ChoiceField(choices=MilestoneName.choices, source="milestone.name")
    due_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    cause = serializers.ChoiceField(choices=BreachCause.choices)
    void_reason = serializers.CharField()
