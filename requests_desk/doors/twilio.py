"""What Twilio reports of an SMS: signed, repeatable, in any order (N7, P3, P4)."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications import outbox
from notifications.channels.sms import validate_signature
from requests_desk.tickets.services import replies

log = logging.getLogger(__name__)


@csrf_exempt  # the signature proves who speaks
@require_POST
def status(request: HttpRequest) -> HttpResponse:
    """Take in what became of an SMS; what it means for a reply is settled in the same transaction."""
    # Built from the public address: behind a proxy the Host header is the caller's word.
    url = f"{settings.PUBLIC_BASE_URL}{request.get_full_path()}"
    if not validate_signature(url, request.POST, request.headers.get("X-Twilio-Signature")):
        return HttpResponse(status=403)
    error, at = request.POST.get("ErrorCode", "")[:8], timezone.now()
    # What it says and what follows for the reply: a crash between the two would leave an answer nobody counts.
    with transaction.atomic():
        outcome = outbox.callback(
            request.POST.get("MessageSid", ""),
            request.POST.get("MessageStatus", ""),
            at=at,
            reason=f"twilio_{error}" if error.isdigit() else "",
        )
        # Reports repeat and overtake each other; an error here would only make Twilio send it again.
        if outcome is None:
            log.info("a report of Twilio changed nothing: status=%s", request.POST.get("MessageStatus", "")[:16])
        else:
            replies.settle([outcome], at=at)
            outbox.mark_settled([outcome], at=at)
    return HttpResponse(status=204)
