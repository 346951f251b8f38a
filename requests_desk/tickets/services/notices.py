"""Everyday notices: who is told of what under the bell and by mail, and what quiet hours gather into one mail (N4)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet

from notifications.outbox import Draft
from requests_desk.people.models import Membership, Role, Unit, User
from requests_desk.people.services.presence import Presence, quiet_until
from requests_desk.tickets import access, notice_texts
from requests_desk.tickets.models import Alert, Held, Notice, Reply, Ticket
from requests_desk.tickets.services import outbox, signing
from requests_desk.tickets.services.recipients import Directory, ways_to
from requests_desk.tickets.words import Desk, NoticeKind

log = logging.getLogger(__name__)

# The mail about likely spam waits so long for what comes with it.
HELD_GATHERS = timedelta(minutes=15)
AUTHOR, OFFICER, SIGNER, ASKED_UNIT = "author", "officer", "signer", "asked_unit"
SIGNERS = {Desk.UNIT_HEAD: Role.UNIT_HEAD, Desk.LEADER: Role.LEADER}


class Sort(NamedTuple):
    """Who is told: the first of these groups in which anybody is there; and whether by mail too."""

    whom: tuple[str, ...]
    by_mail: bool = True


_WHO_ANSWERS = (OFFICER, Role.UNIT_HEAD, Role.FRONT_DESK)
SORTS: dict[NoticeKind, Sort] = {
    NoticeKind.ASSIGNED: Sort((OFFICER, Role.UNIT_HEAD)),
    NoticeKind.UNIT_ASSIGNED: Sort((Role.UNIT_HEAD, Role.FRONT_DESK)),
    NoticeKind.HANDED_BACK: Sort((Role.UNIT_HEAD, Role.FRONT_DESK)),
    NoticeKind.MESSAGE: Sort(_WHO_ANSWERS),
    NoticeKind.REOPENED: Sort(_WHO_ANSWERS),
    NoticeKind.WITHDRAWN: Sort(_WHO_ANSWERS),
    NoticeKind.SUBMITTED: Sort((SIGNER, Role.CHIEF, Role.LEADER)),
    NoticeKind.APPROVED: Sort((AUTHOR, *_WHO_ANSWERS)),
    NoticeKind.RETURNED: Sort((AUTHOR, *_WHO_ANSWERS)),
    NoticeKind.PART_ASKED: Sort((ASKED_UNIT,)),
    NoticeKind.PART_DUE: Sort((ASKED_UNIT,)),
    NoticeKind.PART_LATE: Sort(_WHO_ANSWERS),
    NoticeKind.PART_SETTLED: Sort(_WHO_ANSWERS),
    NoticeKind.REPORT: Sort((Role.LEADER, Role.INSPECTOR)),
    # A mail of its own goes at once, whatever the hour (P4).
    NoticeKind.NOT_DELIVERED: Sort((AUTHOR, *_WHO_ANSWERS), by_mail=False),
}


def tell(
    kind: NoticeKind,
    ticket: Ticket,
    *,
    by: User | None,
    at: datetime,
    reply: Reply | None = None,
    unit: Unit | None = None,
    is_one_of_many: bool = False,
) -> None:
    """Tell who must know what was just written into the history, in the transaction that wrote it (N7).

    `unit` is the one asked for its part. Never whoever did it, nor anybody excluded (P13). Who stands in for somebody
    away gets it with the mail; the one away finds it under the bell. The mails of many in one act are left to the next
    sweep, which writes one a person.
    """
    directory = Directory(at=at).know([ticket])
    new, mailed = {}, []
    for person, there in _whom(kind, ticket, directory, reply=reply, unit=unit):
        # Both where somebody stands in: who comes back finds what happened under the bell (N3).
        for one in {person.pk: person, there.pk: there}.values():
            if (by and one.pk == by.pk) or one.pk in new or not directory.may_be_told(ticket, one):
                continue
            new[one.pk] = _notice(kind, ticket, one, absent=None if one is person else person, by=by, at=at)
            mailed += [new[one.pk]] if one is there and SORTS[kind].by_mail and one.mails_notices else []
    for notice in mailed:
        notice.mail_at = directory.quiet_for(ticket.agency_id, notice.person) or (at if is_one_of_many else None)
    drafts = [draft for notice in mailed if notice.mail_at is None for draft in _mail_now(notice, at=at)]
    Notice.objects.bulk_create(new.values())
    outbox.post(drafts, at=at)


def tell_held(held: Held, *, at: datetime) -> None:
    """Tell the front desk, of a sealed kind the leadership, that a submission was held back (P13).

    Who has not read the last such notice gets no other; its mail gathers what came since.
    """
    roles = (Role.LEADER,) if held.is_sealed else (Role.FRONT_DESK, Role.CHIEF)
    members = list(Membership.objects.filter(agency=held.agency, user__is_active=True).select_related("user"))
    here = {member.user_id: member.user for member in members}
    presence = Presence([held.agency_id], at=at)
    for role in roles:
        asked = [member.user for member in members if member.role == role]
        there = {one.pk: one for person in asked if (one := presence.stand_in(person, lambda who: who.pk in here))}
        if there:
            break
    unread = Notice.objects.filter(kind=NoticeKind.HELD, person__in=there, read_at=None, held__settled_at=None)
    knowing = set(unread.values_list("person", flat=True))
    mail_at = quiet_until(held.agency, at=at) or at + HELD_GATHERS
    Notice.objects.bulk_create(
        Notice(
            held=held,
            person=person,
            kind=NoticeKind.HELD,
            key=f"held:{held.pk}:user:{person.pk}",
            at=at,
            mail_at=mail_at if person.mails_notices else None,
        )
        for person in there.values()
        if person.pk not in knowing
    )


def ring(alerts: Iterable[Alert]) -> None:
    """Show these alerts under the bell of who was told: their rung names the desk among its channels."""
    kinds = {False: NoticeKind.REMINDER, True: NoticeKind.BREACH}
    Notice.objects.bulk_create(
        Notice(
            ticket_id=alert.ticket_id,
            person_id=alert.person_id,
            kind=kinds[alert.is_breach],
            key=f"alert:{alert.pk}",
            at=alert.told_at,
        )
        for alert in alerts
        if alert.person_id  # the alarm address has no bell
    )


def read(person: User, *, at: datetime, ticket: Ticket | None = None) -> int:
    """Note that somebody read their notices, all of them or those of one request. Return how many were unread."""
    unread = Notice.objects.filter(person=person, read_at__isnull=True)
    return (unread.filter(ticket=ticket) if ticket else unread).update(read_at=at)


def read_held(person: User, *, at: datetime) -> None:
    """Note that somebody saw what was held back as likely spam."""
    Notice.objects.filter(person=person, kind=NoticeKind.HELD, read_at__isnull=True).update(read_at=at)


def old(*, before: datetime) -> QuerySet[Notice]:
    """Return the notices that were read before then: nobody looks for them any more."""
    return Notice.objects.filter(read_at__lt=before)


def due(*, at: datetime) -> QuerySet[Notice]:
    """Return the notices whose mail quiet hours held until now."""
    return Notice.objects.filter(mail_at__lte=at)


def mail_due(*, at: datetime) -> None:
    """Write the mails that quiet hours held, one to each person for all that gathered (N4)."""
    for pk in sorted(set(due(at=at).values_list("person", flat=True))):
        try:
            _mail_gathered(pk, at=at)
        except Exception:
            log.exception("cannot write the notices of person %s", pk)


def _whom(
    kind: NoticeKind, ticket: Ticket, directory: Directory, *, reply: Reply | None, unit: Unit | None
) -> list[tuple[User, User]]:
    """Return who is told, each with who is there in their place: of the first group that anybody is there of."""
    for group in SORTS[kind].whom:
        if found := directory.stand_ins(ticket, _group(group, ticket, reply, unit, directory)):
            return found
    return []


def _group(group: str, ticket: Ticket, reply: Reply | None, unit: Unit | None, directory: Directory) -> list[User]:
    if group == OFFICER:
        return [ticket.officer] if ticket.officer else []
    if unit and group == ASKED_UNIT:
        return directory.of_unit(ticket, unit)
    if reply and group == AUTHOR:
        return [reply.author]
    if reply and group == SIGNER:
        group = SIGNERS[Desk(signing.desk_of(ticket, reply.kind))]
    return directory.in_role(ticket, group)


def _notice(
    kind: NoticeKind, ticket: Ticket, person: User, *, absent: User | None, by: User | None, at: datetime
) -> Notice:
    # The number of the history's last line names the cause: no other event of this request has it (N7).
    key = f"{kind}:{ticket.pk}:{ticket.ledger_seq}:user:{person.pk}"
    return Notice(ticket=ticket, person=person, kind=kind, key=key, actor=by, absent=absent, at=at)


def _mail_now(notice: Notice, *, at: datetime) -> list[Draft]:
    try:
        return _mail(notice.person, [notice], at=at)
    except Exception:
        # A broken text must not undo what it tells of: the bell rings all the same.
        log.exception("cannot write the notice %s", notice.key)
        return []


@transaction.atomic
def _mail_gathered(pk: int, *, at: datetime) -> None:
    person = User.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
    if person is None:  # another sweeper writes it
        return
    names = ("person", "ticket__agency", "ticket__unit", "held__agency", "actor", "absent")
    rows = due(at=at).filter(person=person).select_related(*names)
    gathered = list(rows.order_by("pk"))
    # Cleared in the transaction that writes the mail: a second sweep finds nothing left to gather (N7).
    Notice.objects.filter(pk__in=[notice.pk for notice in gathered]).update(mail_at=None)
    # What was read meanwhile, or may be read no more, needs no mail (P13).
    readable = set(access.visible(person).filter(pk__in=[n.ticket_id for n in gathered]).values_list("pk", flat=True))
    wanted = [n for n in gathered if n.read_at is None and _still(n, readable) and person.mails_notices]
    by_agency = defaultdict(list)
    for notice in wanted:
        by_agency[notice.agency.pk].append(notice)
    outbox.post([draft for some in by_agency.values() for draft in _mail(person, some, at=at)], at=at)


def _still(notice: Notice, readable: Collection[int]) -> bool:
    """Tell whether a notice still says something to its reader."""
    return notice.held.settled_at is None if notice.held else notice.ticket_id in readable


def _mail(person: User, notices: Sequence[Notice], *, at: datetime) -> list[Draft]:
    """Return the mail that tells of these notices, nothing where no mail reaches the person."""
    ways = [way for way in ways_to(person, ["email"]) if way.channel == "email"]
    return [notice_texts.mail(notices, way, at=at) for way in ways]
