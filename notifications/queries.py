"""What the faces read of the outbox."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count

from notifications.models import Notification


def for_subjects(subjects: Collection[str]) -> list[Notification]:
    """Return every notification about these subjects with its attempts (`tries`), the oldest first. Two queries."""
    return list(Notification.objects.filter(subject__in=subjects).prefetch_related("tries").order_by("id"))


def latest(
    owner: str,
    *,
    limit: int,
    before: int | None = None,
    channel: str = "",
    states: Sequence[str] = (),
    subject: str = "",
    destination: str = "",
) -> list[Notification]:
    """Return a page of the owner's notifications, the newest first; `before` is the last id of the page above."""
    rows = Notification.objects.filter(owner=owner)
    if subject:
        rows = rows.filter(subject=subject)
    if destination:
        rows = rows.filter(destination=destination)
    if before is not None:
        # By the id and not by an offset: new messages must not shift the pages behind.
        rows = rows.filter(pk__lt=before)
    if channel:
        rows = rows.filter(channel=channel)
    if states:
        rows = rows.filter(state__in=states)
    return list(rows.order_by("-id")[:limit])


def counts(owner: str) -> dict[str, int]:
    """Return how many notifications of the owner stand in each state, those of none at 0."""
    found = Notification.objects.filter(owner=owner).values_list("state").annotate(Count("id")).order_by()
    return dict.fromkeys(Notification.State.values, 0) | dict(found)


def count_since(owner: str, *, channel: str, since: datetime) -> int:
    """Return how many messages the owner wrote by a channel since then. One query."""
    return Notification.objects.filter(owner=owner, channel=channel, created_at__gte=since).count()


def by_message_ids(message_ids: Sequence[str], *, owner: str) -> list[Notification]:
    """Return the owner's mails that carry one of these Message-IDs, in the order asked. One query, none for nothing."""
    if not message_ids:
        return []
    rows = Notification.objects.filter(message_id__in=message_ids, owner=owner)
    # A mail names what it answers first: the nearest ancestor decides.
    order = {name: place for place, name in enumerate(message_ids)}
    found = rows.exclude(message_id="").defer("text", "html", "headers")
    return sorted(found, key=lambda row: order[row.message_id])


def count_to(destination: str, *, cause: str, since: datetime) -> int:
    """Return how many messages of a cause were written to a destination since then. One query."""
    return Notification.objects.filter(destination=destination, cause=cause, created_at__gte=since).count()
