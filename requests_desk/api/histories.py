"""What happened to a request: its ledger, its messages out, its missed deadlines."""

from __future__ import annotations

from django.http import Http404
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import queries as notifications
from requests_desk.api import outputs, references
from requests_desk.api.base import ApiView, answers
from requests_desk.tickets import downloads
from requests_desk.tickets.models import Attachment
from requests_desk.tickets.queries import alerts, record


class Events(ApiView):
    @extend_schema(operation_id="events_list", responses=answers({200: outputs.EventOut(many=True)}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Read the ledger, each line chained to the one before by its hash (P14)."""
        ticket = references.ticket(self.user, code)
        return Response(outputs.EventOut(record.events(ticket), many=True).data)


class Notifications(ApiView):
    @extend_schema(operation_id="notifications_list", responses=answers({200: outputs.NotificationOut(many=True)}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Read which messages went about a request, and each attempt at sending them (N7)."""
        ticket = references.ticket(self.user, code)
        return Response(
            outputs.NotificationOut(notifications.for_subjects(alerts.message_subjects(ticket)), many=True).data
        )


class File(ApiView):
    @extend_schema(
        operation_id="files_read",
        responses=answers({(200, "application/octet-stream"): OpenApiTypes.BINARY}, 404),
    )
    def get(self, request: Request, code: str, pk: int) -> HttpResponseBase:
        """Download a file of a request: never shown in place, whatever it holds."""
        ticket = references.ticket(self.user, code)
        try:
            # Through its request: the number of a file alone opens nothing (P13).
            return downloads.response(ticket.files.get(pk=pk))
        except Attachment.DoesNotExist as error:
            raise Http404 from error


class Breaches(ApiView):
    @extend_schema(operation_id="breaches_list", responses=answers({200: outputs.BreachOut(many=True)}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Read the missed milestones, void ones too (P6)."""
        ticket = references.ticket(self.user, code)
        return Response(outputs.BreachOut(record.breaches(ticket), many=True).data)
