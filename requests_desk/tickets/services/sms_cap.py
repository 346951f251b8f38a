"""How many SMS of this month an agency has left for alerts, and a warning before they run out (N8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from notifications import queries as sent
from notifications.outbox import Draft
from requests_desk.people.models import Agency, Membership, Role
from requests_desk.tickets import texts
from requests_desk.tickets.services.recipients import ways_to

CAUSE = "sms_cap"
WARN_AT = 80  # of a hundred


class SmsCaps:
    """What is spent and what is left at one moment, for the agencies that have a limit."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at
        self.used: dict[int, int] = {}

    def is_spent(self, agency: Agency) -> bool:
        """Tell whether alerts of an agency must go by other ways for the rest of the month."""
        return bool(agency.sms_monthly_cap) and self._used(agency) >= agency.sms_monthly_cap

    def spend(self, agency: Agency, drafts: Iterable[Draft]) -> list[Draft]:
        """Count the SMS among an agency's drafts. Return the warning that is due by now, the same one all month."""
        count = sum(draft.channel == "sms" for draft in drafts)
        if not agency.sms_monthly_cap or not count:
            return []
        self.used[agency.pk] = self._used(agency) + count
        is_close = self.used[agency.pk] * 100 >= agency.sms_monthly_cap * WARN_AT
        return self._warnings(agency) if is_close else []

    def _used(self, agency: Agency) -> int:
        if agency.pk not in self.used:
            # By the office's wall, as the provider's bill reads.
            start = self._local(agency).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            self.used[agency.pk] = sent.count_since(f"agency:{agency.pk}", channel="sms", since=start)
        return self.used[agency.pk]

    def _local(self, agency: Agency) -> datetime:
        return self.at.astimezone(ZoneInfo(agency.timezone))

    def _warnings(self, agency: Agency) -> list[Draft]:
        month = f"{self._local(agency):%Y-%m}"
        admins = Membership.objects.filter(agency=agency, role=Role.ADMIN, user__is_active=True).select_related("user")
        return [
            texts.draft(
                agency,
                way,
                "sms_cap",
                subject=f"agency:{agency.pk}",
                cause=CAUSE,
                key=f"sms-cap:{agency.pk}:{month}:{WARN_AT}:{way.key}:{way.channel}",
                used=self.used[agency.pk],
                cap=agency.sms_monthly_cap,
            )
            for admin in admins
            for way in ways_to(admin.user, ["email"])
            if way.channel == "email"
        ]
