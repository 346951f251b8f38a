"""Which alerts still wait to be acknowledged: for one person, on one ticket, and behind one token (N2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from requests_desk.people.models import User
from requests_desk.tickets import access, alert_texts
from requests_desk.tickets.access import Right
from requests_desk.tickets.models import Alert, Ticket
from requests_desk.tickets.services.recipients import ALARM
from sla.models import Breach

LISTED = 50


def unheard(user: User) -> QuerySet[Alert]:
    """Return the alerts that ask a person to act, on tickets they may still see, the one due first on top."""
    rows = _unheard().filter(person=user, ticket__in=access.visible(user))
    return rows.select_related("ticket__unit", "ticket__officer", "milestone").order_by("due_at", "pk")


def on_ticket(ticket: Ticket) -> list[Alert]:
    """Return what of a ticket nobody acknowledged yet. One query."""
    return list(_unheard().filter(ticket=ticket).select_related("person").order_by("pk"))


def alarms(user: User) -> list[Alert]:
    """Return the last alert of each request that the alarm address or administrators alone could get (N3). One query.

    None of a request somebody else was told of since, or that somebody acknowledged.
    """
    rows = alarmed(user).select_related("ticket").order_by("ticket", "-pk")
    return list(rows.distinct("ticket")[:LISTED])


def alarmed(user: User) -> QuerySet[Alert]:
    """Return the alerts behind `alarms`, each request's own among them more than once."""
    # Somebody of the ladder was reached after all: the red bar would cry over nothing (N3).
    since = Alert.objects.filter(milestone=OuterRef("milestone"), told_at__gt=OuterRef("told_at")).exclude(level=ALARM)
    return _unheard().filter(level=ALARM, ticket__in=access.visible(user)).exclude(Exists(since))


def still_unheard(told: Iterable[Alert]) -> list[Alert]:
    """Return of these alerts those that nobody acknowledged, and that still ask for it."""
    return [
        one
        for one in told
        if one.needs_ack and not (one.acknowledged_at or one.milestone.met_at or one.milestone.ended_at)
    ]


def untold(user: User) -> list[Ticket]:
    """Return the requests a person may see with a missed deadline of which nobody was told. One query."""
    told = Alert.objects.filter(milestone=OuterRef("milestone"))
    missed = Breach.objects.filter(
        milestone__clock__ticket_clock__ticket=OuterRef("pk"),
        milestone__met_at__isnull=True,
        milestone__ended_at__isnull=True,
        voided_at__isnull=True,
    )
    rows = access.visible(user).filter(Exists(missed.exclude(Exists(told))), closed_at__isnull=True)
    return list(rows.order_by("next_due_at", "pk")[:LISTED])


def message_subjects(ticket: Ticket) -> list[str]:
    """Return what the outbox knows messages about a request by: its own key, and the digests that list it (N5)."""
    digests = Alert.objects.filter(ticket=ticket, digest__isnull=False).values_list("digest", flat=True)
    return [ticket.key, *(f"digest:{pk}" for pk in sorted(set(digests)))]


def by_message(told: Iterable[Alert]) -> dict[str, Alert]:
    """Return the alerts of a request by what `of_message` makes of the keys of their messages."""
    return {f"digest:{row.digest_id}:{row.recipient}" if row.digest_id else row.key: row for row in told}


def of_message(key: str) -> str:
    """Return the part of a message's key that names its alert, or its digest and reader (N7); "" of any other."""
    kind, *parts = key.split(":")
    return ":".join([kind, *parts[: {"alert": 5, "digest": 3}.get(kind, 0)]]) if kind in ("alert", "digest") else ""


def within_reach(user: User, pks: Collection[int]) -> list[Alert]:
    """Return of these alerts those a person may acknowledge: their own, and others' where they may reply or lead."""
    # Their own, while they may still see it: an alert from before the sealing opens nothing (P13).
    mine = Q(person=user, ticket__in=access.visible(user))
    others = Q(ticket__in=access.visible(user, Right.REPLY)) | Q(ticket__in=access.visible(user, Right.LEADERSHIP))
    return list(Alert.objects.filter(mine | others, pk__in=pks).select_related("milestone"))


def behind(secret: str) -> list[Alert]:
    """Return the alerts a token opens, none where it was not made here; each names its ticket by code alone."""
    row = alert_texts.row_of(secret)
    if row is None:
        return []
    rows = Alert.objects.filter(pk=row.pk) if isinstance(row, Alert) else Alert.objects.filter(digest=row)
    found = rows.select_related("ticket__agency", "milestone", "person").order_by("due_at", "pk")
    # Sealed since: behind the link in their mail whom the report is about finds nothing any more (P13).
    return [one for one in found if not one.ticket.sealed or not one.person or _may_see(one.person, one.ticket)]


def _may_see(person: User, ticket: Ticket) -> bool:
    return access.can(person, Right.READ, ticket)


def _unheard() -> QuerySet[Alert]:
    return Alert.objects.filter(
        needs_ack=True, acknowledged_at__isnull=True, milestone__met_at__isnull=True, milestone__ended_at__isnull=True
    )
