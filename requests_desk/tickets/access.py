"""Who may do what: the one place that decides, asked by every face. What it does not allow is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from requests_desk.people import joined
from requests_desk.people.models import Agency, Membership, Role, Unit, User
from requests_desk.tickets.models import AskedPart, Exclusion, Ticket
from requests_desk.tickets.words import PartState


class Right(StrEnum):
    READ = "read"
    READ_SEALED = "read_sealed"
    LOG = "log"
    BACKDATE = "backdate"  # more than seven days at logging, and corrections after it (P1)
    ASSIGN = "assign"
    REPLY = "reply"
    SIGN_UNIT = "sign_unit"  # what lies on the desk of a head of unit (P5)
    SIGN = "sign"  # what lies on the leadership's desk
    THIRD_INTERIM = "third_interim"
    CLOSE = "close"
    CLOSE_UNREACHABLE = "close_unreachable"
    MERGE = "merge"
    NOTE = "note"
    SEAL = "seal"
    UNSEAL = "unseal"
    REISSUE_LOOKUP = "reissue_lookup"
    SURVEY = "survey"  # what was answered on paper or by phone; whom it is about enters none of it
    ERASE = "erase"  # what is held about somebody who asks to be forgotten
    SENT_MESSAGES = "sent_messages"
    MAIL = "mail"  # mail that became no request yet: it may name anybody
    DOCUMENTS = "documents"  # put in, and mended while they are drafts: see document_access
    PUBLISH_DOCUMENTS = "publish_documents"
    LEADERSHIP = "leadership"
    WRITE_ANSWERS = "write_answers"  # for everybody to read, once somebody who may publishes them
    PUBLISH = "publish"
    SETTINGS_READ = "settings_read"
    SETTINGS = "settings"


class Proof(StrEnum):
    """Why a mail seems to belong to a request, the strongest first."""

    REPLY_ADDRESS = "reply_address"
    MESSAGE_ID = "message_id"
    REFERENCES = "references"
    SUBJECT = "subject"


# Made by us, keyed and never shown to others: who holds one was written to about the request.
SIGNED = frozenset({Proof.REPLY_ADDRESS, Proof.MESSAGE_ID})


_DESK = frozenset(
    {Right.READ, Right.LOG, Right.NOTE, Right.REPLY, Right.CLOSE, Right.REISSUE_LOOKUP, Right.SEAL, Right.WRITE_ANSWERS}
)
_SIGNS = frozenset({Right.SIGN_UNIT, Right.PUBLISH, Right.ERASE})
_HEAD = _DESK | _SIGNS | {Right.ASSIGN, Right.BACKDATE, Right.CLOSE_UNREACHABLE, Right.MERGE}
_DOCUMENTS = frozenset({Right.DOCUMENTS, Right.PUBLISH_DOCUMENTS})
_ADMIN = frozenset({Right.READ, Right.SENT_MESSAGES, Right.MAIL, Right.SETTINGS_READ, Right.SETTINGS})
_ABOVE = frozenset({Right.SURVEY, Right.SENT_MESSAGES, Right.MAIL, Right.LEADERSHIP, Right.SETTINGS_READ})
RIGHTS: dict[str, frozenset[Right]] = {
    Role.FRONT_DESK: _DESK
    | {Right.DOCUMENTS, Right.ASSIGN, Right.MERGE, Right.SURVEY, Right.SENT_MESSAGES, Right.MAIL},
    Role.OFFICER: _DESK | {Right.DOCUMENTS},
    Role.UNIT_HEAD: _HEAD | _DOCUMENTS,
    Role.CHIEF: _HEAD | _ABOVE | _DOCUMENTS,
    Role.LEADER: _HEAD | _ABOVE | _DOCUMENTS | {Right.READ_SEALED, Right.THIRD_INTERIM, Right.SIGN, Right.UNSEAL},
    Role.INSPECTOR: frozenset({Right.READ, Right.READ_SEALED, Right.NOTE, Right.SEAL}),
    Role.ADMIN: _DOCUMENTS
    | frozenset({Right.READ, Right.SENT_MESSAGES, Right.MAIL, Right.SETTINGS_READ, Right.SETTINGS}),
    Role.AUDITOR: frozenset({Right.READ}),
}
# Whoever may handle a request.
REPLYING = tuple(role for role, rights in RIGHTS.items() if Right.REPLY in rights)
# These hold their rights within their unit alone, and over what lies on their own desk.
UNIT_ROLES = frozenset({Role.OFFICER, Role.UNIT_HEAD})
# What their people hold on a request whose lead asked their unit for its part.
COOPERATING = frozenset({Right.READ, Right.NOTE})
ASKED_OF = (PartState.ASKED, PartState.DELIVERED)


class Denied(Exception):
    """The person may see this but not do that."""


def memberships(user: User | AnonymousUser) -> list[Membership]:
    """Return the roles of a person, asked of the database once per request."""
    return [m for m in reaching(user) if m.user_id == user.pk]


def reaching(user: User | AnonymousUser) -> list[Membership]:
    """Return a person's roles, and those within a unit of whom they stand in for now: an alert came to them (N3)."""
    if not isinstance(user, User) or not user.is_active:
        return []
    kept: list[Membership] | None = getattr(user, "_memberships", None)
    if kept is None:
        kept = _with_absent(user)
        user._memberships = kept  # type: ignore[attr-defined]
    return kept


