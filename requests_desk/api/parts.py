"""Parts of a request: split off as one of their own (P8)."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Reference, Text
from requests_desk.tickets.access import Right
from requests_desk.tickets.services import parting


class SplitIn(inputs.Act):
    items = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=inputs.LARGEST_NUMBER),
        max_length=inputs.MOST_NUMBERS,
        default=list,
        help_text="Numbers of the questions that leave; or else `text`.",
    )
    text = Text(required=False, allow_blank=True, default="", help_text="Words that stand in the request so.")
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
        part = parting.Part(tuple(told["items"]), told["text"])
        new = parting.split_off(ticket, part, unit=unit, by=self.user, at=timezone.now(), seen_seq=told["seen_seq"])
        return Response(outputs.Acted(new).data, status=status.HTTP_201_CREATED)
