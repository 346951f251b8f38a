"""SMS by Twilio. One whose fate is unknown is looked up in Twilio's own record before it is sent again (N7).

The Twilio library costs 50 MB, so it is imported by the first message and by no web page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings

from notifications.channels.base import Channel
from notifications.models import Notification
from notifications.results import Report, Result
from notifications.sms_text import e164, is_mobile

if TYPE_CHECKING:
    from notifications.channels.twilio_api import TwilioApi

HOOK = "/hooks/twilio/status/"
CLOCK_SLACK = timedelta(days=1)  # no clock of ours or theirs is off by more; an older message is not this one


class Sms(Channel):
    name = "sms"

    def is_configured(self) -> bool:
        """Tell whether account, token and sender are all given."""
        return all((settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM))

    def accepts(self, destination: str) -> bool:
        """Accept mobile numbers: a landline would swallow the text and cost the same."""
        return is_mobile(destination)

    @contextmanager
    def session(self) -> Iterator[TwilioApi]:
        """Share one HTTPS connection."""
        api = _api()
        try:
            yield api
        finally:
            api.close()

    def deliver(self, notification: Notification, session: TwilioApi) -> Result:
        """Hand one SMS to Twilio, which reports to `HOOK` what becomes of it."""
        if not self.accepts(notification.destination):
            return Result.permanent("bad_destination")
        return session.create(
            to=e164(notification.destination),
            body=notification.text,
            sender=settings.TWILIO_FROM,
            status_callback=settings.PUBLIC_BASE_URL + HOOK,
        )

    def reconcile(self, notification: Notification) -> Result | None:
        """Look the message up in Twilio's record by number, text and time; None when it is not there.

        Two messages may read alike: an id that another row already holds is not ours.
        """
        if not is_mobile(notification.destination):
            return None
        with self.session() as api:
            listed = api.messages_to(e164(notification.destination))
        if isinstance(listed, Result):
            return listed
        since = notification.created_at - CLOCK_SLACK
        same = [m for m in listed if m.body.strip() == notification.text.strip() and m.created_at >= since]
        ids = [m.sid for m in same]
        taken = set(
            Notification.objects.filter(channel=self.name, provider_id__in=ids).values_list("provider_id", flat=True)
        )
        free = [m for m in same if m.sid not in taken]
        # The oldest that fits: of two alike the earlier row asks first.
        return free[-1].result() if free else None

    def report(self, notification: Notification) -> Report | None:
        """Read one message in Twilio's record: its callback may never have come."""
        with self.session() as api:
            return api.report(notification.provider_id)


def _api() -> TwilioApi:
    from notifications.channels.twilio_api import TwilioApi

    return TwilioApi(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, base=settings.TWILIO_API_BASE)


def validate_signature(url: str, params: Mapping[str, Any], signature: str | None) -> bool:
    """Tell whether Twilio signed this request.

    `url` is the public address with its query, built from PUBLIC_BASE_URL: the Host header is the caller's word.
    """
    from twilio.request_validator import RequestValidator

    if not settings.TWILIO_AUTH_TOKEN:
        return False
    return bool(RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, params, signature or ""))
