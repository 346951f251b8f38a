"""A request handed over to another unit, and the apology a broken promise is owed."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Reference, Strict, Text
from requests_desk.api.sorting import ReasonIn
from requests_desk.people.models import User
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Apology, Handover
from requests_desk.tickets.services import apologies, handovers
from requests_desk.tickets.words import ApologyState, HandoverState


class HandOverIn(inputs.Act):
    unit = Reference(help_text="Code or id of a unit of the agency.")
    reason = Text()


class HandoverOut(outputs.Out):
    id = serializers.IntegerField()
    from_unit = serializers.CharField(source="from_unit.code", allow_null=True)
    to_unit = serializers.CharField(source="to_unit.code")
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=HandoverState.choices)
    return_reason = serializers.CharField()
    settled_at = serializers.DateTimeField(allow_null=True)


class ApologyIn(inputs.Act):
    text = Text(help_text="Without a gap: who signs it reads it as it will be sent.")


class SignIn(inputs.Act):
    number = Text(required=False, allow_blank=True, default="", help_text="Of a letter, where no mail can carry it.")


class ApologyOut(outputs.Out):
    id = serializers.IntegerField()
    text = serializers.CharField()
    state = serializers.ChoiceField(choices=ApologyState.choices)
    author = serializers.CharField(source="author.username")
    created_at = serializers.DateTimeField()
    return_reason = serializers.CharField()
    signed_by = serializers.CharField(source="signed_by.username", allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    document_number = serializers.CharField()


class ApologyList(outputs.Out):
    results = ApologyOut(many=True)
    is_owed = serializers.BooleanField()
    draft = serializers.CharField(help_text="The words to begin with; its gaps are filled in first.")


HANDED = answers({200: HandoverOut}, *BODY, 404, 409)
SIGNED = answers({200: ApologyOut}, *BODY, 404, 409)


class HandOver(ApiView):
    @extend_schema(
        operation_id="tickets_hand_over", request=HandOverIn, responses=answers({201: HandoverOut}, *BODY, 404, 409)
    )
    def post(self, request: Request, code: str) -> Response:
        """Hand a request over to another unit, which accepts it or returns it; the clock runs on."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        asked = _asked(HandOverIn, request)
        unit = references.unit(asked.pop("unit"), [ticket.agency])
        made = handovers.offer(ticket, unit=unit, **asked, by=self.user, at=timezone.now())
        return Response(HandoverOut(made).data, status=status.HTTP_201_CREATED)


class Accept(ApiView):
    @extend_schema(operation_id="tickets_accept", request=inputs.Act, responses=HANDED)
    def post(self, request: Request, code: str) -> Response:
        """Accept the hand-over that waits for your unit; who handles requests there takes it onto their desk."""
        waiting = _waiting(self.user, code)
        done = handovers.accept(waiting, **_asked(inputs.Act, request), by=self.user, at=timezone.now())
        return Response(HandoverOut(done).data)


class GiveBack(ApiView):
    @extend_schema(operation_id="tickets_give_back", request=ReasonIn, responses=HANDED)
    def post(self, request: Request, code: str) -> Response:
        """Return the hand-over to the unit and officer it came from, with a reason."""
        waiting = _waiting(self.user, code)
        done = handovers.give_back(waiting, **_asked(ReasonIn, request), by=self.user, at=timezone.now())
        return Response(HandoverOut(done).data)


class Apologies(ApiView):
    @extend_schema(operation_id="apologies_list", responses=answers({200: ApologyList}, 404))
    def get(self, request: Request, code: str) -> Response:
        """List what was written to say sorry, the latest first, and the words to begin with where one is owed."""
        ticket = references.ticket(self.user, code)
        rows = ticket.apologies.select_related("author", "signed_by").order_by("-pk")
        is_owed = apologies.is_owed(ticket)
        draft = apologies.drafted(ticket) if is_owed else ""
        return Response(ApologyList({"results": rows, "is_owed": is_owed, "draft": draft}).data)

    @extend_schema(
        operation_id="apologies_create", request=ApologyIn, responses=answers({201: ApologyOut}, *BODY, 404, 409)
    )
    def post(self, request: Request, code: str) -> Response:
        """Lay an apology on the leadership's desk. It is no reply and meets no deadline."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        made = apologies.submit(ticket, **_asked(ApologyIn, request), by=self.user, at=timezone.now())
        return Response(ApologyOut(made).data, status=status.HTTP_201_CREATED)


class SignApology(ApiView):
    @extend_schema(operation_id="apologies_sign", request=SignIn, responses=SIGNED)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Sign an apology: it goes by mail at once, or as a letter with its number."""
        apology = _apology(self.user, code, pk)
        done = apologies.sign(apology, **_asked(SignIn, request), by=self.user, at=timezone.now())
        return Response(ApologyOut(done).data)


class ReturnApology(ApiView):
    @extend_schema(operation_id="apologies_return", request=ReasonIn, responses=SIGNED)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Return an apology to its author with what to change."""
        apology = _apology(self.user, code, pk)
        done = apologies.give_back(apology, **_asked(ReasonIn, request), by=self.user, at=timezone.now())
        return Response(ApologyOut(done).data)


def _asked(body: type[Strict], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _waiting(user: User, code: str) -> Handover:
    """Return the hand-over of a ticket that waits. Raises Http404 where none does."""
    waiting = handovers.pending(references.ticket(user, code, Right.REPLY))
    if waiting is None:
        raise Http404
    return waiting


def _apology(user: User, code: str, pk: int) -> Apology:
    # Signing and returning alike: only the desk it lies on decides.
    ticket = references.ticket(user, code, Right.SIGN)
    found = ticket.apologies.select_related("author", "signed_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
