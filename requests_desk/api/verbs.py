"""What else can happen to a request: corrected, heard of again, merged, paused, acknowledged."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Strict
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import alerts
from requests_desk.tickets.services import climbing, corrections, cycles, items, merging, pauses
from requests_desk.tickets.services.cycles import Words

ACTED = answers({200: outputs.Acted}, *BODY, 404, 409)


def _asked(body: type[Strict], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class Correction(ApiView):
    @extend_schema(operation_id="tickets_correct", request=inputs.Correction, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Correct when a request was received; what counts from it moves, and the history keeps both times (P1)."""
        ticket = references.ticket(self.user, code, Right.BACKDATE)
        asked = _asked(inputs.Correction, request)
        corrected = corrections.correct(ticket, **asked, by=self.user, at=timezone.now())
        return Response(outputs.Acted(corrected).data)


class Messages(ApiView):
    @extend_schema(
        operation_id="messages_create",
        request=inputs.NewMessage,
        responses=answers({201: outputs.Heard}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """Keep what the requester said. After a delivered answer it opens a new cycle, or later a new request (P7)."""
        ticket = references.ticket(self.user, code, Right.LOG)
        asked, at = _asked(inputs.NewMessage, request), timezone.now()
        about, seen, text = asked.pop("about"), asked.pop("seen_seq"), asked.pop("text")
        if about == "not_to_the_point":
            taken = cycles.reopen(ticket, text, **asked, by=self.user, at=at, seen_seq=seen)
        else:
            words = Words(text, **asked, is_thanks=about == "thanks")
            taken = cycles.message_received(ticket, words, by=self.user, at=at, seen_seq=seen)
        return Response(outputs.Heard(taken).data, status=status.HTTP_201_CREATED)


class Thanks(ApiView):
    @extend_schema(operation_id="tickets_thanks", request=inputs.Act, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Annul the cycle that a mere thank-you opened; what was missed in it stays (P7)."""
        ticket = references.ticket(self.user, code, Right.LOG)
        asked = _asked(inputs.Act, request)
        return Response(outputs.Acted(cycles.mark_thanks(ticket, **asked, by=self.user, at=timezone.now())).data)


class Items(ApiView):
    @extend_schema(
        operation_id="tickets_items",
        request=inputs.Items,
        responses=answers({200: outputs.ItemsOut}, *BODY, 404, 409),
    )
    def post(self, request: Request, code: str) -> Response:
        """Tell the questions of a request apart anew, until a final reply speaks of them; none makes it one."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        changed = items.change(ticket, **_asked(inputs.Items, request), by=self.user, at=timezone.now())
        shown = {"items": items.current(changed), "seq": changed.ledger_seq}
        return Response(outputs.ItemsOut(shown).data)


class Merge(ApiView):
    @extend_schema(operation_id="tickets_merge", request=inputs.Merge, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Merge a request into another of the same requester, and answer with the one that lives on (P8)."""
        ticket = references.ticket(self.user, code, Right.MERGE)
        asked = _asked(inputs.Merge, request)
        survivor = _survivor(self, asked["into"])
        merged = merging.merge(survivor, ticket, reason=asked["reason"], by=self.user, at=timezone.now())
        return Response(outputs.Acted(merged).data)


def _survivor(view: ApiView, code: str) -> Ticket:
    try:
        # The same right on both: merging moves one story into the other.
        return access.get(view.user, code.strip().upper(), Right.MERGE)
    except Ticket.DoesNotExist:
        raise ValidationError({"into": [_("No request of yours has this code.")]}) from None


class Unmerge(ApiView):
    @extend_schema(operation_id="tickets_unmerge", request=inputs.Nothing, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Take a merge back within a day: each request has its own promise again (P8)."""
        ticket = references.ticket(self.user, code, Right.MERGE)
        _asked(inputs.Nothing, request)
        return Response(outputs.Acted(merging.unmerge(ticket, by=self.user, at=timezone.now())).data)


class Pause(ApiView):
    @extend_schema(
        operation_id="tickets_pause", request=inputs.Act, responses=answers({200: outputs.Paused}, *BODY, 404, 409)
    )
    def post(self, request: Request, code: str) -> Response:
        """Stop counting after a question that reached the requester, where the rules allow it (P9)."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        until_at = pauses.pause(ticket, **_asked(inputs.Act, request), by=self.user, at=timezone.now())
        ticket.refresh_from_db()
        shown = {name: getattr(ticket, name) for name in outputs.ACTED} | {"until_at": until_at}
        return Response(outputs.Paused(shown).data)


class Resume(ApiView):
    @extend_schema(operation_id="tickets_resume", request=inputs.Act, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Count on from now; it does so by itself once the requester answers (P9)."""
        ticket = references.ticket(self.user, code, Right.REPLY)
        pauses.end(ticket, **_asked(inputs.Act, request), by=self.user, at=timezone.now())
        ticket.refresh_from_db()
        return Response(outputs.Acted(ticket).data)


class Acknowledge(ApiView):
    @extend_schema(
        operation_id="alerts_acknowledge",
        request=inputs.Nothing,
        responses=answers({200: outputs.Acknowledged}, *BODY, 404),
    )
    def post(self, request: Request, code: str) -> Response:
        """Acknowledge what the alerts of a request ask of you, or of others where you may reply or lead (N2)."""
        ticket = references.ticket(self.user, code)
        _asked(inputs.Nothing, request)
        rows = alerts.within_reach(self.user, [alert.pk for alert in alerts.on_ticket(ticket)])
        climbing.acknowledge(rows, by=self.user, at=timezone.now())
        return Response(outputs.Acknowledged({"acknowledged": len(rows)}).data)
