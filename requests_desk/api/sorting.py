"""What a request may be: suggested, sorted, sealed, linked, and proposed as invalid (P8, P12, P13, P15)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from requests_desk.api import inputs, outputs, references
from requests_desk.api.base import BODY, ApiView, answers
from requests_desk.api.fields import Reference, Strict, Text
from requests_desk.people import identifiers
from requests_desk.tickets import access
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Ticket
from requests_desk.tickets.queries import alike, triage
from requests_desk.tickets.services import closing, links, sealing, sorting
from requests_desk.tickets.words import Kind


class AlikeOut(outputs.Out):
    code = serializers.CharField(source="ticket.code")
    percent = serializers.IntegerField()
    reasons = serializers.ListField(child=serializers.CharField())
    merges = serializers.BooleanField(help_text="Whether `merge/` would take the two.")


class AlikeList(outputs.Out):
    results = AlikeOut(many=True)


class SuggestionOut(outputs.Out):
    kind = serializers.ChoiceField(choices=Kind.choices)
    kind_words = serializers.ListField(child=serializers.CharField())
    field = serializers.CharField(allow_blank=True)
    field_words = serializers.ListField(child=serializers.CharField())
    earlier = serializers.ListField(child=serializers.CharField(), help_text="Codes of earlier requests alike.")
    unit = serializers.CharField(allow_null=True)
    seal_words = serializers.ListField(child=serializers.CharField(), help_text="Sealing is offered for these.")
    seal_units = serializers.ListField(child=serializers.CharField())
    seal_people = serializers.ListField(child=serializers.CharField())
    advertising = serializers.ListField(child=serializers.CharField())


class SortIn(inputs.Act):
    kind = serializers.ChoiceField(choices=Kind.choices)
    field = Text(allow_blank=True, default="", max_length=64)
    unit = Reference(allow_null=True, default=None, help_text="Code or id of a unit of the agency.")
    officer = Reference(allow_null=True, default=None, help_text="User name or id.")


class SealIn(inputs.Act):
    units = serializers.ListField(child=Reference(), default=list, help_text="Codes or ids it is hidden from.")
    people = serializers.ListField(child=Reference(), default=list, help_text="User names or ids it is hidden from.")


class LinkIn(Strict):
    to = Text(max_length=24, help_text="Code of the request it may be about the same as.")


class ReasonIn(inputs.Act):
    reason = Text()


class SealedOut(outputs.Out):
    code = serializers.CharField()
    sealed = serializers.BooleanField()


ACTED = answers({200: outputs.Acted}, *BODY, 404, 409)


class Similar(ApiView):
    @extend_schema(operation_id="tickets_similar", responses=answers({200: AlikeList}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Return the requests that may be the same, the likeliest first, each with its reasons."""
        ticket = references.ticket(self.user, code)
        found = alike.of(ticket, self.user, at=timezone.now())
        return Response(AlikeList({"results": found}).data)


class Suggestion(ApiView):
    @extend_schema(operation_id="tickets_suggestion", responses=answers({200: SuggestionOut}, 404))
    def get(self, request: Request, code: str) -> Response:
        """Return what a request seems to be, and from which words and earlier requests."""
        row = triage.of(references.ticket(self.user, code), self.user)
        seems = row.suggestion
        shown = {
            "kind": seems.kind.value,
            "kind_words": seems.kind.words,
            "field": seems.field.value,
            "field_words": seems.field.words,
            "earlier": seems.field.earlier,
            "unit": row.unit.code if row.unit else None,
            "seal_words": seems.seal,
            "seal_units": [unit.code for unit in row.units],
            "seal_people": [person.username for person in row.people],
            "advertising": seems.advertising,
        }
        return Response(SuggestionOut(shown).data)


class Sort(ApiView):
    @extend_schema(operation_id="tickets_sort", request=SortIn, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Set kind and field and hand the request to a unit; what times it follows its kind (P12)."""
        ticket = references.ticket(self.user, code, Right.ASSIGN)
        asked, agencies = _asked(SortIn, request), [ticket.agency]
        what = sorting.Sorted(
            kind=asked["kind"],
            field=asked["field"],
            unit=references.unit(asked["unit"], agencies) if asked["unit"] else None,
            officer=references.officer(asked["officer"], agencies) if asked["officer"] else None,
        )
        done = sorting.sort(ticket, what, by=self.user, at=timezone.now(), seen_seq=asked["seen_seq"])
        return Response(outputs.Acted(done).data)


class Seal(ApiView):
    @extend_schema(operation_id="tickets_seal", request=SealIn, responses=answers({200: SealedOut}, *BODY, 404, 409))
    def post(self, request: Request, code: str) -> Response:
        """Seal a request from the units and people it is about: it may be gone for you as well (P13)."""
        ticket = references.ticket(self.user, code, Right.SEAL)
        asked, agencies = _asked(SealIn, request), [ticket.agency]
        units = [references.unit(one, agencies) for one in asked["units"]]
        people = [references.officer(one, agencies) for one in asked["people"]]
        done = sealing.seal(
            ticket, units=units, people=people, by=self.user, at=timezone.now(), seen_seq=asked["seen_seq"]
        )
        return Response(SealedOut(done).data)


class Unseal(ApiView):
    @extend_schema(
        operation_id="tickets_unseal", request=ReasonIn, responses=answers({200: SealedOut}, *BODY, 404, 409)
    )
    def post(self, request: Request, code: str) -> Response:
        """Open a seal: the leadership alone, with a reason (P13)."""
        ticket = references.ticket(self.user, code, Right.UNSEAL)
        done = sealing.unseal(ticket, **_asked(ReasonIn, request), by=self.user, at=timezone.now())
        return Response(SealedOut(done).data)


class Link(ApiView):
    @extend_schema(operation_id="tickets_link", request=LinkIn, responses=answers({200: outputs.Acted}, *BODY, 404))
    def post(self, request: Request, code: str) -> Response:
        """Link a request to another that may be about the same; each keeps its own deadline (P8)."""
        ticket = references.ticket(self.user, code, Right.LOG)
        asked = _asked(LinkIn, request)
        try:
            # Only what the asker may see: a link would tell that a sealed request is there (P13).
            other = access.get(self.user, identifiers.read_code(asked["to"]))
        except Ticket.DoesNotExist:
            raise ValidationError({"to": [_("No request of yours has this code.")]}) from None
        links.tie(ticket, other, by=self.user, at=timezone.now())
        ticket.refresh_from_db()
        return Response(outputs.Acted(ticket).data)


class ProposeSpam(ApiView):
    @extend_schema(operation_id="tickets_propose_spam", request=ReasonIn, responses=ACTED)
    def post(self, request: Request, code: str) -> Response:
        """Propose that a request is invalid: once half its time is gone, another person ends it (P15)."""
        ticket = references.ticket(self.user, code, Right.CLOSE)
        done = closing.propose_spam(ticket, **_asked(ReasonIn, request), by=self.user, at=timezone.now())
        return Response(outputs.Acted(done).data)


def _asked(body: type[Strict], request: Request) -> dict[str, Any]:
    asked = body(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)
