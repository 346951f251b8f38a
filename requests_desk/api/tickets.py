"""Requests: log one, list them, read one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.errors import ticket_field
from requests_desk.api.inputs import ListQuery, NewTicket
from requests_desk.people.models import User
from requests_desk.tickets import access
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import desk, promise, record
from requests_desk.tickets.queries.filters import Filters
from requests_desk.tickets.services import intake

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Up to 100 characters. The same key with the same body answers 200 with the ticket it made.",
)
_OWN = [field.name for field in Ticket._meta.concrete_fields]


class Tickets(ApiView):
    @extend_schema(operation_id="tickets_list", parameters=[ListQuery], responses=answers({200: outputs.PageOut}, 400))
    def get(self, request: Request) -> Response:
        """List the requests you may see, what is due next first; without a state only open ones."""
        asked = ListQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        try:
            page = desk.page(
                self.user,
                _filters(self.user, values),
                cursor=_cursor(values["cursor"]),
                limit=values["limit"],
            )
        except desk.BadCursor as error:
            raise ValidationError({"cursor": [_("This list gave out no such cursor.")]}) from error
        return Response(outputs.PageOut({"next": _next(request, page.next), "results": page.rows}).data)

    @extend_schema(
        operation_id="tickets_create",
        parameters=[KEY],
        request=NewTicket,
        responses=answers({201: outputs.CreatedOut, 200: outputs.CreatedOut}, *BODY, 409),
    )
    def post(self, request: Request) -> Response:
        """Log a request. `lookup_code` and the secret link in `status_url` are shown this once."""
        references.agency_to_log_in(self.user, "")  # who may not log at all is told so before any field
        asked = NewTicket(data=request.data)
        asked.is_valid(raise_exception=True)
        reference = asked.validated_data["unit"]
        agency = references.agency_to_log_in(self.user, asked.validated_data["agency"])
        unit = references.unit(reference, [agency]) if reference else None
        submission = request.headers.get("Idempotency-Key", "")
        logged = intake.log(agency, asked.request(unit=unit, submission=submission), by=self.user, at=timezone.now())
        warnings = [odd._asdict() | {"field": ticket_field(odd.field)} for odd in logged.warnings]
        promised = promise.begun(logged.promise) if logged.promise else promise.of(logged.ticket)
        body = outputs.CreatedOut(outputs.created(logged, promised, warnings)).data
        return Response(body, status=status.HTTP_201_CREATED if logged.is_new else status.HTTP_200_OK)


class TicketDetail(ApiView):
    @extend_schema(operation_id="tickets_read", responses=answers({200: outputs.TicketOut}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Read one request: its promise, its milestones, what was asked, replied and noted."""
        ticket = references.ticket(self.user, code)
        kept = record.of(ticket)
        shown = {name: getattr(ticket, name) for name in _OWN} | kept.promise._asdict()
        shown |= {"replies": kept.replies, "messages": kept.messages, "files": kept.files, "items": kept.items}
        shown["requester"] = {**vars(ticket.requester), "typed_phones": kept.phones}
        shown["status_url"] = f"{settings.PUBLIC_BASE_URL}/status/"
        return Response(outputs.TicketOut(shown).data)


def _filters(user: User, values: dict[str, Any]) -> Filters:
    agencies = access.agencies(user)
    officer = values["officer"] and (
        user if values["officer"] == "me" else references.officer(values["officer"], agencies)
    )
    unit = values["unit"] and references.unit(values["unit"], agencies)
    return Filters(
        unit=unit.pk if unit else None,
        officer=officer.pk if officer else None,
        state=values["state"],
        channel=values["channel"],
        q=values["q"],
    )


def _cursor(given: str) -> str | None:
    """Return the cursor out of what `next` said, whole or in part."""
    try:
        return parse_qs(urlsplit(given).query).get("cursor", [given])[0] or None
    except ValueError:  # an address with half a bracket: no list gave out such a one
        return given


def _next(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return request.build_absolute_uri(f"{request.path}?{urlencode({**kept, 'cursor': cursor})}")
