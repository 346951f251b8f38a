"""Say that two records are one requester, on purpose and with a reason; taken back within a day (deliver 4).

What a person may not see stays where it was, and nothing says so (P13): a sealed report keeps the record, and so the
address, of whoever made it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from requests_desk.people import identifiers
from requests_desk.people.models import Agency, User
from requests_desk.tickets import access
from requests_desk.tickets.models import Requester, RequesterMerge, RequesterPhone, Ticket, TicketLink
from requests_desk.tickets.services import ledger, refusing
from requests_desk.tickets.services.ledger import Line
from requests_desk.tickets.words import LinkKind

UNDONE_WITHIN = timedelta(days=1)
PARTICULARS = ("name", "organisation", "tax_code", "tax_number", "email", "address")


class Refused(refusing.Refused):
    """These two are not made one. `fields` says what to change; nothing was saved."""


def merge(survivor: Requester, absorbed: Requester, *, reason: str, by: User, at: datetime) -> RequesterMerge:
    """Make `absorbed` part of `survivor`, which keeps its own particulars and takes those it lacks.

    The requests the person may see move; who is known by the absorbed record is known as the survivor from now on.
    Raises Refused, access.Denied.
    """
    with transaction.atomic():
        survivor, absorbed = _locked(survivor, absorbed)
        reason = identifiers.clean_text(reason, limit=500)
        _require(survivor, absorbed, reason, by=by)
        # Before anything is filled in: a sealed report must not learn the address of whoever now seems the same (P13).
        _set_apart(survivor, by=by)
        moved = _tickets_of(absorbed, by=by)
        merged = RequesterMerge.objects.create(
            survivor=survivor,
            absorbed=absorbed,
            reason=reason,
            by=by,
            at=at,
            tickets=[ticket.pk for ticket in moved],
            filled=_fill(survivor, absorbed),
            phones=_take_phones(survivor, absorbed),
        )
        absorbed.merged_into = survivor
        absorbed.save(update_fields=["merged_into"])
        _move(moved, survivor, merged, by=by, at=at)
    return merged


def undo(merged: RequesterMerge, *, by: User, at: datetime) -> Requester:
    """Tell two records apart again within a day: what was moved goes back, what was filled in goes away.

    Raises refusing.NotNow when it is too late, or while requests of the two are merged; access.Denied.
    """
    with transaction.atomic():
        merged = RequesterMerge.objects.select_for_update().get(pk=merged.pk)
        survivor, absorbed = _locked(merged.survivor, merged.absorbed)
        _require_again(merged, by=by, at=at)
        for name, value in merged.filled.items():
            if getattr(survivor, name) == value:  # nobody changed it meanwhile
                setattr(survivor, name, "")
        survivor.save(update_fields=[*merged.filled] or None)
        survivor.phones.filter(pk__in=merged.phones).delete()
        absorbed.merged_into = None
        absorbed.save(update_fields=["merged_into"])
        merged.undone_at, merged.undone_by = at, by
        merged.save(update_fields=["undone_at", "undone_by"])
        back = Ticket.objects.select_for_update().filter(pk__in=merged.tickets, requester=survivor).order_by("pk")
        _move(list(back), absorbed, merged, by=by, at=at)
    return absorbed


def may_merge(user: User, agency: Agency) -> bool:
    """Tell whether a person may make two records of an agency one: only who works for all of it, not for a unit."""
    return any(
        member.agency_id == agency.pk
        and access.Right.MERGE in access.RIGHTS[member.role]
        and member.role not in access.UNIT_ROLES
        for member in access.memberships(user)
    )


def _locked(survivor: Requester, absorbed: Requester) -> tuple[Requester, Requester]:
    pks = [survivor.pk, absorbed.pk]
    rows = {row.pk: row for row in Requester.objects.select_for_update().filter(pk__in=pks).order_by("pk")}
    return rows[survivor.pk], rows[absorbed.pk]


def _require(survivor: Requester, absorbed: Requester, reason: str, *, by: User) -> None:
    if not may_merge(by, survivor.agency):
        raise access.Denied(_("You may not make two records of requesters one."))
    reasons = (
        (survivor.pk == absorbed.pk, "other", _("A record cannot be merged into itself.")),
        (survivor.agency_id != absorbed.agency_id, "other", _("Records of different agencies are never merged.")),
        (
            survivor.merged_into_id is not None or absorbed.merged_into_id is not None,
            "other",
            _("One of the two was merged already."),
        ),
        (not reason, "reason", _("Please say why they are one requester.")),
    )
    problem = next(({field: [said]} for is_so, field, said in reasons if is_so), None)
    if problem:
        raise Refused(problem)


def _require_again(merged: RequesterMerge, *, by: User, at: datetime) -> None:
    if not may_merge(by, merged.survivor.agency):
        raise access.Denied(_("You may not make two records of requesters one."))
    if merged.undone_at is not None or at - merged.at > UNDONE_WITHIN:
        raise refusing.NotNow("merge_stands", _("Records are told apart again within a day."))
    # One end moved with the merge and the other did not: told apart, two requesters would share one request (P8).
    between = Q(ticket__in=merged.tickets) ^ Q(other__in=merged.tickets)
    tied = TicketLink.objects.filter(between, kind=LinkKind.MERGED_INTO, at__gte=merged.at)
    if tied.filter(ticket__requester=F("other__requester")).exists():
        raise refusing.NotNow("requests_merged", _("Take back first the merge of their requests."))


def _tickets_of(requester: Requester, *, by: User) -> list[Ticket]:
    # Only what the person may see moves, and no count tells of the rest (P13).
    seen = access.visible(by, access.Right.MERGE).filter(requester=requester)
    return list(Ticket.objects.select_for_update().filter(pk__in=seen.values("pk")).order_by("pk"))


def _set_apart(survivor: Requester, *, by: User) -> None:
    """Give what the person cannot see a copy of the record as it was: what is filled in now must not reach it."""
    seen = access.visible(by, access.Right.MERGE).filter(requester=survivor)
    hidden = Ticket.objects.filter(requester=survivor).exclude(pk__in=seen.values("pk"))
    if not hidden.exists():
        return
    copy = Requester.objects.create(
        agency=survivor.agency,
        created_at=survivor.created_at,
        **{name: getattr(survivor, name) for name in PARTICULARS},
    )
    RequesterPhone.objects.bulk_create(
        RequesterPhone(requester=copy, position=phone.position, typed=phone.typed, number=phone.number)
        for phone in survivor.phones.all()
    )
    hidden.update(requester=copy)


def _fill(survivor: Requester, absorbed: Requester) -> dict[str, str]:
    lacks = [name for name in PARTICULARS if not getattr(survivor, name) and getattr(absorbed, name)]
    filled: dict[str, str] = {name: getattr(absorbed, name) for name in lacks}
    for name, value in filled.items():
        setattr(survivor, name, value)
    if filled:
        survivor.save(update_fields=list(filled))
    return filled


def _take_phones(survivor: Requester, absorbed: Requester) -> list[int]:
    own = list(survivor.phones.all())
    # By the number as it is dialled: the same one typed with dots is no second one.
    known = {phone.number or phone.typed for phone in own}
    new = [phone for phone in absorbed.phones.all() if (phone.number or phone.typed) not in known]
    first = max([phone.position for phone in own], default=-1) + 1
    made = RequesterPhone.objects.bulk_create(
        RequesterPhone(requester=survivor, position=first + place, typed=phone.typed, number=phone.number)
        for place, phone in enumerate(new)
    )
    return [phone.pk for phone in made]


def _move(tickets: Collection[Ticket], to: Requester, merged: RequesterMerge, *, by: User, at: datetime) -> None:
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(requester=to)
    facts = {"requester": to.pk, "merge": merged.pk}
    if tickets:
        ledger.append([Line(ticket, "requester_changed", facts) for ticket in tickets], actor=by, at=at)
