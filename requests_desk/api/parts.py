"""Parts of a request: split off as one of their own (P8), or asked of cooperating units."""

from __future__ import annotations

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Instant, Reference, Text
from requests_desk.api.sorting import ReasonIn
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import AskedPart
from requests_desk.tickets.services import cooperation, parting
from requests_desk.tickets.words import PartState


class SplitIn(inputs.Act):
    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=inputs.LARGEST_NUMBER),
        max_length=inputs.MOST_NUMBERS,
        default=list,
        help_text="Numbers of the questions that leave; or else `text`.",
    )
    text = Text(required=False, allow_blank=True, default="", help_text="Words that stand in the request so.")
    files = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=inputs.LARGEST_ID),
        max_length=inputs.MOST_NUMBERS,
        default=list,
        help_text="Ids of the requester's files that go with it; they stay with the whole too.",
    )
    unit = Reference(allow_null=True, default=None, help_text="Code or id of the unit that handles the part.")


class Split(ApiView):
    @extend_schema(
        operation_id="tickets_split",
        request=SplitIn,
        responses=answers({201: outputs.Acted}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """Make a request of a part of another, received at the same moment; the requester is told its code (P8)."""
        ticket = references.ticket(self.user, code, Right.MERGE)
        asked = SplitIn(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        unit = references.unit(told["unit"], [ticket.agency]) if told["unit"] else None
        part = parting.Part(tuple(told["items"]), told["text"], tuple(told["files"]))
        new = parting.split_off(ticket, part, unit=unit, by=self.user, at=timezone.now(), seen_seq=told["seen_seq"])
        return Response(outputs.Acted(new).data, status=status.HTTP_201_CREATED)


class AskIn(inputs.Act):
    unit = Reference(help_text="Code or id of the unit that is asked.")
    question = Text()
    due_at = Instant(help_text="Before the request itself is due.")


class DeliverIn(inputs.Act):
    text = Text()


class PartOut(outputs.Out):
    id = serializers.IntegerField()
    unit = serializers.CharField(source="unit.code")
    question = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=PartState.choices)
    asked_by = serializers.CharField(source="asked_by.username")
    asked_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)
    message = serializers.IntegerField(source="message_id", allow_null=True, help_text="The note it was delivered by.")
    return_reason = serializers.CharField()


class PartList(outputs.Out):
    results = PartOut(many=True)


DONE = answers({200: PartOut}, *BODY, 404, 409)


class Parts(ApiView):
    @extend_schema(operation_id="parts_list", responses=answers({200: PartList}, 404))
    def get(self, request: Request, code: str) -> Response:
        """List what other units were asked for, the latest first."""
        rows = references.ticket(self.user, code).parts.select_related("unit", "asked_by").order_by("-pk")
        return Response(PartList({"results": rows}).data)

    @extend_schema(operation_id="parts_create", request=AskIn, responses=answers({201: PartOut}, *BODY, 404, 409))
    def post(self, request: Request, code: str) -> Response:
        """Ask another unit for its part by a date of its own; its people may read the request from now on."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        asked = AskIn(data=request.data)
        asked.is_valid(raise_exception=True)
        told = dict(asked.validated_data)
        unit = references.unit(told.pop("unit"), [ticket.agency])
        made = cooperation.ask(ticket, unit=unit, **told, by=self.user, at=timezone.now())
        return Response(PartOut(made).data, status=status.HTTP_201_CREATED)


class Deliver(ApiView):
    @extend_schema(operation_id="parts_deliver", request=DeliverIn, responses=DONE)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Give the lead unit what it asked of yours."""
        part = _part(self.user, code, pk, Right.NOTE)
        asked = DeliverIn(data=request.data)
        asked.is_valid(raise_exception=True)
        done = cooperation.deliver(part, **asked.validated_data, by=self.user, at=timezone.now())
        return Response(PartOut(done).data)


class GiveBack(ApiView):
    @extend_schema(operation_id="parts_return", request=ReasonIn, responses=DONE)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Return what your unit was asked for, with a reason."""
        part = _part(self.user, code, pk, Right.NOTE)
        asked = ReasonIn(data=request.data)
        asked.is_valid(raise_exception=True)
        done = cooperation.give_back(part, **asked.validated_data, by=self.user, at=timezone.now())
        return Response(PartOut(done).data)


class Withdraw(ApiView):
    @extend_schema(operation_id="parts_withdraw", request=inputs.Nothing, responses=DONE)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Say that a part is needed no more."""
        part = _part(self.user, code, pk, Right.REPLY)
        inputs.Nothing(data=request.data).is_valid(raise_exception=True)
        return Response(PartOut(cooperation.withdraw(part, by=self.user, at=timezone.now())).data)


def _part(user: User, code: str, pk: int, right: Right) -> AskedPart:
    ticket = references.ticket(user, code, right)
    found = ticket.parts.select_related("unit", "asked_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    # The ticket as its right was asked for, not read once more: the two could differ.
    found.ticket = ticket
    return found
