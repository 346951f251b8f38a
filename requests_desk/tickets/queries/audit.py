"""What must never be: promises the timer passed over, alerts without a message, leases nobody ends (design §6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

# As many as are counted: that it is not zero is what matters, and the question stays cheap.
COUNTED_TO = 1_000
LOOKED_BACK = 5_000
# A mailbox in IDLE is heard of every four minutes.
MAIL_LATE = timedelta(minutes=10)

_FINDINGS = {
    # The sweep should have looked long ago.
    "due_without_event": "SELECT 1 FROM sla_milestone WHERE next_look_at < %(late)s",
    "breach_without_row": (
        "SELECT 1 FROM sla_milestone AS m JOIN sla_firing AS f ON f.milestone_id = m.id"
        " WHERE f.id > (SELECT COALESCE(max(id), 0) - %(back)s FROM sla_firing) AND f.fired_at >= m.due_at"
        " AND f.result = 'told' AND NOT EXISTS (SELECT FROM sla_breach AS b WHERE b.milestone_id = m.id)"
    ),
    # A rung was told, and no message about its ticket, nor a digest with it, was written in the same transaction.
    "event_without_notification": (
        "SELECT 1 FROM sla_firing AS f JOIN sla_milestone AS m ON m.id = f.milestone_id"
        " JOIN tickets_ticketclock AS l ON l.clock_id = m.clock_id"
        " WHERE f.id > (SELECT COALESCE(max(id), 0) - %(back)s FROM sla_firing) AND f.result = 'told'"
        " AND NOT EXISTS (SELECT FROM notifications_notification AS n"
        " WHERE n.subject = 'ticket:' || l.ticket_id AND n.created_at = f.fired_at)"
        " AND NOT EXISTS (SELECT FROM tickets_alert AS a JOIN notifications_notification AS n"
        " ON n.subject = 'digest:' || a.digest_id WHERE a.milestone_id = m.id AND a.told_at = f.fired_at)"
    ),
    # Nobody acknowledged it, and the next person was not told.
    "alert_not_climbed": "SELECT 1 FROM tickets_alert WHERE climb_at < %(late)s",
    "reply_not_gone": "SELECT 1 FROM tickets_reply WHERE state = 'waiting' AND goes_at < %(late)s",
    "notice_not_mailed": "SELECT 1 FROM tickets_notice WHERE mail_at < %(late)s",
    # Nobody takes the mails that are stored, or reads a mailbox: its process is gone, or its server.
    "mail_not_taken": "SELECT 1 FROM tickets_mail WHERE next_look_at < %(long_ago)s",
    "mailbox_silent": (
        "SELECT 1 FROM tickets_mailbox WHERE is_active AND host <> ''"
        " AND COALESCE(heard_at, take_from_at) < %(long_ago)s"
    ),
    "lease_too_long": "SELECT 1 FROM notifications_notification WHERE state = 'leased' AND leased_until < %(late)s",
    "sent_without_provider_id": (
        "SELECT 1 FROM notifications_notification WHERE channel = 'sms' AND state = 'sent' AND provider_id = ''"
    ),
    "outcome_unsettled": (
        "SELECT 1 FROM notifications_notification"
        " WHERE outcome_at IS NOT NULL AND settled_at IS NULL AND outcome_at < %(late)s"
    ),
}


def findings(*, at: datetime) -> dict[str, int]:
    """Return how many of each there are at `at`, counted to a cap; all zero when the timer and the senders are well."""
    patience = timedelta(seconds=max(60, 4 * settings.SWEEP_SECONDS))
    values: dict[str, datetime | int] = {"late": at - patience, "long_ago": at - MAIL_LATE}
    values |= {"back": LOOKED_BACK, "cap": COUNTED_TO}
    found = {}
    with connection.cursor() as cursor:
        for name, sql in _FINDINGS.items():
            cursor.execute(f"SELECT count(*) FROM ({sql} LIMIT %(cap)s) AS gap", values)  # noqa: S608  our own text
            found[name] = int(cursor.fetchone()[0])
    return found
