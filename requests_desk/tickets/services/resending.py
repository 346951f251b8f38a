"""Send a message that had failed once more: a row of its own, with a key of its own, and a line in the history (N7)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from notifications import channels
from notifications.models import Notification
from notifications.outbox import Draft
from requests_desk.people.models import User
from requests_desk.tickets.models import Delivery, Ticket
from requests_desk.tickets.services import ledger, outbox

COPIED = "owner subject cause channel recipient destination title text html headers files".split()


class CannotResend(Exception):
    """It did not fail, its words are forgotten, or nothing can carry it now: the text says which."""


def resend(pk: int, *, by: User, at: datetime) -> Notification:
    """Send a failed message again and return the new one; asked twice, the first is returned. Raises CannotResend.

    The caller has asked `access` whether `by` may. A reply that arrives so meets what it can, as ever (P3).
    """
    with transaction.atomic():
        # Ticket first: whoever records an outcome of the old row would wait for it, and must not hold it meanwhile.
        subject = Notification.objects.values_list("subject", flat=True).get(pk=pk)
        ticket = Ticket.objects.select_for_update().get(pk=int(subject.removeprefix("ticket:")))
        failed = Notification.objects.get(pk=pk)
        _check(failed)
        draft = _again(failed)
        if earlier := Notification.objects.filter(key=draft.key).first():
            return earlier
        for delivery in Delivery.objects.filter(notification_key=failed.key):
            Delivery.objects.create(
                reply=delivery.reply,
                channel=delivery.channel,
                destination=delivery.destination,
                notification_key=draft.key,
            )
        outbox.post([draft], at=at)
        new = Notification.objects.get(key=draft.key)
        facts = {"notification": new.pk, "of": failed.pk, "channel": failed.channel}
        ledger.append([ledger.Line(ticket, "resent", facts)], actor=by, at=at)
    return new


def _check(failed: Notification) -> None:
    if failed.state != Notification.State.FAILED:
        raise CannotResend(_("This message has not failed."))
    if not failed.text:
        raise CannotResend(_("The words of this message are no longer kept: write a new one."))
    if channels.availability(failed.channel) == "unavailable":
        raise CannotResend(_("This channel is not set up: choose another way."))


def _again(failed: Notification) -> Draft:
    copied = {name: getattr(failed, name) for name in COPIED}
    return Draft(key=f"{failed.key}:again", language=failed.language, **copied)
