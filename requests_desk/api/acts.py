"""What is done about a request: reply, close, assign, note."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.tickets.access import Right
from requests_desk.tickets.services import assignment, closing, replies
from requests_desk.tickets.words import ReplyState


class Replies(ApiView):
    @extend_schema(
        operation_id="replies_create",
        request=inputs.NewReply,
        responses=answers({201: outputs.ReplyCreated, 202: outputs.ReplyCreated}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """Send a reply by mail, or record one spoken, posted or handed over. It counts once it reached them (P3).

        202 and the state `submitted`: its kind needs a signature first (P5); `waiting`: it goes as the office
        opens. The deadline runs on.
        """
        ticket = references.ticket(self.user, code, Right.REPLY)
        asked = inputs.NewReply(data=request.data)
        asked.is_valid(raise_exception=True)
        reply = replies.send(
            ticket,
            asked.draft(ticket),
            by=self.user,
            at=timezone.now(),
            seen_seq=asked.validated_data["seen_seq"],
            send_at=asked.validated_data["send_at"],
        )
        is_sent = reply.state == ReplyState.SENT
        code_ = status.HTTP_201_CREATED if is_sent else status.HTTP_202_ACCEPTED
        return Response(outputs.ReplyCreated(reply).data, status=code_)


class Closing(ApiView):
    @extend_schema(
        operation_id="tickets_close",
        request=inputs.Close,
        responses=answers({200: outputs.Acted}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """End a request. 409 `reply_missing` names in `needs` what its ending still needs (P15)."""
        ticket = references.ticket(self.user, code, Right.CLOSE)
        asked = inputs.Close(data=request.data)
        asked.is_valid(raise_exception=True)
        closed = closing.close(ticket, **asked.validated_data, by=self.user, at=timezone.now())
        return Response(outputs.Acted(closed).data)


class Assignment(ApiView):
    @extend_schema(
        operation_id="tickets_assign",
        request=inputs.Assign,
        responses=answers({200: outputs.Acted}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """Hand a request to a unit and, if named, to an officer of it. The clock runs on."""
        ticket = references.ticket(self.user, code, Right.ASSIGN)
        asked = inputs.Assign(data=request.data)
        asked.is_valid(raise_exception=True)
        agencies, named = [ticket.agency], asked.validated_data["officer"]
        assigned = assignment.assign(
            ticket,
            unit=references.unit(asked.validated_data["unit"], agencies),
            officer=references.officer(named, agencies) if named else None,
            by=self.user,
            at=timezone.now(),
            seen_seq=asked.validated_data["seen_seq"],
        )
        return Response(outputs.Acted(assigned).data)


class Notes(ApiView):
    @extend_schema(
        operation_id="notes_create",
        request=inputs.NewNote,
        responses=answers({201: outputs.MessageOut}, *BODY, 404),
    )
    def post(self, request: Request, code: str) -> Response:
        """Leave a note that only the office reads."""
        ticket = references.ticket(self.user, code, Right.NOTE)
        asked = inputs.NewNote(data=request.data)
        asked.is_valid(raise_exception=True)
        note = assignment.note(ticket, asked.validated_data["text"], by=self.user, at=timezone.now())
        return Response(outputs.MessageOut(note).data, status=status.HTTP_201_CREATED)
