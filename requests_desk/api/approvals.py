"""A reply on its way over the desks that sign it (*trình ký*, P5)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Strict
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Reply
from requests_desk.tickets.services import approval
from requests_desk.tickets.services.replies import Draft

REPLY = answers({200: outputs.ReplyCreated}, *BODY, 404, 409)


class Signing(ApiView):
    """What these have in common: a reply of a ticket, a body, and the reply again as it stands then."""

    def _given(self, code: str, pk: int, right: Right, body: type[Strict]) -> tuple[Reply, dict[str, Any]]:
        reply = references.reply(self.user, code, pk, right)
        asked = body(data=self.request.data)
        asked.is_valid(raise_exception=True)
        return reply, dict(asked.validated_data) | {"by": self.user, "at": timezone.now()}

    def _shown(self, reply: Reply) -> Response:
        # The act moved its clock: the answer tells the next deadline, not the one before.
        reply.ticket.refresh_from_db()
        return Response(outputs.ReplyCreated(reply).data)


class Approve(Signing):
    @extend_schema(operation_id="replies_approve", request=inputs.Approve, responses=REPLY)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Sign a submitted reply: mail goes at once, a letter waits to be posted, a call to be made."""
        reply, asked = self._given(code, pk, Right.SIGN_UNIT, inputs.Approve)
        return self._shown(approval.approve(reply, **asked))


class GiveBack(Signing):
    @extend_schema(operation_id="replies_return", request=inputs.GiveBack, responses=REPLY)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Return a submitted reply to its author with what to change."""
        reply, asked = self._given(code, pk, Right.SIGN_UNIT, inputs.GiveBack)
        return self._shown(approval.give_back(reply, **asked))


class TakeBack(Signing):
    @extend_schema(operation_id="replies_take_back", request=inputs.Act, responses=REPLY)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Take a submitted reply off the approver's desk: a draft again."""
        reply, asked = self._given(code, pk, Right.REPLY, inputs.Act)
        return self._shown(approval.take_back(reply, **asked))


class Submit(Signing):
    @extend_schema(operation_id="replies_submit", request=inputs.NewReply, responses=REPLY)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Submit a returned reply, or a draft, as the body words it now."""
        reply = references.reply(self.user, code, pk, Right.REPLY)
        asked = inputs.NewReply(data=request.data)
        asked.is_valid(raise_exception=True)
        seen, at = asked.validated_data["seen_seq"], timezone.now()
        draft = asked.draft(reply.ticket)
        how = {"seen_seq": seen, "send_at": asked.validated_data["send_at"]}
        return self._shown(approval.submit_again(reply, draft, by=self.user, at=at, **how))


class CarryOut(Signing):
    @extend_schema(operation_id="replies_carry_out", request=inputs.CarryOut, responses=REPLY)
    def post(self, request: Request, code: str, pk: int) -> Response:
        """Log that a signed reply was spoken, posted or handed over; its words stand as they were signed."""
        reply, asked = self._given(code, pk, Right.REPLY, inputs.CarryOut)
        proof = {name: asked.pop(name) for name in inputs.CarryOut.PROOF}
        return self._shown(approval.carry_out(reply, Draft(kind=reply.kind, channel=reply.channel, **proof), **asked))
