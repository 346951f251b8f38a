"""Tell those who run the desk that a provider is away: once, by a way that still works (N7)."""

from __future__ import annotations

import logging
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications.outbox import Draft
from requests_desk.people.models import Agency, Membership, Role
from requests_desk.tickets.services import outbox
from requests_desk.tickets.services.recipients import Recipient, ways_to

log = logging.getLogger(__name__)
OTHER = {"email": "sms", "sms": "email"}
CAUSE = "outage"


def tell_outage(channel: str, *, at: datetime) -> None:
    """Tell each agency's administrators and its alarm address; what no other way can carry waits with the rest."""
    log.error("the provider of %s does not answer: its messages wait", channel)
    admins = Membership.objects.filter(role=Role.ADMIN, user__is_active=True).select_related("user", "agency")
    drafts = {}
    for admin in admins:
        # By the other channel: the one that is away cannot carry the news of that.
        for way in ways_to(admin.user, [OTHER[channel]])[:1]:
            draft = _draft(admin.agency, way, channel, at=at)
            drafts[draft.key] = draft
    if channel != "email":
        for agency in Agency.objects.exclude(alarm_email=""):
            way = Recipient(f"agency:{agency.pk}", agency.name, "vi", "email", agency.alarm_email)
            draft = _draft(agency, way, channel, at=at)
            drafts[draft.key] = draft
    outbox.post(list(drafts.values()), at=at)


def _draft(agency: Agency, way: Recipient, channel: str, *, at: datetime) -> Draft:
    context = {
        "agency": agency,
        "recipient_name": way.name,
        "language": way.language,
        "channel": channel,
        "at": at,
        "url": f"{settings.PUBLIC_BASE_URL}/desk/deliveries/",
    }
    with translation.override(way.language), timezone.override(ZoneInfo(agency.timezone)):
        is_mail = way.channel == "email"
        folder = f"{'mail' if is_mail else 'sms'}/{way.language}"
        text = render_to_string(f"{folder}/outage.txt", context).strip()
        title = render_to_string(f"{folder}/outage.subject.txt", context).strip() if is_mail else ""
        html = render_to_string("mail/letter.html", context | {"subject": title, "text": text}) if is_mail else ""
    return Draft(
        key=f"outage:{channel}:{int(at.timestamp())}:{way.key}:{way.channel}",
        owner=f"agency:{agency.pk}",
        subject=f"provider:{channel}",
        cause=CAUSE,
        channel=way.channel,
        recipient=way.key,
        destination=way.destination,
        title=title,
        text=text,
        html=html,
        language=way.language,
    )
