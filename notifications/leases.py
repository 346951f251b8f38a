"""Who holds which row of the outbox: claim, begin, take back, release, each one statement however many rows (N7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import Error, connection

from notifications.models import Notification

_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM notifications_notification
    WHERE channel = %(channel)s AND state IN ('pending', 'leased', 'uncertain') AND next_attempt_at <= %(at)s
    ORDER BY next_attempt_at, id LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
UPDATE notifications_notification AS n
SET state = 'leased', lease_owner = %(owner)s, leased_until = %(until)s, next_attempt_at = %(until)s
FROM due WHERE n.id = due.id
RETURNING n.*
"""


def claim(channel: str, *, at: datetime, limit: int, lease_seconds: int, owner: str) -> list[Notification]:
    """Lease up to `limit` due rows of the channel to `owner`, and those whose lease ran out; skip what others hold.

    A row with `began_at` was being sent when its last holder fell silent: a channel that must not repeat itself asks
    the provider first (`dispatch.send` does).
    """
    until = at + timedelta(seconds=lease_seconds)
    values = {"channel": channel, "at": at, "limit": limit, "owner": owner, "until": until}
    return sorted(Notification.objects.raw(_CLAIM, values), key=lambda n: n.pk)


LIFE = 1_145_393_995  # our corner of PostgreSQL's advisory locks
IN_DOUBT = timedelta(seconds=30)  # longer than any answer of a provider is waited for


@contextmanager
def alive(owner: str) -> Iterator[None]:
    """Show every other sender that `owner` lives: the database itself notices when its process is gone."""
    rows("SELECT pg_advisory_lock(%(life)s, hashtext(%(owner)s))::text", {"life": LIFE, "owner": owner})
    try:
        yield
    finally:
        with suppress(Error):  # a connection that broke has unlocked by its end
            rows("SELECT pg_advisory_unlock(%(life)s, hashtext(%(owner)s))", {"life": LIFE, "owner": owner})


_FREE = """
WITH orphan AS (
    SELECT n.id, CASE WHEN n.began_at IS NULL THEN %(at)s ELSE GREATEST(n.began_at + %(doubt)s, %(at)s) END AS free_at
    FROM notifications_notification AS n
    WHERE n.channel = %(channel)s AND n.state = 'leased' AND n.leased_until > %(at)s AND NOT EXISTS (
        SELECT FROM pg_locks AS l
        WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.classid = %(life)s
            AND l.objid = (hashtext(n.lease_owner)::bigint & 4294967295)::oid
            AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    )
    FOR UPDATE OF n SKIP LOCKED
)
UPDATE notifications_notification AS n SET leased_until = orphan.free_at, next_attempt_at = orphan.free_at
FROM orphan WHERE n.id = orphan.id AND orphan.free_at < n.leased_until
RETURNING n.id
"""


def free_orphans(channel: str, *, at: datetime) -> int:
    """End the leases of senders that are gone, long before they would end by themselves; return how many.

    What was never begun is due at once; what may be under way waits until its provider must have answered.
    """
    return len(rows(_FREE, {"channel": channel, "at": at, "doubt": IN_DOUBT, "life": LIFE}))


_BEGIN = """
WITH held AS (
    UPDATE notifications_notification AS n
    SET attempts = n.attempts + 1, began_at = %(at)s, leased_until = %(until)s, next_attempt_at = %(until)s
    FROM unnest(%(ids)s::bigint[], %(owners)s::text[], %(leases)s::timestamptz[]) AS mine (id, owner, lease)
    WHERE n.id = mine.id AND n.state = 'leased' AND n.lease_owner = mine.owner AND n.leased_until = mine.lease
        AND mine.lease > %(at)s
    RETURNING n.id, n.attempts
)
INSERT INTO notifications_attempt (notification_id, number, started_at, result, detail, outage, provider_id)
SELECT id, attempts, %(at)s, '', '', false, '' FROM held
RETURNING notification_id, number
"""


def begin(notifications: Sequence[Notification], *, at: datetime, lease_seconds: int) -> list[Notification]:
    """Open the next attempt of each, renew its lease and return those still held: the others must not be sent.

    One statement, and so one commit, however many there are.
    """
    until = at + timedelta(seconds=lease_seconds)
    # The lease is renewed with each handful: a slow batch must not be claimed by another sender half-way.
    values = _fence(notifications) | {"at": at, "until": until}
    # Committed before anything is sent: a sender killed in the middle leaves the doubt behind and not a clean row.
    numbers = dict(rows(_BEGIN, values)) if notifications else {}
    begun = [notification for notification in notifications if notification.pk in numbers]
    for notification in begun:
        notification.attempts, notification.began_at = numbers[notification.pk], at
        notification.leased_until = notification.next_attempt_at = until
    return begun


_TAKE_BACK = """
WITH mine AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(owners)s::text[], %(leases)s::timestamptz[]) AS mine (id, owner, lease)
), undone AS (
    DELETE FROM notifications_attempt AS a USING mine, notifications_notification AS n
    WHERE n.id = mine.id AND n.lease_owner = mine.owner AND n.leased_until = mine.lease
        AND a.notification_id = n.id AND a.number = n.attempts AND a.ended_at IS NULL
    RETURNING a.notification_id
)
UPDATE notifications_notification AS n SET attempts = n.attempts - 1, began_at = NULL
FROM undone WHERE n.id = undone.notification_id
RETURNING n.id
"""


def take_back(notifications: Sequence[Notification]) -> list[Notification]:
    """Undo the begin of those that surely never left: no attempt was made. Return those still held."""
    # The attempt goes as if it had never been: else the row would count as doubtful and wait for its provider.
    undone = {pk for (pk,) in rows(_TAKE_BACK, _fence(notifications))} if notifications else set()
    held = [notification for notification in notifications if notification.pk in undone]
    for notification in held:
        notification.attempts, notification.began_at = notification.attempts - 1, None
    return held


def _fence(notifications: Sequence[Notification]) -> dict[str, Any]:
    # Owner and end of lease together are the fence: whoever lost the lease can no longer move the row.
    return {
        "ids": [n.pk for n in notifications],
        "owners": [n.lease_owner for n in notifications],
        "leases": [n.leased_until for n in notifications],
    }


def rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement and return what it returns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def begin_attempt(notification: Notification, *, at: datetime, lease_seconds: int) -> bool:
    """Begin one; False when the lease was lost, and then nothing may be sent."""
    return bool(begin([notification], at=at, lease_seconds=lease_seconds))


_RELEASE = """
UPDATE notifications_notification AS n
SET state = 'pending', lease_owner = '', leased_until = NULL, next_attempt_at = %(at)s
FROM unnest(%(ids)s::bigint[], %(owners)s::text[], %(leases)s::timestamptz[]) AS mine (id, owner, lease)
WHERE n.id = mine.id AND n.state = 'leased' AND n.lease_owner = mine.owner AND n.leased_until = mine.lease
RETURNING n.id
"""


def release(notifications: Iterable[Notification], *, at: datetime) -> None:
    """Give back rows that were claimed and not begun; they are due again at `at`."""
    if held := list(notifications):
        rows(_RELEASE, _fence(held) | {"at": at})