# Whoever is away and stands in for somebody else is replaced in that, too.
_REACHING = f"""
WITH RECURSIVE reached (user_id) AS (
    SELECT %(user)s::bigint
    UNION
    SELECT m.user_id FROM reached
    JOIN people_absence AS a ON a.deputy_id = reached.user_id
        AND a.from_at <= statement_timestamp() AND a.to_at > statement_timestamp()
    JOIN people_membership AS m ON m.user_id = a.user_id AND m.role = ANY(%(unit_roles)s)
)
SELECT {joined.columns(Membership, "m")}, {joined.columns(Agency, "agency")}, {joined.columns(Unit, "unit")}
FROM reached
JOIN people_membership AS m ON m.user_id = reached.user_id AND (m.user_id = %(user)s OR m.role = ANY(%(unit_roles)s))
JOIN people_agency AS agency ON agency.id = m.agency_id
LEFT JOIN people_unit AS unit ON unit.id = m.unit_id
WHERE m.agency_id IN (SELECT agency_id FROM people_membership WHERE user_id = %(user)s)
ORDER BY m.id
"""  # noqa: S608  our own text


def _with_absent(user: User) -> list[Membership]:
    values = {"user": user.pk, "unit_roles": sorted(UNIT_ROLES)}
    found = []
    for membership, agency, unit in joined.rows(_REACHING, values, Membership, Agency, Unit):
        membership.agency, membership.unit = agency, unit
        found.append(membership)
    return found


def held(user: User | AnonymousUser) -> set[str]:
    """Return every right a person holds somewhere: what a page's frame may offer, not what an act may do."""
    return {right.value for membership in memberships(user) for right in RIGHTS[membership.role]}


def agencies(user: User | AnonymousUser, right: Right = Right.READ) -> list[Agency]:
    """Return the agencies in which a person holds a right, in the order of their roles."""
    return list({m.agency_id: m.agency for m in memberships(user) if right in RIGHTS[m.role]}.values())


def visible(user: User | AnonymousUser, right: Right = Right.READ, *, with_parts: bool = True) -> QuerySet[Ticket]:
    """Return the tickets on which a person holds `right`; P13 is in the query, so no count or list can forget it.

    Without `with_parts` those are left out that others lead and only asked their unit for its part of.
    """
    reach = Q()
    sealed_reach = Q(officer=user.pk) if user.pk else Q()
    # With those of whom they stand in for: a deputy who is alerted must be able to act (N3).
    held = [m for m in reaching(user) if right in RIGHTS[m.role]]
    for membership in held:
        here = Q(agency=membership.agency_id)
        # Who logged a request may follow it wherever it goes: callers ask whom they spoke to.
        if membership.role in UNIT_ROLES:
            own = Q(unit=membership.unit_id) | Q(officer=membership.user_id) | Q(logged_by=membership.user_id)
            here &= own | _asked_of(membership) if with_parts and right in COOPERATING else own
        reach |= here
        if Right.READ_SEALED in RIGHTS[membership.role]:
            sealed_reach |= Q(agency=membership.agency_id)
    if not held:
        return Ticket.objects.none()
    # Their own units alone: standing in for somebody makes nobody part of what a report is about (P13).
    units = [m.unit_id for m in memberships(user) if m.unit_id]
    excluded = Exclusion.objects.filter(Q(user=user.pk) | Q(unit__in=units), ticket=OuterRef("pk"))
    # The exclusion comes last and from everything: a leader a report is about sees it no more than anybody (P13).
    return Ticket.objects.filter(reach & (Q(sealed=False) | sealed_reach)).exclude(Exists(excluded), sealed=True)


