"""One shape for every error: {code, detail, fields: {name: […]}}, in the language of the one who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

from requests_desk.tickets import access
from requests_desk.tickets.services import closing, incoming, intake, locking, refusing, reply_checks

# How a domain's name of a field reads in the body that was sent.
_TICKET_FIELDS = {name: f"requester.{name}" for name in ("name", "organisation", "tax_code", "email", "address")} | {
    "phones": "requester.phones",
    "submission": "Idempotency-Key",
}
_REPLY_FIELDS = {"call_outcome": "call.outcome", "spoke_to": "call.spoke_to", "said": "call.said"}


def ticket_field(name: str) -> str:
    """Return where in the body of a new ticket the domain's `name` stands."""
    return _TICKET_FIELDS.get(name, name)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the answer to an error that was foreseen; None lets any other be as loud as it is."""
    # Ours first: DRF would turn a domain's refusal into an error page of its own.
    if known := _domain(error):
        return known
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    if isinstance(error, ValidationError):
        response.data = _body("invalid", _("Some fields need correction."), _flat(error.detail))
    else:
        detail = response.data["detail"]
        response.data = _body(detail.code, str(detail))
    return response


def _domain(error: Exception) -> Response | None:
    """Translate what services and framework foresee; the message is theirs where they have one."""
    answer = None
    match error:
        case incoming.Refused():
            answer = _invalid({ticket_field(name): said for name, said in error.fields.items()})
        case reply_checks.Refused():
            answer = _invalid({_REPLY_FIELDS.get(name, name): said for name, said in error.fields.items()})
        case refusing.Refused():
            answer = _invalid(error.fields)
        case refusing.NotNow():
            answer = _conflict(error.code, error.detail)
        # 403 only for what the asker may see; everything else was 404 before it came here.
        case access.Denied():
            body = _body("permission_denied", str(error) or _("You may not do this."))
            answer = Response(body, status=status.HTTP_403_FORBIDDEN)
        # A program that repeats its key with another body has a fault: a quiet 200 would lose the second request.
        case intake.SubmissionReused():
            answer = _conflict("idempotency_key_reused", _("This key was used before with another request."))
        case closing.ReplyMissing():
            answer = _conflict(error.code, error.detail, needs=error.needs, **_by_item(error.items))
        case closing.AlreadyClosed():
            answer = _conflict("already_closed", _("This request has ended before."))
        case locking.ChangedMeanwhile():
            said = _("Somebody else acted on this request since you read it: read it again.")
            answer = _conflict("changed_meanwhile", said, seq=error.event.seq, kind=error.event.kind)
        case RequestDataTooBig():
            body = _body("too_large", _("The body is too large."))
            answer = Response(body, status=status.HTTP_413_REQUEST_ENTITY_TOO_LARGE)
    return answer


def _by_item(needs: dict[int, list[str]]) -> dict[str, Any]:
    """Return by the question's number what it needs, where the request asks several."""
    return {"items": [{"number": number, "needs": kinds} for number, kinds in needs.items()]} if needs else {}


def _invalid(fields: dict[str, list[str]]) -> Response:
    body = _body("invalid", _("Some fields need correction."), fields)
    return Response(body, status=status.HTTP_400_BAD_REQUEST)


def _conflict(code: str, detail: str, **more: Any) -> Response:
    return Response(_body(code, detail) | more, status=status.HTTP_409_CONFLICT)


def _body(code: str, detail: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"code": code, "detail": detail, "fields": fields or {}}


def _flat(detail: Any, name: str = "") -> dict[str, list[str]]:
    """Return nested problems by dotted names: `requester.phones.0`; those of the whole body as `body`."""
    if isinstance(detail, ErrorDetail):
        # It repeats what was sent; half a character has no UTF-8, and would break the answer that names it.
        return {_whole(name) or "body": [_whole(str(detail))]}
    pairs = detail.items() if isinstance(detail, Mapping) else (("", one) for one in detail)
    found: dict[str, list[str]] = {}
    for key, inner in pairs:
        inside = "" if key == "non_field_errors" else str(key)
        for where, said in _flat(inner, ".".join(part for part in (name, inside) if part)).items():
            found.setdefault(where, []).extend(said)
    return found


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