def _asked_of(membership: Membership) -> Q:
    parts = AskedPart.objects.filter(unit=membership.unit_id, state__in=ASKED_OF)
    return Q(pk__in=parts.values("ticket"))


def can(user: User | AnonymousUser, right: Right, ticket: Ticket) -> bool:
    """Tell whether a person holds `right` on a ticket."""
    return visible(user, right).filter(pk=ticket.pk).exists()


def rights_on(user: User | AnonymousUser, ticket: Ticket) -> frozenset[Right]:
    """Return every right a person holds on a ticket they may see.

    The database is asked again only of what their unit neither holds nor logged: it may be asked for its part.
    """
    held: set[Right] = set()
    for membership in reaching(user):
        is_own = membership.user_id == user.pk
        # Nobody inherits a sealed report by standing in for its reader.
        if membership.agency_id != ticket.agency_id or (ticket.sealed and not is_own):
            continue
        who = membership.user_id
        own = ticket.officer_id == who or ticket.unit_id == membership.unit_id or ticket.logged_by_id == who
        if membership.role not in UNIT_ROLES or own:
            held |= RIGHTS[membership.role]
        elif _is_asked(membership, ticket):
            held |= RIGHTS[membership.role] & COOPERATING
    return frozenset(held)


def _is_asked(membership: Membership, ticket: Ticket) -> bool:
    return AskedPart.objects.filter(ticket=ticket, unit=membership.unit_id, state__in=ASKED_OF).exists()


def excluded(members: Iterable[Membership], exclusions: Iterable[Exclusion]) -> set[int]:
    """Return who of an agency's members is excluded, as a person or by any unit they belong to (P13)."""
    users = {exclusion.user_id for exclusion in exclusions if exclusion.user_id}
    units = {exclusion.unit_id for exclusion in exclusions if exclusion.unit_id}
    return users | {member.user_id for member in members if member.unit_id in units}


def may_be_told(ticket: Ticket, membership: Membership, excluded: Collection[int]) -> bool:
    """Tell whether an alert about `ticket` may go to a member: who is `excluded` counts as absent (N3, P13)."""
    if not membership.user.is_active:
        return False
    if not ticket.sealed:
        return True
    if membership.user_id in excluded:
        return False
    return Right.READ_SEALED in RIGHTS[membership.role] or ticket.officer_id == membership.user_id


def may_add(ticket: Ticket, sender: str, proof: Proof, *, is_authentic: bool | None) -> bool:
    """Tell whether a mail from `sender` (raw ASCII, lower case) may be added to a request.

    A signed proof suffices. By references or a code, which anybody may quote, only the requester's own address may,
    and not when our mail server calls it forged.
    """
    if proof in SIGNED:
        return True
    # No verdict is no forgery: a mail server that checks nothing must not shut every requester out.
    return bool(sender) and is_authentic is not False and sender == ticket.requester.email.lower()


def get(user: User | AnonymousUser, code: str, right: Right = Right.READ) -> Ticket:
    """Return the ticket of this code. Raises Ticket.DoesNotExist to strangers, Denied to lesser rights."""
    if "\x00" in code:  # PostgreSQL refuses even to look for it
        raise Ticket.DoesNotExist
    rows = visible(user).select_related("agency", "unit", "officer", "requester")
    ticket = rows.get(code=code)
    # Seen and not allowed is 403; what they may not see was never found, as if there were none.
    if right not in rights_on(user, ticket):
        raise Denied(right)
    return ticket
